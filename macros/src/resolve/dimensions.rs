//! Whole numbers that are more than a literal: what names in dimensions and arguments stand for.

use super::Builder;
use crate::ast::{Argument, Call, Dimension, Indices, Operator, Outside, Value, ValueKind};
use crate::demands::{self, follow};
use crate::errors::{Error, Errors, Place};
use crate::layers::{AnyLayer, list};
use crate::maps::OrderedMap;
use crate::parse::MAX_NUMBER;
use crate::shape::{Dim, Shape};
use crate::suggest;
use proc_macro2::TokenStream;

/// What the names of a block's parameters and of its shapes' variables stand for. A name that is known to be one, but
/// whose value is not after an error, stands for `Broken`.
pub type Dimensions = OrderedMap<ValueKind>;

/// Works a number out; `None` if it has a name without a value in it. The error says why there is no such number.
pub fn evaluate(dimension: &Dimension, lookup: &dyn Fn(&str) -> Option<Dim>) -> Result<Option<Dim>, String> {
    let value = match dimension {
        Dimension::Number(n) => return Ok(Some((*n).into())),
        Dimension::Name(name) => return Ok(lookup(name)),
        Dimension::Constant(path) => {
            let n = path.dim();
            if n > MAX_NUMBER {
                return Err(format!("`{n}` is too large: the largest number is {MAX_NUMBER}"));
            }
            n
        }
        Dimension::Binary(left, operator, right) => {
            let (Some(a), Some(b)) = (evaluate(left, lookup)?, evaluate(right, lookup)?) else {
                return Ok(None);
            };
            let numbers = || format!("`{a} {} {b}`", operator.sign());
            let result = match operator {
                Operator::Add => a + b,
                Operator::Subtract => a - b,
                Operator::Multiply => a * b,
                Operator::Divide if b == 0 => return Err(format!("{} divides by zero", numbers())),
                Operator::Divide => a / b,
            };
            if result > MAX_NUMBER || Dim::ZERO - result > MAX_NUMBER {
                return Err(format!("{} is too large: the largest number is {MAX_NUMBER}", numbers()));
            }
            result
        }
    };
    Ok(Some(value))
}

/// The names in a dimension.
pub fn names(dimension: &Dimension) -> Vec<&str> {
    match dimension {
        Dimension::Number(_) | Dimension::Constant(_) => Vec::new(),
        Dimension::Name(name) => vec![name],
        Dimension::Binary(left, _, right) => [names(left), names(right)].concat(),
    }
}

/// The place of a name among tokens, for an error about it.
pub fn place_of(name: &str, tokens: &TokenStream) -> Place {
    fn find(name: &str, tokens: &TokenStream) -> Option<Place> {
        tokens.clone().into_iter().find_map(|token| match token {
            proc_macro2::TokenTree::Group(group) => find(name, &group.stream()),
            proc_macro2::TokenTree::Ident(ident) if ident == name => Some(ident.span().into()),
            _ => None,
        })
    }
    find(name, tokens).unwrap_or_else(|| Place::of(tokens))
}

/// A number with all names put in, or the reason to be silent (`None`): an error has been pushed, or came earlier.
pub fn number(
    dimension: &Dimension,
    known: &Dimensions,
    tokens: &TokenStream,
    errors: &mut Errors,
) -> Option<Dim> {
    for name in names(dimension) {
        match known.get(name) {
            Some(ValueKind::Integer(_)) => {}
            Some(ValueKind::Broken) => return None,
            Some(other) => {
                let line = format!("`{name}` is `{other}` here, and no whole number");
                errors.push(Error::new(place_of(name, tokens), line));
                return None;
            }
            None => {
                errors.push(undefined(name, known, tokens));
                return None;
            }
        }
    }
    let lookup = |name: &str| match known.get(name) {
        Some(ValueKind::Integer(n)) => Some(*n),
        _ => None,
    };
    match evaluate(dimension, &lookup) {
        Ok(found) => found,
        Err(line) => {
            let line = match dimension {
                Dimension::Binary(..) => format!("`{dimension}` is no number here: {line}"),
                _ => line,
            };
            errors.push(Error::new(Place::of(tokens), line));
            None
        }
    }
}

fn undefined(name: &str, known: &Dimensions, tokens: &TokenStream) -> Error {
    let error = Error::new(place_of(name, tokens), format!("there is no dimension `{name}`"));
    let keys: Vec<&str> = known.keys().collect();
    match (suggest::similar(name, &keys, &[]), &keys[..]) {
        (Some(found), _) => error.help(format!("a dimension with a similar name exists: `{found}`")),
        (None, []) => error.note(
            "names in small letters are a block's parameters or the variables of its shapes; a constant has capitals",
        ),
        (None, keys) => error.help(format!("the block's dimensions are {}", list(keys))),
    }
}

/// The tokens of one dimension of a shape.
fn tokens_of(shape: &TokenStream, at: usize) -> TokenStream {
    let Some(proc_macro2::TokenTree::Group(group)) = shape.clone().into_iter().next() else {
        return shape.clone();
    };
    let is_comma = |token: &proc_macro2::TokenTree| matches!(token, proc_macro2::TokenTree::Punct(p) if p.as_char() == ',');
    let mut parts = vec![TokenStream::new()];
    for token in group.stream() {
        if is_comma(&token) {
            parts.push(TokenStream::new());
        } else if let Some(part) = parts.last_mut() {
            part.extend([token]);
        }
    }
    parts.into_iter().nth(at).filter(|part| !part.is_empty()).unwrap_or_else(|| shape.clone())
}

/// A shape with all names put in.
pub fn shape(
    dimensions: &[Dimension],
    known: &Dimensions,
    tokens: &TokenStream,
    errors: &mut Errors,
) -> Option<Shape> {
    let mut shape = Vec::new();
    for (at, dimension) in dimensions.iter().enumerate() {
        let part = tokens_of(tokens, at);
        let n = number(dimension, known, &part, errors)?;
        if n < 1 {
            let line = match names(dimension)[..] {
                [] => format!("a dimension is at least 1, found `{n}`"),
                _ => format!("a dimension is at least 1, but `{dimension}` is {n} here"),
            };
            errors.push(Error::new(Place::of(&part), line));
            return None;
        }
        shape.push(n);
    }
    let shape = Shape(shape);
    if shape.elements().is_none() {
        let line = format!("`{shape}` has more elements than memory can address");
        errors.push(Error::new(Place::of(tokens), line));
        return None;
    }
    Some(shape)
}

/// The most indices: these are the whole numbers that `f32` holds, and inside a network indices stand as such.
const MAX_INDICES: i128 = 1 << 24;

/// The bound of indices with all names put in.
pub fn indices(range: &Indices, known: &Dimensions, errors: &mut Errors) -> Option<Dim> {
    let n = number(&range.bound, known, &range.tokens, errors)?;
    let line = if n < 1 {
        format!("`in 0..{n}`: there is no index below {n}")
    } else if n > MAX_INDICES {
        format!("`in 0..{n}`: there are at most {MAX_INDICES} different indices")
    } else {
        return Some(n);
    };
    errors.push(Error::new(Place::of(&range.tokens), line));
    None
}

/// The name alone that a value is, if it is one.
fn parameter(value: &Value) -> Option<&str> {
    match &value.kind {
        ValueKind::Word(name) | ValueKind::Dimension(Dimension::Name(name)) => Some(name),
        _ => None,
    }
}

/// A value with all names put in; `Broken` after an error.
pub fn value(value: &Value, known: &Dimensions, errors: &mut Errors) -> ValueKind {
    let tokens = &value.tokens;
    let mut whole = |dimension: &Dimension| number(dimension, known, tokens, errors);
    match &value.kind {
        ValueKind::Word(word) => known.get(word).unwrap_or(&value.kind).clone(),
        ValueKind::Dimension(dimension) => whole(dimension).map_or(ValueKind::Broken, ValueKind::Integer),
        ValueKind::RangeOf(start, end) => match (whole(start), whole(end)) {
            (Some(start), Some(end)) => ValueKind::Range(start, end),
            _ => ValueKind::Broken,
        },
        ValueKind::Dimensions(dimensions) => {
            shape(dimensions, known, tokens, errors).map_or(ValueKind::Broken, ValueKind::Shape)
        }
        ValueKind::Tuple(parts) => {
            let parts = parts.iter().map(|kind| {
                let part = Value::new(kind.clone(), tokens.clone());
                self::value(&part, known, errors)
            });
            let parts: Vec<_> = parts.collect();
            if parts.contains(&ValueKind::Broken) { ValueKind::Broken } else { ValueKind::Tuple(parts) }
        }
        other => other.clone(),
    }
}

/// A call with nothing but constants of the program in it; what is more stays as it is.
pub fn with_constants(call: &Call) -> Call {
    let mut call = call.clone();
    for argument in &mut call.arguments {
        let mut errors = Errors::new();
        let kind = value(&argument.value, &Dimensions::new(), &mut errors);
        if errors.is_empty() {
            argument.value.kind = kind;
        }
    }
    call
}

impl Builder<'_, '_> {
    /// A call with all names in its arguments put in.
    pub(super) fn with_numbers(&mut self, call: &Call) -> Call {
        let (known, given) = (&self.frame.dimensions, &self.frame.given);
        follow(&[], self.errors, &mut self.open, |errors| {
            let arguments = call.arguments.iter().map(|argument| {
                let kind = value(&argument.value, known, errors);
                let given = parameter(&argument.value).and_then(|name| given.get(name)).cloned();
                let value = Value { kind, tokens: argument.value.tokens.clone(), given };
                Argument { name: argument.name.clone(), value, tokens: argument.tokens.clone() }
            });
            let arguments = arguments.collect();
            let outside = call.outside.as_ref().map(|outside| {
                let shapes = outside.claims.iter().map(|claim| {
                    let dimensions = claim.shape.as_ref()?;
                    shape(dimensions, known, &claim.tokens, errors)
                });
                let shapes = shapes.collect::<Option<Vec<_>>>().filter(|shapes| !shapes.is_empty());
                let (path, claims, tokens) =
                    (outside.path.clone(), outside.claims.clone(), outside.tokens.clone());
                std::rc::Rc::new(Outside { path, claims, shapes, tokens })
            });
            Call { name: call.name.clone(), arguments, tokens: call.tokens.clone(), outside }
        })
    }

    /// The layer of a call; `Err` if there is none of that name, `None` if its arguments are wrong.
    pub(super) fn read_layer(&mut self, call: &Call) -> Result<Option<AnyLayer>, ()> {
        let known: Vec<_> = self.open.iter().flat_map(demands::facts).collect();
        follow(&known, self.errors, &mut self.open, |errors| AnyLayer::parse(call, errors))
    }
}
