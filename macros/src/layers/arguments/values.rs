//! The values of arguments: counts, pairs, numbers, words.

use super::{Arguments, argument_text, choice};
use crate::ast::ValueKind;
use crate::errors::{Change, Error, Errors, How};
use crate::shape::Dim;
use crate::suggest;

/// Zeros around a sequence, an image or a volume, as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Padding<const N: usize = 2> {
    Each([Dim; N]),
    Same,
    /// All of it before the first step, so that nothing to come is read.
    Causal,
}

/// What other frameworks call the schemes of initialisation.
pub const INIT_ALIASES: [(&str, &str); 8] = [
    ("he", "he_normal"),
    ("glorot", "glorot_uniform"),
    ("xavier_uniform", "glorot_uniform"),
    ("xavier_normal", "glorot_normal"),
    ("xavier", "glorot_uniform"),
    ("kaiming_normal", "he_normal"),
    ("kaiming_uniform", "he_uniform"),
    ("kaiming", "he_normal"),
];

impl Arguments<'_> {
    /// A whole number that must be given.
    pub fn count(&mut self, name: &'static str, what: &str, example: &str, errors: &mut Errors) -> Dim {
        if self.take(name).is_none() {
            self.missing(name, what, example, errors);
            return Dim::ONE;
        }
        self.count_or(name, what, 1, errors)
    }

    /// A whole number of at least one.
    pub fn count_or(
        &mut self,
        name: &'static str,
        what: &str,
        default: impl Into<Dim>,
        errors: &mut Errors,
    ) -> Dim {
        let default = default.into();
        match self.take(name).map(|v| &v.kind) {
            None | Some(ValueKind::Broken) => default,
            Some(&ValueKind::Integer(n)) if n >= 1 => n,
            Some(ValueKind::Integer(n)) => {
                let error = self.refusal(name, &format!("is invalid: {what} is at least 1"));
                errors.extend(error.map(|error| self.positive(error, name, &[*n], 1)));
                default
            }
            Some(ValueKind::Word(_)) => {
                self.refuse_word(name, errors);
                default
            }
            Some(kind @ (ValueKind::Tuple(_) | ValueKind::Shape(_))) => {
                let error = self.refusal(name, &format!("is invalid: {what} is one number"));
                errors.extend(error.map(|error| self.one_of_equals(error, name, kind)));
                default
            }
            Some(kind) => {
                let error = self.refusal(name, &format!("is invalid: {what} is a whole number"));
                errors.extend(error.map(|error| match kind {
                    ValueKind::Float(n, _) if *n >= 1.0 && n.fract() == 0.0 => {
                        self.suggest(error, name, &format!("{n}"))
                    }
                    _ => error,
                }));
                default
            }
        }
    }

    /// A whole number that must be given, and that decides more than a size.
    pub fn literal(&mut self, name: &'static str, what: &str, example: &str, errors: &mut Errors) -> usize {
        let n = self.count(name, what, example, errors);
        n.known().unwrap_or_else(|| {
            self.refuse(
                name,
                &format!("is invalid: {what} is a literal, for it decides what is built"),
                errors,
            );
            1
        })
    }

    /// A number for all axes or one for each, of at least 1, that must be given.
    pub fn sizes<const N: usize>(
        &mut self,
        name: &'static str,
        what: &str,
        example: &str,
        errors: &mut Errors,
    ) -> [Dim; N] {
        if self.take(name).is_none() {
            self.missing(name, what, example, errors);
            return [Dim::ONE; N];
        }
        self.sizes_or(name, what, [Dim::ONE; N], 1, errors)
    }

    /// A number for all axes or one for each, of at least `least`.
    pub fn sizes_or<const N: usize>(
        &mut self,
        name: &'static str,
        what: &str,
        default: [Dim; N],
        least: usize,
        errors: &mut Errors,
    ) -> [Dim; N] {
        let numbers = match self.take(name).map(|v| &v.kind) {
            None | Some(ValueKind::Broken) => return default,
            Some(n @ ValueKind::Integer(_)) => vec![n.clone(); N],
            Some(ValueKind::Tuple(parts)) if parts.len() == N => parts.clone(),
            Some(ValueKind::Word(word)) if name != "padding" || word.starts_with(char::is_uppercase) => {
                self.refuse_word(name, errors);
                return default;
            }
            Some(kind) => {
                let form = match (N, kind) {
                    (1, ValueKind::Tuple(_) | ValueKind::Shape(_)) => {
                        format!("of `{}` is one number", self.layer())
                    }
                    (1, _) => "is a whole number".into(),
                    (2, _) => "is a whole number or a pair `(height, width)`".into(),
                    _ => "is a whole number or a triple `(depth, height, width)`".into(),
                };
                if let Some(mut error) = self.refusal(name, &format!("is invalid: {what} {form}")) {
                    error = match kind {
                        // `[3, 3]` for `(3, 3)`
                        ValueKind::Shape(shape) if shape.rank() == N && N > 1 => {
                            let parts: Vec<_> = shape.0.iter().map(ToString::to_string).collect();
                            self.suggest(error, name, &format!("({})", parts.join(", ")))
                        }
                        ValueKind::Shape(shape) if shape.rank() == 1 => {
                            self.suggest(error, name, &shape.0[0].to_string())
                        }
                        ValueKind::Word(word)
                            if name == "padding" && ["same", "valid"].contains(&word.as_str()) =>
                        {
                            self.same(error, word)
                        }
                        &ValueKind::Float(x, _) if x.fract() == 0.0 && x >= 0.0 => {
                            self.suggest(error, name, &format!("{x:.0}"))
                        }
                        _ => self.one_of_equals(error, name, kind),
                    };
                    errors.push(error);
                }
                return default;
            }
        };
        let mut sizes = default;
        for (place, number) in sizes.iter_mut().zip(&numbers) {
            match number {
                ValueKind::Integer(n) if *n >= least => *place = *n,
                ValueKind::Integer(_) => {
                    let error = self.refusal(name, &format!("is invalid: {what} is at least {least}"));
                    let all: Vec<Dim> = numbers.iter().filter_map(integer).collect();
                    errors.extend(error.map(|error| self.positive(error, name, &all, least)));
                    return default;
                }
                _ => {
                    self.refuse(name, &format!("is invalid: {what} is a whole number"), errors);
                    return default;
                }
            }
        }
        sizes
    }

    /// What keeps the size where there is no word for it.
    fn same(&self, error: Error, word: &str) -> Error {
        if word == "valid" {
            return self.suggest(error, "padding", "0");
        }
        let half = |kind: &ValueKind| integer(kind).and_then(Dim::known).map(|k| (k.max(1) - 1) / 2);
        match self.take("kernel").map(|v| &v.kind) {
            Some(ValueKind::Tuple(parts)) => {
                let parts: Option<Vec<String>> =
                    parts.iter().map(|p| half(p).map(|p| p.to_string())).collect();
                let Some(parts) = parts else { return error };
                self.suggest(error, "padding", &format!("({})", parts.join(", ")))
            }
            Some(kind) => match half(kind) {
                Some(half) => {
                    let error = self.suggest(error, "padding", &half.to_string());
                    // Of an even window one more keeps what a stride leaves over.
                    let error = self.suggest(error, "padding", &(half + 1).to_string());
                    if !self.named.contains(&"output_padding") || self.is_given("output_padding") {
                        return error;
                    }
                    let arguments = self.call.arguments.iter().map(|a| match &a.name {
                        Some(name) if name == "padding" => format!("padding: {half}, output_padding: 1"),
                        _ => argument_text(a),
                    });
                    let call = format!("{}({})", self.call.name, arguments.collect::<Vec<_>>().join(", "));
                    error.help_call(&self.call.tokens, call)
                }
                None => error,
            },
            None => error,
        }
    }

    /// The error with a help: one number for several that are the same.
    fn one_of_equals(&self, error: Error, name: &str, kind: &ValueKind) -> Error {
        let all: Vec<String> = match kind {
            ValueKind::Tuple(parts) => parts.iter().map(ToString::to_string).collect(),
            ValueKind::Shape(shape) => shape.0.iter().map(ToString::to_string).collect(),
            _ => return error,
        };
        match &all[..] {
            [first, rest @ ..] if rest.iter().all(|other| other == first) => self.suggest(error, name, first),
            _ => error,
        }
    }

    /// The error with a help: the numbers without their signs; nothing in the place of what leaves no choice is 1.
    fn positive(&self, error: Error, name: &str, numbers: &[Dim], least: usize) -> Error {
        let zeros = numbers.iter().filter(|n| n.is(0)).count();
        if least == 1 && zeros > 0 {
            let other = numbers.iter().find(|n| !n.is(0)).and_then(|n| n.known());
            return match other {
                Some(other) => self.suggest(error, name, &other.to_string()),
                None if ["stride", "dilation", "groups", "scale", "layers"].contains(&name) => {
                    self.suggest(error, name, "1")
                }
                None => error,
            };
        }
        let positive = |n: &Dim| n.integer().map(i128::unsigned_abs).filter(|n| *n >= least as u128);
        let texts: Option<Vec<String>> = numbers.iter().map(|n| positive(n).map(|n| n.to_string())).collect();
        match texts.as_deref() {
            Some([first, rest @ ..]) if rest.iter().all(|text| text == first) => {
                self.suggest(error, name, first)
            }
            Some(all) if !all.is_empty() => self.suggest(error, name, &format!("({})", all.join(", "))),
            _ => error,
        }
    }

    /// `padding: 1`, `(1, 2)`, and where the layer allows it `same` and `valid`.
    pub fn padding_of<const N: usize>(&mut self, words: bool, errors: &mut Errors) -> Padding<N> {
        match self.take("padding").map(|v| &v.kind) {
            Some(ValueKind::Word(word)) if words && word == "same" => Padding::Same,
            Some(ValueKind::Word(word)) if words && N == 1 && word == "causal" => Padding::Causal,
            Some(ValueKind::Word(word)) if words && word == "valid" => Padding::Each([Dim::ZERO; N]),
            Some(ValueKind::Word(word)) if words => {
                let form = ["a number", "a number, a pair", "a number, a triple"][N - 1];
                let known: &[&str] = if N == 1 { &["same", "valid", "causal"] } else { &["same", "valid"] };
                let why = format!("is invalid: it is {form}, {}", super::choice(known));
                if let Some(mut error) = self.refusal("padding", &why) {
                    if let Some(similar) = suggest::similar(word, known, &[]) {
                        error = self.suggest(error, "padding", similar);
                    }
                    errors.push(error);
                }
                Padding::Each([Dim::ZERO; N])
            }
            // A constant of that name is nobody's.
            Some(ValueKind::Integer(n)) if words && ["SAME", "VALID"].contains(&n.to_string().as_str()) => {
                let word = n.to_string();
                let error = self.refusal("padding", "is invalid: words are written in small letters");
                errors.extend(error.map(|error| self.suggest(error, "padding", &word.to_lowercase())));
                Padding::Each([Dim::ZERO; N])
            }
            _ => Padding::Each(self.sizes_or("padding", "the padding", [Dim::ZERO; N], 0, errors)),
        }
    }

    /// `1`, `(height, width)` or `(left, right, top, bottom)`, as `[[top, bottom], [left, right]]`.
    pub fn sides(
        &mut self,
        name: &'static str,
        what: &str,
        example: &str,
        errors: &mut Errors,
    ) -> [[Dim; 2]; 2] {
        match self.take(name).map(|v| &v.kind) {
            Some(ValueKind::Tuple(parts)) if parts.len() == 4 => {
                let sides: Option<Vec<Dim>> = parts
                    .iter()
                    .map(|part| match part {
                        &ValueKind::Integer(n) if n >= 0 => Some(n),
                        _ => None,
                    })
                    .collect();
                if let Some([left, right, top, bottom]) = sides.as_deref() {
                    return [[*top, *bottom], [*left, *right]];
                }
                self.refuse(name, &format!("is invalid: {what} is four whole numbers of at least 0"), errors);
                [[Dim::ZERO; 2]; 2]
            }
            Some(ValueKind::Tuple(parts)) if parts.len() != 2 => {
                let form = "a whole number, a pair `(height, width)` or four `(left, right, top, bottom)`";
                self.refuse(name, &format!("is invalid: {what} is {form}"), errors);
                [[Dim::ZERO; 2]; 2]
            }
            None => self.sizes(name, what, example, errors).map(|n| [n, n]),
            Some(_) => self.sizes_or(name, what, [Dim::ZERO; 2], 0, errors).map(|n| [n, n]),
        }
    }

    /// A number that may have a fraction.
    pub fn number_or(&mut self, name: &'static str, default: f64, errors: &mut Errors) -> f64 {
        match self.take(name).map(|v| &v.kind) {
            None | Some(ValueKind::Broken) => default,
            Some(ValueKind::Integer(n)) if n.as_f64().is_some() => n.as_f64().unwrap_or(default),
            Some(ValueKind::Integer(_)) => {
                self.refuse(name, "is no literal: a constant stands for a size alone", errors);
                default
            }
            Some(&ValueKind::Float(x, _)) => x,
            Some(_) => {
                self.refuse(name, "is invalid: it is a number", errors);
                default
            }
        }
    }

    /// A number that must be given.
    pub fn number(&mut self, name: &'static str, what: &str, example: &str, errors: &mut Errors) -> f64 {
        if self.take(name).is_none() {
            self.missing(name, what, example, errors);
        }
        self.number_or(name, 0.0, errors)
    }

    /// What is added to a variance before its root is taken.
    pub fn epsilon_or(&mut self, default: f64, errors: &mut Errors) -> f64 {
        let eps = self.number_or("eps", default, errors);
        if eps < 0.0 || eps == 0.0 && eps.is_sign_negative() {
            let error = self.refusal("eps", "is invalid: it is added to the variance and not negative");
            errors.extend(error.map(|error| self.without_sign(error, "eps")));
        }
        eps
    }

    /// The weight of the newest batch in a running average.
    pub fn momentum_or(&mut self, default: f64, errors: &mut Errors) -> f64 {
        let momentum = self.number_or("momentum", default, errors);
        if !(0.0..=1.0).contains(&momentum) {
            let error = self.refusal("momentum", "is invalid: it is the newest batch's weight, from 0 to 1");
            errors.extend(error.map(|error| match momentum {
                1.0..=100.0 => self.suggest(error, "momentum", &format!("{}", momentum / 100.0)),
                _ => self.without_sign(error, "momentum"),
            }));
        }
        momentum
    }

    /// The error with a help: the number without its sign.
    pub fn without_sign(&self, error: Error, name: &str) -> Error {
        let text = self.take(name).map(|value| value.kind.to_string()).unwrap_or_default();
        match text.strip_prefix('-') {
            Some(positive) => self.suggest(error, name, positive),
            None => error,
        }
    }

    pub fn flag_or(&mut self, name: &'static str, default: bool, errors: &mut Errors) -> bool {
        match self.take(name).map(|v| &v.kind) {
            None | Some(ValueKind::Broken) => default,
            Some(&ValueKind::Bool(b)) => b,
            Some(kind) => {
                if let Some(error) = self.refusal(name, "is invalid: it is `true` or `false`") {
                    let meant = match kind.to_string().as_str() {
                        "0" | "None" | "none" | "no" | "False" | "off" => Some("false"),
                        "1" | "yes" | "True" | "on" => Some("true"),
                        _ => None,
                    };
                    errors.push(match meant {
                        Some(meant) => self.suggest(error, name, meant),
                        None => error,
                    });
                }
                default
            }
        }
    }

    /// One of a few words, by its place in the list.
    pub fn word(&mut self, name: &'static str, words: &[&'static str], errors: &mut Errors) -> Option<usize> {
        let kind = self.take(name).map(|v| &v.kind)?;
        let found = match kind {
            ValueKind::Broken => return None,
            ValueKind::Word(word) => words.iter().position(|w| w == word),
            _ => None,
        };
        if found.is_none() {
            let similar = match kind {
                ValueKind::Word(word) => suggest::similar(word, words, &INIT_ALIASES),
                // Of two words the first is the one that changes something.
                ValueKind::Bool(chosen) if words.len() == 2 => Some(words[usize::from(!chosen)]),
                _ => None,
            };
            let place = self.place(name);
            if let Some(mut error) = self.refusal(name, &format!("is invalid: it is {}", choice(words))) {
                if let (Some(similar), Some(place)) = (similar, place) {
                    let change = Change { place, how: How::Replace, text: similar.into() };
                    let text = match kind {
                        ValueKind::Bool(_) => format!("`{name}: {similar}`"),
                        _ => format!("a similar name exists: `{similar}`"),
                    };
                    error = error.help_with(text, vec![change]);
                }
                errors.push(error);
            }
        }
        found
    }

    /// A place counted from 0.
    pub fn place_of(&mut self, name: &'static str, what: &str, errors: &mut Errors) -> Option<Dim> {
        match self.take(name).map(|v| &v.kind)? {
            ValueKind::Broken => None,
            &ValueKind::Integer(n) if n >= 0 => Some(n),
            ValueKind::Word(_) => {
                self.refuse_word(name, errors);
                None
            }
            _ => {
                self.refuse(name, &format!("is invalid: {what} is a whole number from 0 on"), errors);
                None
            }
        }
    }

    /// The number of an axis, counted from 0.
    pub fn axis(&mut self, errors: &mut Errors) -> Option<usize> {
        match self.take("axis").map(|v| &v.kind)? {
            ValueKind::Broken => None,
            ValueKind::Integer(n) if n.known().is_some() => n.known(),
            kind => {
                let why = match kind {
                    ValueKind::Tuple(_) => {
                        "is invalid: it is one axis, counted from 0, the batch not among them"
                    }
                    ValueKind::Integer(n) if n.integer().is_none() => {
                        "is invalid: an axis is a literal, for it decides what is built"
                    }
                    _ => "is invalid: axes are counted from 0, the batch not among them",
                };
                self.refuse_axis(why, kind, errors);
                None
            }
        }
    }

    /// Reports what is no axis.
    pub(super) fn refuse_axis(&mut self, why: &str, kind: &ValueKind, errors: &mut Errors) {
        let last = matches!(kind, ValueKind::Integer(n) if n.integer() == Some(-1));
        if let Some(mut error) = self.refusal("axis", why) {
            // The last axis is the largest number that an axis has.
            for axis in (0..4).rev().filter(|_| last) {
                error = self.suggest(error, "axis", &axis.to_string());
            }
            errors.push(error);
        }
    }
}

fn integer(kind: &ValueKind) -> Option<Dim> {
    match kind {
        ValueKind::Integer(n) => Some(*n),
        _ => None,
    }
}
