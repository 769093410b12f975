//! Reads a layer's arguments, so that every layer answers the same mistake in the same words.

mod structure;
mod values;

use crate::ast::{Call, Value, ValueKind};
use crate::errors::{Error, Errors, Nature, Place};
use crate::suggest;
use proc_macro2::Ident;

pub use values::{INIT_ALIASES, Padding};

/// What other frameworks call our arguments.
pub const ALIASES: [(&str, &str); 98] = [
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
    ("output_dim", "width"),
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
    ("alpha", "slope"),
    ("num_features", "in"),
    ("num_channels", "in"),
    ("normalized_shape", "in"),
    ("input_size", "in"),
    ("input_channels", "in"),
    ("output_channels", "outputs"),
    ("nb_filter", "outputs"),
    ("nb_filters", "outputs"),
    ("features", "outputs"),
    ("channels", "outputs"),
    ("out", "outputs"),
    ("output_dim", "outputs"),
    ("num_outputs", "outputs"),
    ("k", "kernel"),
    ("ksize", "kernel"),
    ("filter_size", "kernel"),
    ("border_mode", "padding"),
    ("subsample", "stride"),
    ("step", "stride"),
    ("drop_rate", "rate"),
    ("dropout_rate", "rate"),
    ("dropout", "rate"),
    ("hidden_size", "hidden"),
    ("hidden_dim", "hidden"),
    ("hidden_units", "hidden"),
    ("units", "hidden"),
    ("num_layers", "layers"),
    ("n_layers", "layers"),
    ("num_hidden_layers", "layers"),
    ("bidir", "bidirectional"),
    ("num_heads", "heads"),
    ("n_heads", "heads"),
    ("n_head", "heads"),
    ("nhead", "heads"),
    ("head_count", "heads"),
    ("is_causal", "causal"),
    ("use_causal_mask", "causal"),
    ("attn_mask", "mask"),
    ("attention_mask", "mask"),
    ("key_padding_mask", "mask"),
    ("attention_dropout", "dropout"),
    ("attn_dropout", "dropout"),
    ("dropout_p", "dropout"),
    ("p", "padding"),
    ("s", "stride"),
    ("d", "dilation"),
    ("g", "groups"),
    ("ks", "kernel"),
    ("num_units", "hidden"),
    ("embed_dim", "width"),
    ("embed_dim", "in"),
    ("embedding_dim", "in"),
    ("d_model", "width"),
    ("d_model", "in"),
];

/// The arguments of one call, sorted into what the layer knows.
pub struct Arguments<'a> {
    call: &'a Call,
    main: Option<&'static str>,
    named: Vec<&'static str>,
    taken: Vec<(&'static str, &'a Value)>,
    failed: bool,
}

impl<'a> Arguments<'a> {
    pub fn new(call: &'a Call) -> Arguments<'a> {
        Arguments { call, main: None, named: Vec::new(), taken: Vec::new(), failed: false }
    }

    /// The layer's name as written.
    pub fn layer(&self) -> &'a Ident {
        &self.call.name
    }

    /// Says what the layer takes: the argument by place, if any, and those by name. Whatever does not fit is reported.
    pub fn accept(&mut self, main: Option<&'static str>, named: &[&'static str], errors: &mut Errors) {
        self.main = main;
        self.named = named.to_vec();
        let layer = &self.call.name;
        for argument in self.call.arguments.iter().filter(|a| !is_value(a)) {
            let slot = match &argument.name {
                None => match main {
                    Some(main) => main,
                    None => {
                        self.failed = true;
                        // One error for all that are too many.
                        let extra: Vec<_> =
                            self.call.arguments.iter().filter(|a| a.name.is_none() && !is_value(a)).collect();
                        if !std::ptr::eq(extra[0], argument) {
                            continue;
                        }
                        let value = &argument.value.kind;
                        let mut error = match named {
                            [] => {
                                let line = format!("`{layer}` takes no arguments, found `{value}`");
                                Error::new(&argument.tokens, line)
                            }
                            _ => {
                                let line = format!("`{layer}` takes no argument by place, found `{value}`");
                                Error::new(&argument.tokens, line)
                                    .of(Nature::Certain)
                                    .note(format!("`{layer}` takes {}", list(named)))
                            }
                        };
                        if named.contains(&"eps") {
                            error = error.note("its size is known from what comes in");
                        }
                        if named.contains(&"axis") {
                            let [axis, ..] = [self.with(argument, &format!("axis: {value}"))];
                            error = error.help_call(&self.call.tokens, axis);
                        }
                        let last = extra[extra.len() - 1];
                        let place = Place::of(&argument.tokens).to(Place::of(&last.tokens));
                        let error = error.help_call(&self.call.tokens, self.without(&extra));
                        errors.push(Error { place, ..error });
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
                match &argument.name {
                    None => {
                        let error = error.of(Nature::Ordered);
                        // One error for all that are too many.
                        let extra: Vec<_> =
                            self.call.arguments.iter().filter(|a| a.name.is_none() && !is_value(a)).collect();
                        if std::ptr::eq(extra[1], argument) {
                            let last = extra[extra.len() - 1];
                            let place = Place::of(&argument.tokens).to(Place::of(&last.tokens));
                            errors.push(self.second_by_place(Error { place, ..error }));
                        }
                    }
                    Some(_) => errors.push(error.help_call(&self.call.tokens, self.without(&[argument]))),
                }
                continue;
            }
            self.taken.push((slot, &argument.value));
        }
    }

    /// `Dense(784, 64)` is another framework's `Dense(64, in: 784)`; `Conv2d(32, 3)` is `Conv2d(32, kernel: 3)`.
    fn second_by_place(&self, error: Error) -> Error {
        let tokens = &self.call.tokens;
        if self.main == Some("width") {
            // `Embedding(1000, 32)`: how many indices there are is known here.
            let by_place = self.call.arguments.iter().filter(|a| a.name.is_none() && !is_value(a));
            let &[first, _] = &by_place.collect::<Vec<_>>()[..] else { return error };
            return error.help_call(tokens, self.without(&[first]));
        }
        if self.main == Some("positions") {
            // How wide the table is, is known here.
            let by_place = self.call.arguments.iter().filter(|a| a.name.is_none() && !is_value(a));
            let others: Vec<_> = by_place.skip(1).collect();
            return error.help_call(tokens, self.without(&others));
        }
        let by_place = self.call.arguments.iter().filter(|a| a.name.is_none() && !is_value(a));
        let without = self.without(&by_place.skip(1).collect::<Vec<_>>());
        let texts = rearranged(self.call, &self.call.name.to_string());
        texts.into_iter().chain([without]).fold(error, |error, text| error.help_call(tokens, text))
    }

    /// The call with something else in the place of one argument.
    fn with(&self, argument: &crate::ast::Argument, text: &str) -> String {
        let all = self.call.arguments.iter();
        let all = all.map(|a| if std::ptr::eq(a, argument) { text.into() } else { argument_text(a) });
        format!("{}({})", self.call.name, all.collect::<Vec<String>>().join(", "))
    }

    /// The call without some arguments.
    fn without(&self, some: &[&crate::ast::Argument]) -> String {
        let rest = self.call.arguments.iter().filter(|a| !some.iter().any(|other| std::ptr::eq(*a, *other)));
        let rest: Vec<_> = rest.map(argument_text).collect();
        match rest.is_empty() {
            true => self.call.name.to_string(),
            false => format!("{}({})", self.call.name, rest.join(", ")),
        }
    }

    fn unknown(&self, name: &Ident, main: Option<&'static str>, named: &[&'static str], errors: &mut Errors) {
        let layer = &self.call.name;
        let error = Error::new(name, format!("`{layer}` has no argument `{name}`")).of(Nature::Certain);
        let known: Vec<&'static str> = main.iter().chain(named).copied().chain(["in"]).collect();
        let Some(argument) = self.call.arguments.iter().find(|a| a.name.as_ref() == Some(name)) else {
            return;
        };
        let value = argument.value.kind.to_string();
        let tokens = &self.call.tokens;
        let text = name.to_string();
        match text.as_str() {
            "name" => {
                let label = value.trim_matches('"').to_string();
                let call = format!("{label}: {}", self.without(&[argument]));
                let error = error.note("a name stands before the layer");
                return errors.push(error.help_or(format!("`{call}`"), tokens, call));
            }
            "activation" => {
                let layers = super::user_names();
                let written = suggest::source(&argument.value.tokens);
                let found = suggest::similar(written.trim_matches('"'), &layers, super::ALIASES);
                let error = error.note("an activation is a layer of its own");
                let call = format!("{} -> {}", self.without(&[argument]), found.unwrap_or("Relu"));
                return errors.push(match found {
                    Some(_) => error.help_or(format!("`{call}`"), tokens, call),
                    None => error,
                });
            }
            "input_dim" | "num_embeddings" | "vocab_size" if main == Some("width") => {
                let error = error.note("how many indices there are is known from what comes in");
                return errors.push(error.help_call(tokens, self.without(&[argument])));
            }
            "input_shape" | "batch_input_shape" | "input_length" => {
                let error = error.note("what comes in is known from the network's declaration");
                return errors.push(error.help_call(tokens, self.without(&[argument])));
            }
            "return_sequences" | "return_state" | "batch_first" | "stateful" if main == Some("hidden") => {
                let without = self.without(&[argument]);
                let note = match text.as_str() {
                    "return_sequences" => "it gives every step; `-> Last` behind it keeps the last one",
                    "batch_first" => "the batch is no axis here: a sequence is `[time, features]`",
                    _ => {
                        "a pattern takes the states at the end: `let (y, h) = …`, of an `Lstm` `let (y, h, c) = …`"
                    }
                };
                let error = error.note(note);
                let error = match (text.as_str(), value.as_str()) {
                    ("return_sequences", "false") => {
                        let call = format!("{without} -> Last");
                        error.help_or(format!("`{call}`"), tokens, call)
                    }
                    _ => error,
                };
                return errors.push(error.help_call(tokens, without));
            }
            "keep_prob" | "keep" | "keep_rate" if main == Some("rate") => {
                let rate = value.parse::<f64>().map(|kept| (1.0 - kept) * 1e6).unwrap_or_default();
                let call = self.with(argument, &format!("{}", rate.round() / 1e6));
                let error = error.note("the number is the share that is dropped, not the share that is kept");
                return errors.push(error.help_call(tokens, call));
            }
            _ => {}
        }
        let given = |slot: &str| {
            self.call.arguments.iter().any(|a| match &a.name {
                Some(name) => name == slot,
                None => Some(slot) == main && !is_value(a),
            })
        };
        let similar = suggest::similar(&text, &known, &ALIASES);
        let is_alias = ALIASES.iter().any(|(alias, _)| *alias == text);
        errors.push(match similar {
            Some(found) if given(found) => {
                let error = match is_alias {
                    true => error.note(format!("`{name}` is called `{found}` here, which is given already")),
                    false => error.note(format!("`{layer}` takes {}", list(&known))),
                };
                error.help_call(tokens, self.without(&[argument]))
            }
            Some(found) if Some(found) == main => error.help_or(
                format!("`{found}` is the argument by place: `{}`", self.with(argument, &value)),
                &argument.tokens,
                value,
            ),
            Some(found) => {
                let help = match is_alias {
                    true => format!("`{name}` is called `{found}` here"),
                    false => format!("an argument with a similar name exists: `{found}`"),
                };
                let error = error.help_or(help.clone(), name, found);
                // Others count the batch as an axis.
                match (found, value.parse::<i64>()) {
                    ("axis", Ok(axis)) => {
                        let text = format!("axis: {}", if axis < 0 { 0 } else { axis - 1 });
                        error.help_or(format!("{help}: `{text}`"), &argument.tokens, text)
                    }
                    _ => error,
                }
            }
            None => error
                .note(format!("`{layer}` takes {}", list(&known)))
                .help_call(tokens, self.without(&[argument])),
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
        let named = self.call.arguments.iter().any(|a| a.name.as_ref().is_some_and(|given| given == name));
        if Some(name) == self.main && !named {
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
        Some(Error::new(value.source(), format!("{} {why}", self.quote(name, value))))
    }

    /// Reports a name that stands for no number.
    fn refuse_word(&mut self, name: &str, errors: &mut Errors) {
        self.failed = true;
        if let Some(value) = self.take(name) {
            let line = format!("{}: there is no dimension `{}`", self.quote(name, value), value.kind);
            let note = "names in small letters are a block's parameters or the variables of its shapes; a constant has \
                        capitals";
            errors.push(Error::new(&value.tokens, line).note(note));
        }
    }

    /// The error with a help: the same call with another value for an argument.
    pub fn suggest(&self, error: Error, name: &str, value: &str) -> Error {
        if let Some(given) = self.take(name).and_then(|value| value.given.as_ref()) {
            return error.help_or(format!("`{value}`"), given, value);
        }
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

    /// The error with a help: the same call without an argument that has a name.
    pub fn left_out(&self, error: Error, name: &str) -> Error {
        match self.call.arguments.iter().find(|a| a.name.as_ref().is_some_and(|given| given == name)) {
            Some(argument) => error.help_call(&self.call.tokens, self.without(&[argument])),
            None => error,
        }
    }

    /// The place of an argument's value, to change it.
    pub fn place(&self, name: &str) -> Option<Place> {
        self.take(name).map(|value| Place::of(value.source()))
    }

    fn missing(&mut self, name: &str, meaning: &str, example: &str, errors: &mut Errors) {
        // After an argument that could not be read, this one may well be meant by it.
        if !std::mem::replace(&mut self.failed, true) {
            let layer = &self.call.name;
            let arguments = self.call.to_string();
            let by_place = Some(name) == self.main;
            let what = if by_place { format!("an argument: {meaning}") } else { format!("`{name}:`") };
            let counts = by_place && meaning.starts_with("the number");
            let error = Error::new(&self.call.tokens, format!("`{arguments}` needs {what}")).of(if counts {
                Nature::NumberMissing
            } else {
                Nature::Plain
            });
            let given: Vec<_> = self.call.arguments.iter().map(argument_text).collect();
            let full = if by_place {
                // Behind what flows in.
                let values = self.call.arguments.iter().take_while(|a| is_value(a)).count();
                let mut all = given;
                all.insert(values, example.to_string());
                let kernel = self.named.contains(&"kernel") && self.take("kernel").is_none();
                all.extend(kernel.then(|| "kernel: 3".to_string()));
                format!("{layer}({})", all.join(", "))
            } else {
                let all: Vec<_> = given.into_iter().chain([format!("{name}: {example}")]).collect();
                format!("{layer}({})", all.join(", "))
            };
            let error = error.help_call(&self.call.tokens, full.clone());
            // Axes are counted from the outermost; a smaller kernel fits more.
            let others: &[(&str, &str)] = match name {
                "axis" => &[("axis: 0", "axis: 1"), ("axis: 1", "axis: 0"), ("axis: 0", "axis: 2")],
                "kernel" => &[("kernel: 3", "kernel: 2"), ("kernel: 3", "kernel: 1")],
                // What has to divide the features.
                "groups" | "heads" => &[("(8", "(4"), ("(8", "(3"), ("(8", "(5"), ("(8", "(2"), ("(8", "(1")],
                _ => &[],
            };
            errors.push(others.iter().fold(error, |error, (from, to)| match full.contains(from) {
                true => error.help_call(&self.call.tokens, full.replace(from, to)),
                false => error,
            }));
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

/// The call as another framework may mean it, whose arguments by place come in another order: what comes in before what
/// comes out, then kernel, stride and padding.
pub fn rearranged(call: &Call, ours: &str) -> Vec<String> {
    let (values, rest): (Vec<_>, Vec<_>) = call.arguments.iter().partition(|a| is_value(a));
    let (by_place, by_name): (Vec<_>, Vec<_>) = rest.into_iter().partition(|a| a.name.is_none());
    let texts: Vec<String> = by_place.iter().map(|a| a.value.kind.to_string()).collect();
    if texts.len() < 2 {
        return Vec::new();
    }
    let orders: [&[&str]; 4] = [
        &["in", "", "kernel", "stride", "padding"],
        &["", "kernel", "stride", "padding"],
        &["", "stride", "padding"],
        &["groups", "in"],
    ];
    let arranged = |order: &&[&str]| {
        if texts.len() > order.len() {
            return None;
        }
        let mut all: Vec<String> = values.iter().map(|a| argument_text(a)).collect();
        let main = order.iter().zip(&texts).find(|(name, _)| name.is_empty());
        all.extend(main.map(|(_, text)| text.clone()));
        let others = order.iter().zip(&texts).filter(|(name, _)| !name.is_empty());
        all.extend(others.map(|(name, text)| format!("{name}: {text}")));
        all.extend(by_name.iter().map(|a| argument_text(a)));
        Some(format!("{ours}({})", all.join(", ")))
    };
    orders.iter().filter_map(arranged).collect()
}

pub fn argument_text(argument: &crate::ast::Argument) -> String {
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
