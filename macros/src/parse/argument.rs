//! A layer's call: its arguments and their values.

use super::cursor::Cursor;
use super::dimension::{self, peek_arithmetic};
use super::value::{MAX_NUMBER, folded, literal_shape, parse_dimensions};
use crate::ast::{Argument, Call, Dimension, Path, Value, ValueKind};
use crate::errors::{Change, Error, Errors, How, Place};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// `Conv2d(32, kernel: 3)` out of text or tokens, for a proposed edit; whatever is wrong makes it `None`.
pub fn parse_call(tokens: TokenStream) -> Option<Call> {
    let mut errors = Errors::new();
    let mut cursor = Cursor::new(tokens, proc_macro2::Span::call_site());
    let name = cursor.take_ident()?;
    let call = parse_arguments(name, &mut cursor, &mut errors);
    (errors.is_empty() && cursor.is_end()).then_some(call)
}

/// The arguments after a layer's name, if there are any.
pub fn parse_arguments(name: Ident, cursor: &mut Cursor, errors: &mut Errors) -> Call {
    let mut tokens: TokenStream = TokenTree::from(name.clone()).into();
    let mut arguments = Vec::new();
    if let Some(group) = cursor.take_group(Delimiter::Parenthesis) {
        tokens.extend([TokenTree::from(group.clone())]);
        let mut inside = Cursor::inside(&group);
        while !inside.is_end() {
            if let Some(argument) = parse_argument(&mut inside, errors) {
                arguments.push(argument);
            }
            if inside.is_end() || inside.take_punct(',') {
                continue;
            }
            if inside.peek_ident().is_some() || matches!(inside.peek(), Some(TokenTree::Literal(_))) {
                let line = format!("expected `,` before {}", inside.found());
                let change = Change { place: inside.before(), how: How::After, text: ",".into() };
                errors
                    .push(Error::new(inside.place(), line).help_with("write a `,` before it", vec![change]));
            } else if inside.peek_punct(';') {
                let place = inside.place();
                errors.push(Error::new(place, "expected `,`, found `;`").help_replace(
                    "write `,`",
                    place,
                    ",",
                ));
                inside.next();
            } else if inside.peek_group(Delimiter::Parenthesis) {
                let before = arguments.last().map(|a| a.value.kind.to_string()).unwrap_or_default();
                let is_layer = before.starts_with(char::is_uppercase);
                let (place, line) = match is_layer {
                    true => (
                        inside.before().to(inside.place()),
                        format!("`{before}(…)` is a layer, and no argument: layers are chained with `->`"),
                    ),
                    false => (inside.place(), format!("expected `,`, found {}", inside.found())),
                };
                errors.push(Error::new(place, line));
                if let Some(last) = arguments.last_mut() {
                    last.value.kind = ValueKind::Broken;
                }
                inside.skip_to(&[',']);
                inside.take_punct(',');
            } else if inside.peek_punct('%')
                && let Some(number) =
                    arguments.last().and_then(|a| a.value.kind.to_string().parse::<f64>().ok())
            {
                let place = inside.before().to(inside.place());
                let fraction = format!("{}", number / 100.0);
                let error = Error::new(place, format!("`{number}%` is written as a fraction"));
                errors.push(error.help_replace(format!("`{fraction}`"), place, fraction.clone()));
                inside.next();
                if let Some(last) = arguments.last_mut() {
                    last.value.kind = ValueKind::Float(number / 100.0, fraction);
                }
                inside.take_punct(',');
            } else {
                errors.push(Error::new(inside.place(), format!("expected `,`, found {}", inside.found())));
                if let Some(last) = arguments.last_mut() {
                    last.value.kind = ValueKind::Broken;
                }
                inside.skip_to(&[',']);
                inside.take_punct(',');
            }
        }
    }
    Call { name, arguments, tokens, outside: None }
}

pub fn parse_argument(cursor: &mut Cursor, errors: &mut Errors) -> Option<Argument> {
    let start = cursor.at();
    let mut name = None;
    if cursor.peek_label() {
        name = cursor.take_ident();
        cursor.next();
    } else if cursor.peek_ident().is_some() && !peek_arithmetic(cursor) && !cursor.peek_range() {
        // Python's `kernel=3` is understood, and corrected.
        let word = cursor.take_ident()?;
        if cursor.peek_punct('=') && !cursor.peek_fat_arrow() {
            let place = cursor.place();
            let error = Error::new(place, format!("an argument is written with a colon: `{word}: …`"));
            cursor.next();
            errors.push(error.help_replace("write `:`", place, ":"));
            name = Some(word);
        } else if (peek_number(cursor) || peek_sizes(cursor) || cursor.peek_ident().is_some())
            && !is_constant(&word)
        {
            let error = Error::new(&word, format!("an argument is written with a colon: `{word}: …`"));
            let found = cursor.peek().cloned().map(TokenStream::from).unwrap_or_default();
            let text = format!("{word}: {}", crate::suggest::source(&found));
            let change = Change { place: Place::from(&word), how: How::After, text: ":".into() };
            errors.push(error.help_with(format!("`{text}`"), vec![change]));
            name = Some(word);
        } else {
            let tokens = cursor.since(start);
            return Some(Argument { name: None, value: word_value(&word, &tokens), tokens });
        }
    }
    if cursor.is_end() || cursor.peek_punct(',') {
        match &name {
            Some(name) => errors.push(Error::new(name, format!("`{name}:` has no value"))),
            None => errors
                .push(Error::new(cursor.place(), format!("expected an argument, found {}", cursor.found()))),
        }
        let tokens = cursor.since(start);
        let value = Value::new(ValueKind::Broken, tokens.clone());
        return name.map(|name| Argument { name: Some(name), value, tokens });
    }
    let value = parse_value(cursor, errors);
    Some(Argument { name, value, tokens: cursor.since(start) })
}

/// Whether a number or a constant follows.
pub(super) fn peek_number(cursor: &Cursor) -> bool {
    matches!(cursor.peek(), Some(TokenTree::Literal(_))) || cursor.peek_ident().is_some_and(is_constant)
}

/// Whether numbers in parentheses follow.
fn peek_sizes(cursor: &Cursor) -> bool {
    matches!(cursor.peek(), Some(TokenTree::Group(group))
        if group.delimiter() == Delimiter::Parenthesis && super::instead::is_sizes(group))
}

/// Whether a word stands for a number: a constant, or `true`.
pub(super) fn is_constant(word: &Ident) -> bool {
    let text = word.to_string();
    text.starts_with(char::is_uppercase) || ["true", "false"].contains(&text.as_str())
}

fn word_value(word: &Ident, tokens: &TokenStream) -> Value {
    let kind = match word.to_string().as_str() {
        "true" => ValueKind::Bool(true),
        "false" => ValueKind::Bool(false),
        other if other.trim_start_matches('_').starts_with(char::is_uppercase) => {
            let path = Path { text: other.to_string(), tokens: tokens.clone() };
            ValueKind::Dimension(Dimension::Constant(path))
        }
        other => ValueKind::Word(other.to_string()),
    };
    Value::new(kind, tokens.clone())
}

/// A number, a word, arithmetic, a pair, a range or a shape. Reads at least one token.
pub fn parse_value(cursor: &mut Cursor, errors: &mut Errors) -> Value {
    let start = cursor.at();
    let from = parse_end(cursor, errors);
    if !cursor.peek_dots(0) {
        return from;
    }
    cursor.next();
    cursor.next();
    // Rust's `0..=5` is understood, and corrected.
    let inclusive = cursor.peek_punct('=').then(|| cursor.place());
    if inclusive.is_some() {
        cursor.next();
    }
    let ends =
        matches!(cursor.peek(), Some(TokenTree::Literal(_) | TokenTree::Ident(_) | TokenTree::Group(_)));
    let to = if ends { parse_end(cursor, errors).kind } else { ValueKind::Given(String::new()) };
    let tokens = cursor.since(start);
    let end = |kind: &ValueKind| match kind {
        ValueKind::Integer(n) => n.integer().map(Dimension::Number),
        ValueKind::Word(word) => Some(Dimension::Name(word.clone())),
        ValueKind::Dimension(dimension) => Some(dimension.clone()),
        _ => None,
    };
    let kind = match (end(&from.kind), end(&to)) {
        (Some(from), Some(to)) if inclusive.is_some() => {
            let place = Place::of(&tokens);
            let error = Error::new(place, format!("`{from}..={to}`: the end of a range is left out"));
            let behind = match &to {
                Dimension::Number(n) => (n + 1).to_string(),
                other => format!("{other} + 1"),
            };
            let text = format!("{from}..{behind}");
            errors.push(error.help_replace(format!("`{text}`"), place, text));
            match (from, to) {
                (Dimension::Number(from), Dimension::Number(to)) => {
                    ValueKind::Range(from.into(), (to + 1).into())
                }
                _ => ValueKind::Broken,
            }
        }
        (Some(Dimension::Number(from)), Some(Dimension::Number(to))) => {
            ValueKind::Range(from.into(), to.into())
        }
        (Some(from), Some(to)) => ValueKind::RangeOf(from, to),
        _ if [&from.kind, &to].contains(&&ValueKind::Broken) => ValueKind::Broken,
        _ => {
            errors.push(Error::new(Place::of(&tokens), "a range has both ends, `2..5`"));
            ValueKind::Broken
        }
    };
    Value::new(kind, tokens)
}

/// A value that is no range.
fn parse_end(cursor: &mut Cursor, errors: &mut Errors) -> Value {
    if !peek_arithmetic(cursor) {
        return parse_literal(cursor, errors);
    }
    let start = cursor.at();
    let kind = match dimension::parse_dimension(cursor, errors).map(folded) {
        Some(Ok(Dimension::Number(n))) => ValueKind::Integer(n.into()),
        Some(Ok(dimension)) => ValueKind::Dimension(dimension),
        Some(Err(line)) => {
            errors.push(Error::new(Place::of(&cursor.since(start)), line));
            ValueKind::Broken
        }
        None => {
            cursor.skip_to(&[',']);
            ValueKind::Broken
        }
    };
    Value::new(kind, cursor.since(start))
}

/// A number, a word, a pair or a shape. Reads at least one token.
pub fn parse_literal(cursor: &mut Cursor, errors: &mut Errors) -> Value {
    let start = cursor.at();
    let place = cursor.place();
    let minus = cursor.peek_punct('-') && !cursor.peek_arrow();
    if minus {
        cursor.next();
    }
    let kind = match cursor.next() {
        Some(TokenTree::Literal(literal)) => literal_value(&literal.to_string(), minus),
        Some(TokenTree::Ident(word)) if !minus => {
            let tokens = cursor.since(start);
            return word_value(&word, &tokens);
        }
        Some(TokenTree::Group(group)) if !minus && group.delimiter() == Delimiter::Parenthesis => {
            let mut inside = Cursor::inside(&group);
            let mut parts = Vec::new();
            while !inside.is_end() {
                parts.push(parse_value(&mut inside, errors).kind);
                if !inside.is_end() && !inside.take_punct(',') {
                    let line = format!("expected `,`, found {}", inside.found());
                    errors.push(Error::new(inside.place(), line));
                    parts.push(ValueKind::Broken);
                    break;
                }
            }
            if parts.contains(&ValueKind::Broken) {
                Ok(ValueKind::Broken)
            } else {
                Ok(ValueKind::Tuple(parts))
            }
        }
        Some(TokenTree::Group(group)) if !minus && group.delimiter() == Delimiter::Bracket => {
            Ok(match axes(&group) {
                Some(axes) => ValueKind::Axes(axes),
                None => match parse_dimensions(&group, false, errors) {
                    None => ValueKind::Broken,
                    Some(shape) => {
                        literal_shape(&shape).map_or(ValueKind::Dimensions(shape), ValueKind::Shape)
                    }
                },
            })
        }
        Some(other) => Err(format!("expected a value, found `{other}`")),
        None => Err("expected a value, found the end".into()),
    };
    let kind = kind.unwrap_or_else(|line: String| {
        let place = place.to(cursor.before());
        let meant = without_type(&cursor.since(start));
        let line = match &meant {
            Some(pair) if pair.starts_with('(') => format!("several sizes stand in parentheses: `{pair}`"),
            _ => line,
        };
        let error = Error::new(place, line);
        errors.push(match meant {
            Some(text) => error.help_replace(format!("`{text}`"), place, text),
            None => error,
        });
        ValueKind::Broken
    });
    Value::new(kind, cursor.since(start))
}

/// Small whole numbers with a zero among them: an order of axes.
fn axes(group: &Group) -> Option<Vec<usize>> {
    let mut axes = Vec::new();
    let mut cursor = Cursor::inside(group);
    while let Some(TokenTree::Literal(literal)) = cursor.next() {
        axes.push(literal.to_string().parse().ok()?);
        if cursor.is_end() {
            break;
        }
        cursor.take_punct(',').then_some(())?;
    }
    (cursor.is_end() && axes.contains(&0)).then_some(axes)
}

/// `8` for `8usize`, and `(3, 3)` for `3x3`.
fn without_type(number: &TokenStream) -> Option<String> {
    let text = crate::suggest::source(number).replace(' ', "");
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let (digits, suffix) = match syn::parse_str::<syn::Lit>(digits).ok()? {
        syn::Lit::Int(int) => (int.base10_digits().to_string(), int.suffix().to_string()),
        syn::Lit::Float(float) => (float.base10_digits().to_string(), float.suffix().to_string()),
        _ => return None,
    };
    let sign = if text.starts_with('-') { "-" } else { "" };
    let sizes: Vec<&str> = suffix.split('x').collect();
    match &sizes[..] {
        ["", rest @ ..] if rest.iter().any(|n| n.parse::<u32>().is_ok()) => {
            Some(format!("({digits}, {})", rest.join(", ")))
        }
        _ => (!suffix.is_empty()).then(|| format!("{sign}{digits}")),
    }
}

fn literal_value(text: &str, minus: bool) -> Result<ValueKind, String> {
    let sign = if minus { "-" } else { "" };
    let text = format!("{sign}{text}");
    let digits = text.strip_prefix('-').unwrap_or(&text);
    match syn::parse_str::<syn::Lit>(digits) {
        Ok(syn::Lit::Int(int)) => {
            if !int.suffix().is_empty() {
                return Err(format!("write `{}` without a type", int.base10_digits()));
            }
            let n = int.base10_digits().parse::<u64>().ok().filter(|&n| n <= MAX_NUMBER);
            let n = n.ok_or_else(|| format!("`{text}` is too large: the largest number is {MAX_NUMBER}"))?;
            let n = i128::from(n);
            Ok(ValueKind::Integer(if text.starts_with('-') { -n } else { n }.into()))
        }
        Ok(syn::Lit::Float(float)) => {
            if !float.suffix().is_empty() {
                return Err(format!("write `{}` without a type", float.base10_digits()));
            }
            let x = float.base10_parse::<f64>().map_err(|e| e.to_string())?;
            if !x.is_finite() {
                return Err(format!("`{text}` is too large"));
            }
            Ok(ValueKind::Float(if text.starts_with('-') { -x } else { x }, text.clone()))
        }
        _ => Err(format!("expected a number, found `{text}`")),
    }
}
