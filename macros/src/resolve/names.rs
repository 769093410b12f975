//! Names: what they stand for, which are free, and which was meant by one that stands for nothing.

use super::{Binding, Builder, plain};
use crate::ast::{Call, Stage, Value as Written, ValueKind};
use crate::demands::follow;
use crate::errors::{Change, Error, Errors, How, Nature};
use crate::graph::{Source, ValueId};
use crate::layers;
use crate::limits;
use crate::suggest;
use proc_macro2::Ident;

impl Builder<'_, '_> {
    /// A layer's name must be its own.
    pub(super) fn is_free(&mut self, name: &Ident, stage: &Stage) -> bool {
        let text = plain(name);
        let earlier = match self.frame.scope.get(&text) {
            None => return true,
            Some(Binding::Layer(_, layer)) => format!("`{name}: {layer}`"),
            Some(Binding::Shared(shared)) => format!("`layer {name} = {}`", shared.call),
            Some(Binding::Several(_)) => format!("the value `{name}`"),
            Some(Binding::Value(value)) => match self.graph.values[value.0].source {
                Source::Input(_) => "an input".into(),
                _ => format!("the value `{name}`"),
            },
        };
        let free = self.free_name(&text);
        let layer = stage.call.as_ref().map_or("…".into(), ToString::to_string);
        let change = Change { place: name.into(), how: How::Replace, text: free.clone() };
        self.errors.push(
            Error::new(name, format!("the name `{name}` is already used by {earlier}"))
                .help_with(format!("`{free}: {layer}`"), vec![change]),
        );
        false
    }

    /// The name with the lowest number behind it that nobody uses.
    pub(super) fn free_name(&mut self, name: &str) -> String {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let stem = if stem.is_empty() { name } else { stem };
        let free = (2usize..)
            .map(|n| format!("{stem}{n}"))
            .find(|n| !self.frame.taken.contains(n))
            .unwrap_or_default();
        self.frame.taken.push(free.clone());
        free
    }

    pub(super) fn automatic_name(&mut self, layer: &str, span: proc_macro2::Span) -> Ident {
        let snake = suggest::snake_case(layer);
        let mut count = self.frame.counts.get(&snake).copied().unwrap_or(0) + 1;
        while self.frame.taken.contains(&format!("{snake}{count}")) {
            count += 1;
        }
        self.frame.counts.insert(snake.clone(), count);
        Ident::new(&format!("{}{count}", snake.trim_start_matches("r#")), span)
    }

    pub(super) fn lookup(&mut self, name: &Ident) -> ValueId {
        let text = plain(name);
        if syn::parse2::<Ident>(proc_macro2::TokenTree::from(name.clone()).into()).is_err() {
            // The name that the error about its declaration proposes.
            let change = Change { place: name.into(), how: How::Replace, text: format!("{text}_") };
            self.errors.extend_help_of(&format!("`{text}` is a word of Rust"), change);
        }
        let known = match self.frame.scope.get(&text).cloned() {
            Some(Binding::Value(value)) => return value,
            Some(Binding::Layer(value, layer)) => Some((value, layer)),
            Some(Binding::Shared(shared)) => return self.shared_as_value(name, &shared),
            Some(Binding::Several(parts)) => return self.several_as_one(name, &parts),
            None => None,
        };
        if let Some((error, similar)) = self.frame.reported.get(&text) {
            // One error for a name, whose help mends all its uses.
            if let Some(similar) = similar {
                let change = Change { place: name.into(), how: How::Replace, text: similar.clone() };
                self.errors.extend_help(*error, change);
            }
        } else {
            let (error, similar) = match &known {
                Some((value, _)) if let Some(other) = self.also_named(*value) => {
                    let error = Error::new(name, format!("`{name}` is a layer, not a value"));
                    let help = format!("`{other}` is what it gives");
                    (error.help_replace(help, name, other.clone()), Some(other))
                }
                Some((_, layer)) => {
                    let help = format!(
                        "end the chain at this layer: `let {name} = … -> {layer};` names what it gives"
                    );
                    (Error::new(name, format!("`{name}` is a layer, not a value")).help(help), None)
                }
                None => self.undefined(name, &text),
            };
            self.frame.reported.insert(text, (self.errors.count(), similar));
            self.errors.push(error);
        }
        match known {
            Some((value, _)) => value,
            None => match self.meant_value(&plain(name)) {
                Some(value) => value,
                None => self.unknown(&proc_macro2::TokenTree::from(name.clone()).into()),
            },
        }
    }

    /// The value whose name was misspelt so little that nothing else can be meant: `hiden`, and not `x3` beside `x2`.
    fn meant_value(&self, text: &str) -> Option<ValueId> {
        const SHORTEST: usize = 4;
        let (_, similar) = self.frame.reported.get(text)?;
        let similar = similar.as_ref()?;
        let letters = |name: &str| name.chars().filter(|c| !c.is_ascii_digit()).count();
        let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
        let is_long = letters(text) >= SHORTEST && letters(similar) >= SHORTEST;
        if !is_long || digits(text) != digits(similar) || suggest::distance(text, similar) > 2 {
            return None;
        }
        match self.frame.scope.get(similar) {
            Some(Binding::Value(value)) => Some(*value),
            _ => None,
        }
    }

    /// The name of a value, if it has one here.
    fn also_named(&self, value: ValueId) -> Option<String> {
        let mut named = self.frame.scope.iter();
        let is_it = |bound: &Binding| matches!(bound, Binding::Value(other) if *other == value);
        named.find(|(_, bound)| is_it(bound)).map(|(name, _)| name.to_string())
    }

    /// A shared layer where a value is wanted.
    fn shared_as_value(&mut self, name: &Ident, shared: &super::shared::Shared) -> ValueId {
        let line = format!("`{name}` is a layer, not a value");
        let help = format!("it needs a value to work on: `x -> {name}` (it is `{}`)", shared.call);
        self.errors.push(Error::new(name, line).help(help));
        self.unknown(&proc_macro2::TokenTree::from(name.clone()).into())
    }

    /// Several values where one is wanted.
    fn several_as_one(&mut self, name: &Ident, parts: &[(String, ValueId)]) -> ValueId {
        let known: Vec<String> = parts.iter().map(|(part, _)| format!("{name}.{part}")).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let line = format!("`{name}` is {} values, and one is wanted here", parts.len());
        self.errors.push(Error::new(name, line).help(layers::choice(&known)));
        self.unknown(&proc_macro2::TokenTree::from(name.clone()).into())
    }

    /// The error for a name without a meaning, and the name that may have been meant.
    pub(super) fn undefined(&self, name: &Ident, text: &str) -> (Error, Option<String>) {
        if self.frame.taken.iter().any(|t| t == text) {
            return (Error::new(name, format!("`{name}` is used here but defined only later")), None);
        }
        let error = Error::new(name, format!("there is no value `{name}`"));
        let values = self.frame.scope.iter().filter(|(_, bound)| matches!(bound, Binding::Value(_)));
        let known: Vec<&str> = values.map(|(name, _)| name).collect();
        // `img` for `image`
        let shortened = |long: &&str| {
            let mut letters = long.chars();
            text.chars().count() > 1
                && long.chars().next() == text.chars().next()
                && text.chars().all(|c| letters.any(|other| other == c))
        };
        let mut shortened = known.iter().copied().filter(shortened);
        let short = shortened.next().filter(|_| shortened.next().is_none());
        let similar = if limits::may_try(known.len()) { suggest::similar(text, &known, &[]) } else { None };
        if let Some(found) = similar.or(short) {
            let change = Change { place: name.into(), how: How::Replace, text: found.into() };
            let help = format!("a value with a similar name exists: `{found}`");
            return (error.help_with(help, vec![change]), Some(found.into()));
        }
        let last = &known[known.len().saturating_sub(6)..];
        let help = match last {
            [] => return (error, None),
            [one] => {
                let error = error.help_replace(format!("there is `{one}`"), name, *one);
                return (error, Some((*one).into()));
            }
            many => format!("there are {}", layers::list(many)),
        };
        (error.help(help), None)
    }

    pub(super) fn no_such_layer(&mut self, call: &Call) {
        let name = &call.name;
        let text = name.to_string();
        if let Some(Binding::Value(value) | Binding::Layer(value, _)) = self.frame.scope.get(&text) {
            // Where the value itself could not be read, that has been reported.
            let known = match self.graph.values[value.0].source {
                Source::Input(_) | Source::Round { .. } | Source::Repeat { .. } => true,
                Source::Node { node, .. } => self.graph.nodes[node.0].layer.is_some(),
            };
            if known {
                self.errors.push(Error::new(name, format!("`{name}` is a value, not a layer")));
            }
            return;
        }
        if layers::FUNCTION_ALIASES.iter().any(|(alias, _)| *alias == text) {
            return self.no_such_function(call);
        }
        if self.frame.dimensions.get(&text).is_some() {
            let line = format!("`{name}` is a dimension, not a layer: parameters of a block are numbers");
            return self.errors.push(Error::new(name, line));
        }
        let program = self.program;
        let own: Vec<String> = (program.blocks.iter().map(|b| b.name.to_string()))
            .chain(program.networks.iter().map(|n| n.name.to_string()))
            .collect();
        let shared = self.frame.scope.iter().filter(|(_, bound)| matches!(bound, Binding::Shared(_)));
        let shared: Vec<String> = shared.map(|(name, _)| name.to_string()).collect();
        let mut known = layers::user_names();
        known.extend(own.iter().map(String::as_str));
        // A layer of the user's own goes before another framework's.
        let near = |name: &&String| {
            suggest::distance(&name.to_lowercase(), &text.to_lowercase()) <= text.len().max(3) / 3
        };
        if let Some(found) = shared.iter().find(near).filter(|_| text.len() > 1) {
            let error = Error::new(name, format!("there is no layer `{name}`")).of(Nature::Certain);
            let help = format!("a layer with a similar name exists: `{found}`");
            self.errors.push(error.help_replace(help, name, found.clone()));
            return;
        }
        let alias = layers::ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(&text));
        let error = Error::new(name, format!("there is no layer `{name}`")).of(Nature::Certain);
        let functions = layers::function_names();
        let lower = suggest::snake_case(&text);
        let function = suggest::similar(&lower, &functions, layers::FUNCTION_ALIASES)
            .filter(|_| text.starts_with(char::is_uppercase) && alias.is_none());
        self.errors.push(match (alias, suggest::similar(&text, &known, layers::ALIASES), function) {
            (Some((_, ours)), ..) => called(error, call, ours),
            (None, Some(found), _) => {
                let error =
                    error.help_or(format!("a layer with a similar name exists: `{found}`"), name, found);
                other_arguments(error, call, found, &format!("a layer with a similar name exists: `{found}`"))
            }
            (None, None, Some(found)) => as_function(error, call, found),
            (None, None, None) => {
                let family = match text.starts_with(char::is_uppercase) {
                    true => suggest::family(&text, &known),
                    false => suggest::family("", &known),
                };
                let shared: Vec<&str> = shared.iter().map(String::as_str).take(6).collect();
                let family = if shared.is_empty() { family } else { shared };
                let among = if family.len() == 1 { "there is" } else { "among the layers are" };
                let note = format!("{among} {}", layers::list(&family));
                match text.contains("Transformer") {
                    true => error.note("a `block` is made of `MultiHeadAttention`, `LayerNorm` and `Dense`"),
                    false => error.note(note),
                }
            }
        });
    }

    /// What a layer without its number needs so that the network gives what it declares.
    pub(super) fn size_for_output(&mut self, call: &Call, error: usize) {
        let sizes: Vec<String> = self
            .graph
            .header
            .outputs
            .iter()
            .filter_map(|output| {
                let shape = output.shape.as_ref()?;
                Some(shape.0[shape.claimed_axis()?].to_string())
            })
            .collect();
        for size in sizes {
            self.errors.complete(error, &call.tokens, &size);
        }
    }

    /// Whether a call says `frozen: true`; any layer with tensors may.
    pub(super) fn is_frozen(&mut self, call: &Call) -> bool {
        let given: Vec<_> =
            call.arguments.iter().filter(|a| a.name.as_ref().is_some_and(|n| n == "frozen")).collect();
        if let Some(second) = given.get(1) {
            self.errors.push(Error::new(&second.tokens, "`frozen` is given twice"));
        }
        match given.first().map(|argument| &argument.value) {
            None => false,
            Some(Written { kind: ValueKind::Bool(frozen), .. }) => *frozen,
            Some(Written { kind: ValueKind::Broken, .. }) => false,
            Some(Written { kind, tokens, .. }) => {
                let line = format!("`frozen: {kind}` is invalid: it is `true` or `false`");
                let meant = match kind.to_string().as_str() {
                    "1" | "yes" | "True" => Some("true"),
                    "0" | "no" | "False" | "None" => Some("false"),
                    _ => None,
                };
                let error = Error::new(tokens, line);
                self.errors.push(match meant {
                    Some(meant) => error.help_replace(format!("`frozen: {meant}`"), tokens, meant),
                    None => error,
                });
                false
            }
        }
    }

    /// `in:` is a number of at least one, or a shape, and given once.
    pub(super) fn check_claim(&mut self, call: &Call) {
        follow(&[], self.errors, &mut self.open, |errors| check_claim(call, errors));
    }
}

fn check_claim(call: &Call, errors: &mut Errors) {
    let claims: Vec<_> =
        call.arguments.iter().filter(|a| a.name.as_ref().is_some_and(|n| n == "in")).collect();
    for (i, claim) in claims.iter().enumerate() {
        let Written { kind, tokens, .. } = &claim.value;
        let line = match kind {
            _ if i > 0 => format!("`in` is given twice; it is `{}` already", claims[0].value.kind),
            ValueKind::Shape(_) | ValueKind::Broken => continue,
            ValueKind::Integer(n) if *n >= 1 => continue,
            ValueKind::Integer(_) => format!("`in: {kind}` is invalid: what comes in is at least 1"),
            _ => {
                format!("`in: {kind}` is invalid: it is a number or a shape, `in: 3` or `in: [3, 8, 8]`")
            }
        };
        let others = call.arguments.iter().filter(|a| !std::ptr::eq(*a, *claim));
        let others: Vec<String> = others.map(layers::argument_text).collect();
        let without = match others.is_empty() {
            true => call.name.to_string(),
            false => format!("{}({})", call.name, others.join(", ")),
        };
        errors.push(Error::new(tokens, line).help_call(&call.tokens, without));
    }
}

/// Another framework's layer under our name; what it counts axes in may differ.
fn called(error: Error, call: &Call, ours: &str) -> Error {
    let name = &call.name;
    let text = name.to_string();
    let mut error = error;
    let exact =
        text.contains("1d") || text.contains("2d") || text.contains("3d") || text.contains(['1', '2', '3']);
    let siblings = [ours.to_string(), ours.replace("2d", "1d"), ours.replace("2d", "3d")];
    for (i, sibling) in siblings.iter().enumerate() {
        let known = layers::user_names().contains(&sibling.as_str()) && !siblings[..i].contains(sibling);
        if i > 0 && (exact || !known) {
            continue;
        }
        let help = format!("`{name}` is called `{sibling}` here");
        error = error.help_or(help.clone(), name, sibling.clone());
        error = other_arguments(error, call, sibling, &help);
    }
    error
}

/// `Linear(784, 10)`: what comes in is known here.
fn other_arguments(mut error: Error, call: &Call, ours: &str, help: &str) -> Error {
    for text in layers::rearranged(call, ours) {
        error = error.help_or(format!("{help}: `{text}`"), &call.tokens, text.clone());
    }
    error
}

/// `Reshape([3, 4])`, `Concatenate`: functions here.
fn as_function(error: Error, call: &Call, function: &str) -> Error {
    let help = format!("`{function}` is a function");
    let numbers: Vec<_> = call.arguments.iter().map(|a| a.value.kind.to_string()).collect();
    let listed = format!("{function}([{}])", numbers.join(", ").trim_matches(['(', ')']));
    let first = error.help_or(format!("{help}: `-> {function}`"), &call.name, function);
    let second = first.help_or(format!("{help}: `-> {listed}`"), &call.tokens, listed);
    let joined = format!("{function}(axis: 0)");
    second.help_or(format!("{help}: `-> {joined}`"), &call.tokens, joined)
}
