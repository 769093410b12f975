//! Expressions as other frameworks write them, `F.dropout(fc1(x), p=0.5)`, `Flatten()(x)`, `a.mean(dim=1)`: each is read as
//! a value and what it flows through.

use super::frameworks::MODULES;
use super::made::{self, Argument};
use crate::layers;
use crate::suggest;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// How axes are counted: whether the batch is one of them, and which is the last.
#[derive(Clone, Copy)]
pub struct Axes {
    pub batch: bool,
    pub last: i64,
}

/// What is not written as it is here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// What is put right elsewhere as well, if it stands alone.
    Plain,
    /// A method, and chains of them are one habit.
    Method,
    /// What is known by its name alone until shapes are known.
    Later,
    Whole,
}

/// A value, and the layers and functions behind it.
#[derive(Clone, Default)]
pub struct Flow {
    pub value: String,
    pub stages: Vec<String>,
    pub slips: Vec<Slip>,
    /// What is called last, as written.
    pub callee: String,
    /// Whether it says an axis, and one counted from the last.
    pub axis: bool,
    pub negative: bool,
    /// Whether it is a sum or a product, which wants parentheses in another.
    pub is_sum: bool,
}

impl Flow {
    pub fn text(&self) -> String {
        let all = [self.value.clone()].into_iter().filter(|value| !value.is_empty());
        all.chain(self.stages.iter().cloned()).collect::<Vec<_>>().join(" -> ")
    }

    /// As a side of an operator.
    pub fn operand(&self) -> String {
        if self.is_sum || self.text().contains("->") { format!("({})", self.text()) } else { self.text() }
    }

    pub(super) fn then(mut self, stage: impl Into<String>, slip: Slip, callee: &str) -> Flow {
        self.stages.push(stage.into());
        self.slip(slip, callee)
    }

    pub(super) fn slip(mut self, slip: Slip, callee: &str) -> Flow {
        self.slips.push(slip);
        self.callee = callee.into();
        self
    }

    /// Takes over what is wrong with its parts.
    pub(super) fn with(mut self, parts: &[Flow]) -> Flow {
        for part in parts {
            self.slips.extend(&part.slips);
            self.axis |= part.axis;
            self.negative |= part.negative;
        }
        self
    }
}

/// Reads expressions with what is known of their surroundings.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// Names of layers that are used later.
    pub declared: &'a [String],
    pub axes: Axes,
    /// How many brackets it may still go into: what stands deeper is none of one expression.
    pub depth: usize,
}

/// The most brackets in brackets of one expression.
pub const DEEPEST: usize = 5;

fn is_punct(token: Option<&TokenTree>, c: char) -> bool {
    matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == c)
}

fn parentheses(token: Option<&TokenTree>) -> Option<&Group> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => Some(group),
        _ => None,
    }
}

fn word(token: Option<&TokenTree>) -> Option<&Ident> {
    match token {
        Some(TokenTree::Ident(ident)) => Some(ident),
        _ => None,
    }
}

/// A path and how many tokens it has; `self.fc1` is one too.
pub fn path(all: &[TokenTree]) -> Option<(Vec<String>, usize)> {
    let first = word(all.first())?.to_string();
    let colons = |at: usize| is_punct(all.get(at), ':') && is_punct(all.get(at + 1), ':');
    let is_module = MODULES.contains(&first.as_str()) || first == "self";
    let (mut parts, mut at) = (vec![first], 1);
    loop {
        let step = match () {
            () if is_module && is_punct(all.get(at), '.') => 1,
            () if colons(at) => 2,
            () => break,
        };
        let Some(next) = word(all.get(at + step)) else { break };
        parts.push(next.to_string());
        at += step + 1;
    }
    Some((parts, at))
}

impl Reader<'_> {
    /// An expression without operators, and how many tokens it has.
    pub fn read(&self, all: &[TokenTree]) -> Option<(Flow, usize)> {
        let deeper = Reader { depth: self.depth.checked_sub(1)?, ..*self };
        let (mut flow, mut at) = deeper.primary(all)?;
        loop {
            let method = word(all.get(at + 1)).filter(|_| is_punct(all.get(at), '.'));
            let group = parentheses(all.get(at + 2));
            match (method, group) {
                (Some(name), Some(group)) => {
                    flow = deeper.method(flow, &name.to_string(), group)?;
                    at += 3;
                }
                (Some(name), None) if name == "T" => {
                    flow = flow.then("transpose", Slip::Whole, ".T");
                    at += 2;
                }
                _ if is_punct(all.get(at), '?') && !flow.slips.is_empty() => at += 1,
                _ => return Some((flow, at)),
            }
        }
    }

    fn primary(&self, all: &[TokenTree]) -> Option<(Flow, usize)> {
        if let Some(group) = parentheses(all.first()) {
            let inner = self.whole(&group.stream());
            let value = format!("({})", inner.text());
            return Some((Flow { value, ..Flow::default() }.with(&[inner]), 1));
        }
        let (parts, length) = path(all)?;
        let written = suggest::source(&all[..length].iter().cloned().collect()).replace(' ', "");
        let name = parts.last()?.clone();
        let is_path = length > 1;
        // What `self` has is what was declared.
        if parts[0] == "self" && !self.declared.contains(&name) {
            return None;
        }
        let Some(first) = parentheses(all.get(length)) else {
            let is_value = !is_path && !name.starts_with(char::is_uppercase);
            return is_value.then(|| (Flow { value: name, ..Flow::default() }, 1));
        };
        if let Some(values) = parentheses(all.get(length + 1)) {
            let flow = self.applied(&name, &written, first, values, is_path)?;
            return Some((flow, length + 2));
        }
        Some((self.called(&name, &written, first, is_path)?, length + 1))
    }

    /// `Dense(4)(x)`, `Add()([a, b])`
    fn applied(&self, name: &str, written: &str, first: &Group, values: &Group, path: bool) -> Option<Flow> {
        let arguments = made::arguments(first);
        if let Some(joined) = self.joined(name, written, values, &arguments) {
            return Some(joined);
        }
        let stages = made::stages(name, first)?;
        let mut all = self.values(values);
        let (Some(mut flow), true) = (all.pop(), all.is_empty()) else { return None };
        let is_plain = !path && arguments.iter().all(|argument| argument.name.is_none()) && stages.len() == 1;
        let is_ours = stages.first().is_some_and(|stage| stage.starts_with(name));
        flow.stages.extend(stages);
        Some(flow.slip(if is_plain && is_ours { Slip::Plain } else { Slip::Whole }, written))
    }

    /// `fc1(x)`, `F.relu(x)`, `torch.cat([a, b], dim=1)`, `exp(x)`
    fn called(&self, name: &str, written: &str, group: &Group, path: bool) -> Option<Flow> {
        let arguments = made::arguments(group);
        if let Some(mut joined) = self.joined(name, written, group, &arguments) {
            let is_concat = name != "stack" && layers::our_name(name).is_some_and(|ours| ours == "concat");
            let is_list = arguments.first().is_some_and(|first| made::is_list(&first.tokens));
            match joined.slips.first_mut().filter(|_| is_concat) {
                // That is how it is written here.
                Some(_) if written == "concat" => drop(joined.slips.remove(0)),
                Some(own) if path || !is_list => *own = Slip::Plain,
                _ => {}
            }
            return Some(joined);
        }
        let value = arguments.first().filter(|argument| argument.name.is_none())?;
        let flow = self.whole(&value.tokens);
        let rest = &arguments[1..];
        if self.declared.iter().any(|layer| layer == name) {
            let slip = if path { Slip::Whole } else { Slip::Plain };
            return rest.is_empty().then(|| flow.then(name, slip, written));
        }
        if made::is_number(&value.tokens) {
            return None;
        }
        if !path && layers::is_function(name) && !rest.is_empty() && !rest.iter().any(made::is_strange) {
            // That is how it is written here, or is put right where it is read.
            let rest: Vec<String> = rest.iter().map(Argument::text).collect();
            let value = format!("{name}({}, {})", flow.text(), rest.join(", "));
            return Some(Flow { value, ..Flow::default() }.with(&[flow]));
        }
        if let Some(changed) = self.rearranged(flow.clone(), name, rest, written) {
            return Some(changed);
        }
        let ours = layers::our_name(name)?;
        if layers::is_function(name) && rest.is_empty() && !ours.starts_with(char::is_uppercase) {
            let value = format!("{name}({})", flow.text());
            let called = Flow { value, callee: written.into(), ..Flow::default() }.with(&[flow]);
            return Some(if path { called.slip(Slip::Plain, written) } else { called });
        }
        if layers::is_function(&ours) && rest.is_empty() && ["ln", "exp", "sqrt"].contains(&ours.as_str()) {
            let value = format!("{ours}({})", flow.text());
            return Some(Flow { value, ..Flow::default() }.with(&[flow]).slip(Slip::Plain, written));
        }
        let is_layer = layers::our_layer(name).is_some_and(|ours| ours.starts_with(char::is_uppercase));
        if !is_layer {
            return None;
        }
        let stages = made::stages_of(name, rest)?;
        let mut flow = flow;
        let is_plain = !path && rest.iter().all(|argument| argument.name.is_none());
        flow.stages.extend(stages);
        Some(flow.slip(if is_plain { Slip::Plain } else { Slip::Whole }, written))
    }

    /// `x.view(-1, 784)`, `h.relu()`, `fc1.forward(x)`
    fn method(&self, flow: Flow, name: &str, group: &Group) -> Option<Flow> {
        let arguments = made::arguments(group);
        let written = format!(".{name}");
        let is_layer = flow.stages.is_empty() && self.declared.contains(&flow.value);
        if is_layer && ["forward", "call", "__call__", "forward_t"].contains(&name) {
            let value = self.whole(&arguments.first()?.tokens);
            return Some(value.then(flow.value, Slip::Whole, &written));
        }
        match name {
            "apply" | "forward" | "map" if arguments.len() == 1 => {
                let layer = suggest::source(&arguments[0].tokens).trim_start_matches(['&', ' ']).to_string();
                return self.declared.contains(&layer).then(|| flow.then(layer, Slip::Whole, &written));
            }
            "contiguous" | "detach" | "clone" | "to" | "cuda" | "cpu" | "float" => {
                return Some(flow.slip(Slip::Whole, &written));
            }
            _ => {}
        }
        let is_layer = |argument: &&Argument| matches!(argument.tokens.clone().into_iter().next(), Some(TokenTree::Ident(word)) if word.to_string().starts_with(char::is_uppercase));
        if let Some(other) =
            arguments.first().filter(|a| a.name.is_none() && arguments.len() == 1 && !is_layer(a))
            && let Some(sign) = made::sign(name)
        {
            let other = self.whole(&other.tokens);
            let value = format!("{} {sign} {}", flow.operand(), other.operand());
            return Some(
                Flow { value, is_sum: true, ..Flow::default() }
                    .with(&[flow, other])
                    .slip(Slip::Whole, &written),
            );
        }
        if let (Some("matmul"), [other]) = (layers::our_name(name).as_deref(), &arguments[..]) {
            let other = self.whole(&other.tokens);
            let value = format!("matmul({}, {})", flow.text(), other.text());
            return Some(Flow { value, ..Flow::default() }.with(&[flow, other]).slip(Slip::Whole, &written));
        }
        if let Some(changed) = self.rearranged(flow.clone(), name, &arguments, &written) {
            return Some(changed);
        }
        let ours = layers::our_layer(name)?;
        let is_plain = arguments.iter().all(|argument| argument.name.is_none());
        if ours.starts_with(char::is_uppercase) {
            let mut flow = flow;
            flow.stages.extend(made::stages_of(name, &arguments)?);
            return Some(flow.slip(if is_plain { Slip::Method } else { Slip::Whole }, &written));
        }
        arguments.is_empty().then(|| flow.then(ours, Slip::Method, &written))
    }

    /// The values that something is called with, in a list or one by one.
    pub(super) fn values(&self, group: &Group) -> Vec<Flow> {
        let all = made::arguments(group);
        let positional: Vec<&Argument> =
            all.iter().filter(|a| a.name.is_none() && !made::is_number(&a.tokens)).collect();
        if let [list] = &positional[..]
            && let mut tokens = list.tokens.clone().into_iter()
            && let (Some(TokenTree::Group(list)), None) = (tokens.next(), tokens.next())
            && suggest::between_commas(list.stream()).len() > 1
        {
            return suggest::between_commas(list.stream()).iter().map(|part| self.whole(part)).collect();
        }
        positional.into_iter().map(|argument| self.whole(&argument.tokens)).collect()
    }

    /// A whole expression, with what is in it put right.
    pub fn whole(&self, tokens: &TokenStream) -> Flow {
        let all: Vec<TokenTree> = tokens.clone().into_iter().collect();
        if let Some((flow, length)) = self.read(&all)
            && length == all.len()
        {
            return flow;
        }
        let (mut mended, mut parts, mut at) = (TokenStream::new(), Vec::new(), 0);
        while at < all.len() {
            // Behind a colon stands a layer or an argument.
            let starts =
                at == 0 || matches!(&all[at - 1], TokenTree::Punct(p) if "+-*/,>".contains(p.as_char()));
            let behind_arrow = at > 1 && is_punct(all.get(at - 1), '>') && is_punct(all.get(at - 2), '-');
            match self.read(&all[at..]).filter(|(flow, _)| starts && !behind_arrow && !flow.slips.is_empty())
            {
                Some((flow, length)) => {
                    mended.extend(flow.operand().parse::<TokenStream>().unwrap_or_default());
                    parts.push(flow);
                    at += length;
                }
                None => {
                    mended.extend([all[at].clone()]);
                    at += 1;
                }
            }
        }
        Flow { value: suggest::source(&mended), ..Flow::default() }.with(&parts)
    }
}
