//! Shapes and their sizes.

use super::argument::{is_constant, parse_value, peek_number};
use super::cursor::Cursor;
use super::dimension::{self};
use crate::ast::{Dimension, Indices, ValueKind};
use crate::errors::{Change, Error, Errors, How, Nature, Place};
use crate::limits;
use crate::shape::{Dim, Shape};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The largest number that an argument or a dimension may be: products of two still fit the arithmetic.
pub const MAX_NUMBER: u64 = i32::MAX as u64;

/// `[1, 28, 28]`; `None` after an error.
pub fn parse_shape(cursor: &mut Cursor, errors: &mut Errors) -> Option<Vec<Dimension>> {
    if let Some((written, sizes)) = take_array_type(cursor) {
        let parts: Vec<_> = sizes.iter().map(crate::suggest::source).collect();
        let text = format!("[{}]", parts.join(", "));
        let shown = crate::suggest::source(&written).replace("& ", "&");
        let line = format!("`{shown}` is a type of Rust: a shape has sizes alone");
        let place = Place::of(&written);
        // Whole numbers are most likely indices, whose range nobody has said.
        if ["u8", "u16", "u32", "u64", "usize", "i32", "i64"]
            .iter()
            .any(|scalar| shown.contains(&format!("[{scalar};")))
        {
            let text = format!("{text} in 0..1000");
            let help = format!("indices are declared with as many as there are: `{text}`");
            errors.push(Error::new(place, line).help_replace(help, place, text));
            return None;
        }
        errors.push(Error::new(place, line).help_replace(format!("`{text}`"), place, text.clone()));
        let mut shape = Cursor::new(text.parse().ok()?, place.last);
        // That it is no shape has been reported; what is wrong inside is shown when this is mended.
        let mut inside = Errors::new();
        let shape = parse_shape(&mut shape, &mut inside);
        let _ = inside.is_empty();
        return shape;
    }
    if let Some(group) = cursor.take_group(Delimiter::Bracket) {
        let shape = parse_dimensions(&group, true, errors)?;
        if shape.len() > limits::AXES {
            let line = format!("a shape has {} axes at most, found {}", limits::AXES, shape.len());
            errors.push(Error::new(group.span(), line));
            return None;
        }
        return Some(shape);
    }
    if let Some(error) = take_type(cursor) {
        errors.push(error);
        return None;
    }
    let line = format!("expected a shape, `[1, 28, 28]`, found {}", cursor.found());
    let place = cursor.place();
    let error = Error::new(place, line);
    // What stands in parentheses, or alone, is read as a shape too.
    let inner: Option<TokenStream> = match cursor.peek() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
        Some(number @ TokenTree::Literal(_)) => Some(number.clone().into()),
        Some(TokenTree::Ident(name)) if is_constant(name) => Some(TokenTree::from(name.clone()).into()),
        _ => None,
    };
    let Some(inner) = inner else {
        if !cursor.peek_punct(',') && !cursor.peek_group(Delimiter::Brace) {
            cursor.next();
        }
        errors.push(error);
        return None;
    };
    let text = format!("[{}]", crate::suggest::source(&inner).trim_end_matches([',', ' ']));
    cursor.next();
    errors.push(error.help_replace(format!("`{text}`"), place, text));
    let mut group = Group::new(Delimiter::Bracket, inner);
    group.set_span(place.first);
    // A second mistake inside is shown when this one is mended.
    let before = errors.count();
    let shape = parse_dimensions(&group, true, errors);
    errors.forget(before);
    shape
}

/// `f32`, `Tensor<f32, 2>`: a type of a program in a shape's place.
fn take_type(cursor: &mut Cursor) -> Option<Error> {
    let start = cursor.at();
    let name = cursor.take_ident()?.to_string();
    let is_scalar = ["f32", "f64", "float", "Float"].contains(&name.as_str());
    let is_generic = cursor.peek_punct('<');
    if !is_scalar && !is_generic {
        cursor.back_to(start);
        return None;
    }
    while is_generic && !cursor.is_end() && !cursor.take_punct('>') && !cursor.peek_group(Delimiter::Brace) {
        cursor.next();
    }
    let written = cursor.since(start);
    let line =
        format!("`{}` is a type: a shape has sizes alone", crate::suggest::source(&written).replace(' ', ""));
    let place = Place::of(&written);
    let error = Error::new(place, line);
    Some(if is_scalar { error.help_replace("one number has no sizes: `[]`", place, "[]") } else { error })
}

/// `&[[f32; 3]; 4]`, which is no shape: the type and its sizes, the outermost first.
fn take_array_type(cursor: &mut Cursor) -> Option<(TokenStream, Vec<TokenStream>)> {
    fn sizes(group: &Group) -> Option<Vec<TokenStream>> {
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        let at =
            tokens.iter().position(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ';'))?;
        let inner = match &tokens[..at] {
            [TokenTree::Ident(scalar)] if scalar.to_string().starts_with(char::is_lowercase) => Vec::new(),
            [TokenTree::Group(inner)] if inner.delimiter() == Delimiter::Bracket => sizes(inner)?,
            _ => return None,
        };
        let size = tokens[at + 1..].iter().cloned().collect();
        Some([vec![size], inner].concat())
    }
    let start = cursor.at();
    cursor.take_punct('&');
    let found = cursor.take_group(Delimiter::Bracket).and_then(|group| sizes(&group));
    let written = cursor.since(start);
    match found {
        Some(sizes) => Some((written, sizes)),
        None => {
            cursor.back_to(start);
            None
        }
    }
}

/// `in 0..65`, whose range comes back; `None` after an error.
pub fn parse_indices(cursor: &mut Cursor, errors: &mut Errors) -> Option<Indices> {
    let word = cursor.place();
    cursor.next();
    let at_end =
        |c: &Cursor| c.is_end() || c.peek_punct(',') || c.peek_arrow() || c.peek_group(Delimiter::Brace);
    let start = cursor.at();
    let before = errors.count();
    // Rust's `0..=64` is understood, and corrected.
    let mut inclusive = false;
    let value = match cursor.peek() {
        Some(TokenTree::Literal(_)) if cursor.peek_inclusive(1) => {
            inclusive = true;
            cursor.next();
            cursor.next();
            cursor.next();
            cursor.next();
            let end = if at_end(cursor) { ValueKind::Broken } else { parse_value(cursor, errors).kind };
            match end {
                ValueKind::Integer(n) => ValueKind::Range(Dim::ZERO, n + 1),
                _ => ValueKind::Broken,
            }
        }
        Some(_) if !at_end(cursor) => parse_value(cursor, errors).kind,
        _ => ValueKind::Broken,
    };
    let text = crate::suggest::source(&cursor.since(start)).replace(' ', "");
    while !at_end(cursor) {
        cursor.next();
    }
    if errors.count() > before {
        return None;
    }
    let tokens = cursor.since(start);
    let place = if tokens.is_empty() { word } else { Place::of(&tokens) };
    let line = match value {
        ValueKind::Range(start, n) if inclusive && start.is(0) => {
            let change = Change { place, how: How::Replace, text: format!("0..{n}") };
            let error = Error::new(place, format!("`in {text}`: the end of indices is left out"));
            errors.push(error.help_with(format!("`in 0..{n}`"), vec![change]));
            return None;
        }
        ValueKind::Range(start, n) if start.is(0) && n.integer().is_some() => {
            let bound = Dimension::Number(n.integer().unwrap_or_default());
            return Some(Indices { bound, tokens });
        }
        ValueKind::RangeOf(Dimension::Number(0), bound) => return Some(Indices { bound, tokens }),
        ValueKind::Range(_, n) if n.integer().is_some() => {
            let error = Error::new(place, format!("`in {text}`: indices count from 0"));
            errors.push(error.help_replace(format!("`in 0..{n}`"), place, format!("0..{n}")));
            return None;
        }
        ValueKind::Range(..) | ValueKind::RangeOf(..) => format!("`in {text}`: indices count from 0"),
        ValueKind::Integer(n) if n >= 1 => {
            let change = Change { place, how: How::Replace, text: format!("0..{n}") };
            let error = Error::new(place, "indices are declared with their range");
            errors.push(error.help_with(format!("`in 0..{n}`"), vec![change]));
            return None;
        }
        _ => "indices are declared with their range: `[64] in 0..65`".into(),
    };
    errors.push(Error::new(place, line));
    None
}

/// The sizes in a shape's brackets; a `batch` axis may have been declared with them.
pub(super) fn parse_dimensions(group: &Group, batch: bool, errors: &mut Errors) -> Option<Vec<Dimension>> {
    let mut cursor = Cursor::inside(group);
    let mut shape = Some(Vec::new());
    let mut is_first = batch;
    if let Some(sizes) = times(group) {
        let text = format!("[{}]", sizes.join(", "));
        let line = format!("the sizes of a shape are parted by commas: `{text}`");
        errors.push(Error::new(group.span(), line).help_replace(
            format!("`{text}`"),
            group.span(),
            text.clone(),
        ));
        // `[20; 100]` may be an array of Rust's as well.
        if sizes.len() == 2 && group.stream().to_string().contains(';') {
            return None;
        }
        cursor = Cursor::new(sizes.join(", ").parse().ok()?, group.span_close());
    }
    // What is left out is left out once, however often.
    let mut left_out = false;
    while !cursor.is_end() {
        if is_first && let Some(length) = batch_axis(&cursor) {
            // Another framework's `[None, 784]`.
            let start = cursor.at();
            (0..length).for_each(|_| drop(cursor.next()));
            let place = Place::of(&cursor.since(start));
            let written = crate::suggest::source(&cursor.since(start)).replace(' ', "");
            cursor.take_punct(',');
            let dropped = Place::of(&cursor.since(start));
            let line = format!("`{written}` is no dimension: the batch axis is never written");
            let error = Error::new(place, line);
            errors.push(match cursor.is_end() {
                true => error,
                false => error
                    .help_replace("leave it out", dropped, "")
                    .help_replace("write `..`, for a sequence of any length", place, "..")
                    .of(Nature::Reading),
            });
            is_first = false;
            continue;
        }
        if is_first && cursor.peek_ident().is_some() && cursor.peek_dots(1) {
            named_length(&mut cursor, errors);
        }
        let is_length = is_first && cursor.peek_dots(0);
        is_first = false;
        if is_length {
            // `[.., 16]`: a sequence of any length.
            (0..2).for_each(|_| drop(cursor.next()));
            shape.iter_mut().for_each(|s| s.extend(Dim::ANY_LENGTH.integer().map(Dimension::Number)));
            if !cursor.take_punct(',') && !cursor.is_end() {
                errors.push(Error::new(cursor.place(), format!("expected `,`, found {}", cursor.found())));
                return None;
            }
            continue;
        }
        let is_left_out = cursor.peek_word("_");
        if is_left_out && left_out {
            shape = None;
            cursor.next();
            cursor.take_punct(',');
            continue;
        }
        match parse_dimension(&mut cursor, errors) {
            Some(n) => shape.iter_mut().for_each(|s| s.push(n.clone())),
            None => {
                shape = None;
                cursor.skip_to(&[',']);
            }
        }
        left_out |= is_left_out;
        if !cursor.is_end() && !cursor.take_punct(',') {
            let is_number = peek_number(&cursor);
            let place = cursor.place();
            let error = Error::new(place, format!("expected `,`, found {}", cursor.found()));
            errors.push(if is_number {
                let change = Change { place: cursor.before(), how: How::After, text: ",".into() };
                error.help_with("write a `,` before it", vec![change])
            } else {
                error.help_replace("write `,`", place, ",")
            });
            if is_number {
                continue;
            }
            shape = None;
            cursor.skip_to(&[',']);
            cursor.take_punct(',');
        }
    }
    let shape = shape?;
    if let Some(literal) = literal_shape(&shape)
        && literal.elements().is_none()
    {
        errors
            .push(Error::new(group.span(), format!("`{literal}` has more elements than memory can address")));
        return None;
    }
    Some(shape)
}

/// `[t.., 16]`, which is read as `[.., 16]`; all such names are one mistake.
fn named_length(cursor: &mut Cursor, errors: &mut Errors) {
    const BEGINNING: &str = "a name for the length, `[";
    let place = cursor.place();
    let name = cursor.take_ident().map(|name| name.to_string()).unwrap_or_default();
    let change = Change { place, how: How::Replace, text: String::new() };
    if errors.lines().iter().any(|line| line.starts_with(BEGINNING)) {
        return errors.extend_help_of(BEGINNING, change);
    }
    let line = format!("{BEGINNING}{name}.., 16]`, is not supported yet: `[.., 16]` is");
    errors.push(Error::new(place, line).help_with("leave the name out", vec![change]));
}

/// `[3x8x8]`, `[3; 8; 8]`: sizes with other signs between them.
fn times(group: &Group) -> Option<Vec<String>> {
    let text = group.stream().to_string().replace(' ', "");
    let sign = ['x', ';', 'X'].into_iter().find(|sign| text.contains(*sign))?;
    let sizes: Vec<String> = text.split(sign).map(String::from).collect();
    let is_size = |c: char| c.is_ascii_digit() || sign == ';' && (c.is_ascii_uppercase() || c == '_');
    let are_numbers = sizes.iter().all(|n| !n.is_empty() && n.chars().all(is_size));
    are_numbers.then_some(sizes)
}

/// The shape, if it is made of literals.
pub fn literal_shape(dimensions: &[Dimension]) -> Option<Shape> {
    let literal = dimensions.iter().map(|dimension| match dimension {
        Dimension::Number(n) => Some(Dim::from(*n)),
        _ => None,
    });
    literal.collect::<Option<Vec<_>>>().map(Shape)
}

/// How many tokens of other frameworks' signs for "any number" stand here: `None`, `-1`, `?`, `_`.
fn batch_axis(cursor: &Cursor) -> Option<usize> {
    let ends = |ahead| cursor.peek_end(ahead) || cursor.peek_comma_after(ahead);
    match cursor.peek()? {
        TokenTree::Ident(word) => {
            let word = word.to_string();
            ["None", "_", "batch", "batch_size", "BATCH", "BATCH_SIZE"].contains(&word.as_str()).then_some(1)
        }
        TokenTree::Punct(p) if p.as_char() == '?' => Some(1),
        TokenTree::Punct(p) if p.as_char() == '-' && cursor.peek_one_after() => Some(2),
        _ => None,
    }
    .filter(|&length| ends(length))
}

fn parse_dimension(cursor: &mut Cursor, errors: &mut Errors) -> Option<Dimension> {
    let dots = cursor.peek_dots(0);
    let start = cursor.at();
    let place = if dots { cursor.pair_place() } else { cursor.place() };
    let line = match cursor.peek()? {
        _ if dots => {
            "`..` is the length of a sequence, the first axis of an input or output: `[.., 16]`".into()
        }
        TokenTree::Punct(p) if p.as_char() == '-' => {
            let start = cursor.at();
            cursor.next();
            if matches!(cursor.peek(), Some(TokenTree::Literal(_))) {
                cursor.next();
            }
            let tokens = cursor.since(start);
            let written = crate::suggest::source(&tokens).replace(' ', "");
            let line = format!("a dimension is at least 1, found `{written}`");
            let error = Error::new(&tokens, line);
            let positive = written.trim_start_matches('-').to_string();
            errors.push(match positive.parse::<u64>() {
                // `-1` stands for a number that is not known.
                Ok(n) if n > 1 => error.help_replace(format!("`{positive}`"), &tokens, positive),
                _ => error,
            });
            return None;
        }
        TokenTree::Ident(name) if name == "_" => "a dimension is a number: nothing is left out here".into(),
        TokenTree::Literal(_) | TokenTree::Ident(_) | TokenTree::Group(_) => {
            let dimension = folded(dimension::parse_dimension(cursor, errors)?);
            match dimension {
                Ok(Dimension::Number(n)) if n < 1 => {
                    let place = Place::of(&cursor.since(start));
                    errors.push(Error::new(place, format!("a dimension is at least 1, found `{n}`")));
                    return None;
                }
                Ok(dimension) => return Some(dimension),
                Err(line) => {
                    errors.push(Error::new(Place::of(&cursor.since(start)), line));
                    return None;
                }
            }
        }
        _ if cursor.peek_path_sign() => return dimension::parse_dimension(cursor, errors),
        _ => format!("expected a dimension, found {}", cursor.found()),
    };
    errors.push(Error::new(place, line));
    None
}

/// Arithmetic on literals is done at once.
pub(super) fn folded(dimension: Dimension) -> Result<Dimension, String> {
    match crate::resolve::evaluate(&dimension, &|_| None)?.and_then(|n| n.integer()) {
        Some(n) => Ok(Dimension::Number(n)),
        None => Ok(dimension),
    }
}
