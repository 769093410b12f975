//! Dimensions and whole numbers: literals, names, and arithmetic on them.

use super::argument::parse_literal;
use super::cursor::Cursor;
use crate::ast::{Dimension, Operator, Path, ValueKind};
use crate::errors::{Error, Errors};
use proc_macro2::{Delimiter, TokenTree};

/// Whether what follows is more than one literal or word: arithmetic, or the path of a constant.
pub fn peek_arithmetic(cursor: &Cursor) -> bool {
    let begins = match cursor.peek() {
        Some(TokenTree::Literal(_) | TokenTree::Ident(_)) => true,
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
        _ => false,
    };
    begins && (cursor.peek_operator_after() || cursor.peek_path_after()) || cursor.peek_path_sign()
}

/// A sum of products; `None` after an error.
pub fn parse_dimension(cursor: &mut Cursor, errors: &mut Errors) -> Option<Dimension> {
    let mut sum = parse_product(cursor, errors)?;
    while let Some(sign @ ('+' | '-')) = cursor.peek_operator() {
        cursor.next();
        let right = parse_product(cursor, errors)?;
        let operator = if sign == '+' { Operator::Add } else { Operator::Subtract };
        sum = Dimension::Binary(Box::new(sum), operator, Box::new(right));
    }
    Some(sum)
}

fn parse_product(cursor: &mut Cursor, errors: &mut Errors) -> Option<Dimension> {
    let mut product = parse_factor(cursor, errors)?;
    while let Some(sign @ ('*' | '/')) = cursor.peek_operator() {
        cursor.next();
        let right = parse_factor(cursor, errors)?;
        let operator = if sign == '*' { Operator::Multiply } else { Operator::Divide };
        product = Dimension::Binary(Box::new(product), operator, Box::new(right));
    }
    Some(product)
}

fn parse_factor(cursor: &mut Cursor, errors: &mut Errors) -> Option<Dimension> {
    if let Some(group) = cursor.take_group(Delimiter::Parenthesis) {
        let mut inside = Cursor::inside(&group);
        let dimension = parse_dimension(&mut inside, errors)?;
        if !inside.is_end() {
            errors.push(Error::new(inside.place(), format!("expected `)`, found {}", inside.found())));
            return None;
        }
        return Some(dimension);
    }
    if cursor.peek_path_sign() || cursor.peek_ident().is_some() {
        return Some(parse_name(cursor));
    }
    let place = cursor.place();
    if matches!(cursor.peek(), Some(TokenTree::Literal(_))) {
        return match parse_literal(cursor, errors).kind {
            ValueKind::Integer(n) => n.integer().map(Dimension::Number),
            ValueKind::Broken => None,
            other => {
                let error = Error::new(place, format!("a dimension is a whole number, found `{other}`"));
                errors.push(match other {
                    ValueKind::Float(x, _) if x.fract() == 0.0 && x >= 1.0 => {
                        error.help_replace(format!("`{x:.0}`"), place, format!("{x:.0}"))
                    }
                    _ => error,
                });
                None
            }
        };
    }
    errors.push(Error::new(place, format!("expected a dimension, found {}", cursor.found())));
    None
}

/// `h`, `HIDDEN`, `config::HIDDEN`, `crate::HIDDEN`.
fn parse_name(cursor: &mut Cursor) -> Dimension {
    let start = cursor.at();
    cursor.take_path_sign();
    cursor.next();
    while cursor.take_path_sign() {
        cursor.next();
    }
    let tokens = cursor.since(start);
    let text = tokens.to_string().replace(' ', "");
    let last = text.rsplit(':').next().unwrap_or_default();
    if text.contains(':') || last.trim_start_matches('_').starts_with(char::is_uppercase) {
        return Dimension::Constant(Path { text, tokens });
    }
    Dimension::Name(text)
}
