//! Reads a layer's arguments, so that every layer answers the same mistake in the same words.

mod structure;
mod values;

use crate::ast::{Call, Value, ValueKind};
use crate::errors::{Change, Error, Errors, How, Place};
use crate::suggest;
use proc_macro2::Ident;

pub use values::{INIT_ALIASES, Padding};

/// What other frameworks call our arguments.
const ALIASES: [(&str, &str); 43] = [
    ("kernel_size", "kernel"),
    ("pool_size", "kernel"),
    ("window", "kernel"),
    ("size", "kernel"),
    ("strides", "stride"),
    ("pad", "padding"),
    ("scale_factor", "scale"),
    ("interpolation", "mode"),
    ("upscale_factor", "factor"),
    ("block_size", "factor"),
    ("output_size", "size"),
    ("outpad", "output_padding"),
    ("dilation_rate", "dilation"),
    ("dilations", "dilation"),
    ("in_features", "in"),
    ("in_channels", "in"),
    ("input", "in"),
    ("inputs", "in"),
    ("input_dim", "in"),
    ("input_shape", "in"),
    ("num_groups", "groups"),
    ("use_bias", "bias"),
    ("kernel_initializer", "init"),
    ("initializer", "init"),
    ("weight_init", "init"),
    ("p", "rate"),
    ("prob", "rate"),
    ("probability", "rate"),
    ("negative_slope", "slope"),
    ("epsilon", "eps"),
    ("elementwise_affine", "affine"),
    ("min_val", "min"),
    ("max_val", "max"),
    ("stddev", "std"),
    ("dim", "axis"),
    ("approximation", "approximate"),
    ("out_features", "outputs"),
    ("out_channels", "outputs"),
    ("units", "outputs"),
    ("embedding_dim", "width"),
    ("padding_index", "padding_idx"),
    ("mask_zero", "padding_idx"),
    ("filters", "outputs"),
];

/// The arguments of one call, sorted into what the layer knows.
pub struct Arguments<'a> {
    call: &'a Call,
    main: Option<&'static str>,
    taken: Vec<(&'static str, &'a Value)>,
    failed: bool,
}

impl<'a> Arguments<'a> {
    pub fn new(call: &'a Call) -> Arguments<'a> {
        Arguments { call, main: None, taken: Vec::new(), failed: false }
    }

    /// The layer's name as written.
    pub fn layer(&self) -> &'a Ident {
        &self.call.name
    }

    /// Says what the layer takes: the argument by place, if any, and those by name. Whatever does not fit is reported.
    pub fn accept(&mut self, main: Option<&'static str>, named: &[&'static str], errors: &mut Errors) {
        self.main = main;
        let layer = &self.call.name;
        for argument in self.call.arguments.iter().filter(|a| !is_value(a)) {
            let slot = match &argument.name {
                None => match main {
                    Some(main) => main,
                    None => {
                        self.failed = true;
                        let value = &argument.value.kind;
                        errors.push(match named {
                            [] => {
                                let line = format!("`{layer}` takes no arguments, found `{value}`");
                                Error::new(&argument.tokens, line)
                            }
                            _ => {
                                let line = format!("`{layer}` takes no argument by place, found `{value}`");
                                Error::new(&argument.tokens, line)
                                    .help(format!("`{layer}` takes {}", list(named)))
                            }
                        });
                        continue;
                    }
                },
                Some(name) => {
                    let text = name.to_string();
                    match named.iter().chain(&main).find(|known| **known == text) {
                        Some(known) => known,
                        None => {
                            self.failed = true;
                            self.unknown(name, main, named, errors);
                            continue;
                        }
                    }
                }
            };
            if argument.value.kind == ValueKind::Broken {
                self.failed = true;
            }
            if let Some((_, earlier)) = self.taken.iter().find(|(known, _)| *known == slot) {
                self.failed = true;
                let line = match (&argument.name, Some(slot) == main) {
                    (None, _) => {
                        format!("`{layer}` takes one argument by place, which is `{}` already", earlier.kind)
                    }
                    (Some(name), true) => format!("`{name}` is given by place already: `{}`", earlier.kind),
                    (Some(name), false) => {
                        format!("`{name}` is given twice; it is `{}` already", earlier.kind)
                    }
                };
                let error = Error::new(&argument.tokens, line);
                errors.push(match &argument.name {
                    None => self.second_by_place(error, &argument.value.kind, named),
                    Some(_) => error,
                });
                continue;
            }
            self.taken.push((slot, &argument.value));
        }
    }

    /// `Dense(784, 64)` is another framework's `Dense(64, in: 784)`; `Conv2d(32, 3)` is `Conv2d(32, kernel: 3)`.
    fn second_by_place(&self, error: Error, second: &ValueKind, named: &[&'static str]) -> Error {
        let layer = &self.call.name;
        let by_place = self.call.arguments.iter().filter(|a| a.name.is_none() && !is_value(a));
        let &[first, _] = &by_place.collect::<Vec<_>>()[..] else { return error };
        let first = &first.value.kind;
        let others: String = self
            .call
            .arguments
            .iter()
            .filter(|a| a.name.is_some())
            .map(|a| format!(", {}", argument_text(a)))
            .collect();
        let tokens = &self.call.tokens;
        if self.main == Some("width") {
            // `Embedding(1000, 32)`: how many indices there are is known here.
            return error.help_call(tokens, format!("{layer}({second}{others})"));
        }
        let error = error.help_call(tokens, format!("{layer}({second}, in: {first}{others})"));
        let kernel = named.contains(&"kernel")
            && self.call.arguments.iter().all(|a| a.name.as_ref().is_none_or(|n| n != "kernel"));
        if kernel {
            error.help_call(tokens, format!("{layer}({first}, kernel: {second}{others})"))
        } else {
            error
        }
    }

    fn unknown(&self, name: &Ident, main: Option<&'static str>, named: &[&'static str], errors: &mut Errors) {
        let layer = &self.call.name;
        let error = Error::new(name, format!("`{layer}` has no argument `{name}`"));
        let known: Vec<&'static str> = main.iter().chain(named).copied().chain(["in"]).collect();
        let given =
            |slot: &str| self.call.arguments.iter().any(|a| a.name.as_ref().is_some_and(|n| n == slot));
        let similar = suggest::similar(&name.to_string(), &known, &ALIASES).filter(|found| !given(found));
        errors.push(match similar {
            Some(found) if Some(found) == main => {
                let argument = self.call.arguments.iter().find(|a| a.name.as_ref() == Some(name));
                let value = argument.map_or(String::new(), |a| a.value.kind.to_string());
                let place = argument.map_or(Place::from(name), |a| Place::of(&a.tokens));
                error.help_with(
                    format!("`{found}` is the argument by place: `{layer}({value})`"),
                    vec![Change { place, how: How::Replace, text: value }],
                )
            }
            Some(found) => error.help_with(
                format!("an argument with a similar name exists: `{found}`"),
                vec![Change { place: name.into(), how: How::Replace, text: found.into() }],
            ),
            None => error.help(format!("`{layer}` takes {}", list(&known))),
        });
    }

    fn take(&self, name: &str) -> Option<&'a Value> {
        self.taken.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// What an argument is, as written.
    pub fn value_of(&self, name: &str) -> Option<&'a ValueKind> {
        self.take(name).map(|value| &value.kind)
    }

    /// Reports an argument that must be given.
    pub fn need(&mut self, name: &str, meaning: &str, example: &str, errors: &mut Errors) {
        self.missing(name, meaning, example, errors);
    }

    /// How an argument is quoted: `stride: 0`, and `Dense(0)` for the one by place.
    fn quote(&self, name: &str, value: &Value) -> String {
        if Some(name) == self.main {
            format!("`{}({})`", self.call.name, value.kind)
        } else {
            format!("`{name}: {}`", value.kind)
        }
    }

    /// Reports a value that is wrong.
    pub fn refuse(&mut self, name: &str, why: &str, errors: &mut Errors) {
        if let Some(error) = self.refusal(name, why) {
            errors.push(error);
        }
    }

    /// The error for a value that is wrong, for a layer that has a help to add.
    pub fn refusal(&mut self, name: &str, why: &str) -> Option<Error> {
        self.failed = true;
        let value = self.take(name).filter(|v| v.kind != ValueKind::Broken)?;
        Some(Error::new(&value.tokens, format!("{} {why}", self.quote(name, value))))
    }

    /// Reports a name that stands for no number.
    fn refuse_word(&mut self, name: &str, errors: &mut Errors) {
        self.failed = true;
        if let Some(value) = self.take(name) {
            let line = format!("{}: there is no dimension `{}`", self.quote(name, value), value.kind);
            errors.push(Error::new(&value.tokens, line));
        }
    }

    /// The error with a help: the same call with another value for an argument.
    pub fn suggest(&self, error: Error, name: &str, value: &str) -> Error {
        let arguments: Vec<_> = self
            .call
            .arguments
            .iter()
            .map(|a| match &a.name {
                Some(given) if given == name => format!("{given}: {value}"),
                None if Some(name) == self.main && !is_value(a) => value.to_string(),
                _ => argument_text(a),
            })
            .collect();
        error.help_call(&self.call.tokens, format!("{}({})", self.call.name, arguments.join(", ")))
    }

    /// The place of an argument's value, to change it.
    pub fn place(&self, name: &str) -> Option<Place> {
        self.take(name).map(|value| Place::of(&value.tokens))
    }

    fn missing(&mut self, name: &str, meaning: &str, example: &str, errors: &mut Errors) {
        // After an argument that could not be read, this one may well be meant by it.
        if !std::mem::replace(&mut self.failed, true) {
            let layer = &self.call.name;
            let arguments = self.call.to_string();
            let by_place = Some(name) == self.main;
            let what = if by_place { format!("an argument: {meaning}") } else { format!("`{name}:`") };
            let error = Error::new(&self.call.tokens, format!("`{arguments}` needs {what}"));
            let given: Vec<_> = self.call.arguments.iter().map(argument_text).collect();
            let full = if by_place {
                // Behind what flows in.
                let values = self.call.arguments.iter().take_while(|a| is_value(a)).count();
                let mut all = given;
                all.insert(values, example.to_string());
                format!("{layer}({})", all.join(", "))
            } else {
                let all: Vec<_> = given.into_iter().chain([format!("{name}: {example}")]).collect();
                format!("{layer}({})", all.join(", "))
            };
            errors.push(error.help_call(&self.call.tokens, full));
        }
    }

    /// The error with a help: the same call with another argument beside, or with another value for it.
    pub fn also(&self, error: Error, name: &str, value: &str) -> Error {
        if self.is_given(name) {
            return self.suggest(error, name, value);
        }
        let given = self.call.arguments.iter().map(argument_text);
        let all: Vec<_> = given.chain([format!("{name}: {value}")]).collect();
        error.help_call(&self.call.tokens, format!("{}({})", self.call.name, all.join(", ")))
    }

    /// What is given for an argument.
    pub fn value(&self, name: &str) -> Option<&'a ValueKind> {
        self.take(name).map(|value| &value.kind)
    }

    /// Whether an argument is there.
    pub fn is_given(&self, name: &str) -> bool {
        self.take(name).is_some()
    }

    /// Whether nothing was wrong so far.
    pub fn is_good(&self) -> bool {
        !self.failed
    }

    /// The layer, unless something was wrong.
    pub fn finish<L>(&self, layer: L) -> Option<L> {
        (!self.failed).then_some(layer)
    }
}

/// Whether an argument is what flows into a function.
pub fn is_value(argument: &crate::ast::Argument) -> bool {
    matches!(argument.value.kind, ValueKind::Given(_))
}

fn argument_text(argument: &crate::ast::Argument) -> String {
    match &argument.name {
        Some(name) => format!("{name}: {}", argument.value.kind),
        None => argument.value.kind.to_string(),
    }
}

/// `a`, `b` and `c`
pub fn list(names: &[&str]) -> String {
    joined(names, "and")
}

/// `a`, `b` or `c`
pub fn choice(names: &[&str]) -> String {
    joined(names, "or")
}

fn joined(names: &[&str], word: &str) -> String {
    let quoted: Vec<_> = names.iter().map(|n| format!("`{n}`")).collect();
    match quoted.split_last() {
        None => "nothing".into(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
    }
}
