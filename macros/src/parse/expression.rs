//! Expressions: chains of layers, sums, tuples.

use super::body::checked_name;
use super::cursor::Cursor;
use super::value::parse_arguments;
use crate::ast::{Expression, Operator, Stage};
use crate::errors::{Change, Error, Errors, How, Place};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Functions that a value will be able to flow through.
const LATER_FUNCTIONS: [&str; 14] = [
    "map",
    "exp",
    "ln",
    "sqrt",
    "abs",
    "sum",
    "mean",
    "concat",
    "split",
    "reshape",
    "transpose",
    "slice",
    "expand",
    "normal",
];

/// A chain: a sum, then arrows.
pub fn parse_expression(cursor: &mut Cursor, errors: &mut Errors) -> Expression {
    let start = cursor.at();
    let mut value = parse_sum(cursor, errors);
    loop {
        let mut stages = Vec::new();
        while cursor.peek_arrow() || missing_arrow(cursor) {
            stages.push(parse_stage(cursor, errors));
        }
        if !stages.is_empty() {
            value = Expression::Chain(Box::new(value), stages, cursor.since(start));
        }
        let Some(operator) = cursor.peek_operator() else { return value };
        // `x -> Dense(3) + y`: understood as `(x -> Dense(3)) + y`, and refused.
        let chain = cursor.since(start);
        let chain = Place::of(&chain);
        let operator_place = cursor.place();
        value = parse_operators(value, start, cursor, errors, operator != '+');
        if operator == '+' {
            let changes = vec![
                Change { place: chain.first.into(), how: How::Before, text: "(".into() },
                Change { place: chain.last.into(), how: How::After, text: ")".into() },
            ];
            let line = format!(
                "`{operator}` straight after a layer: a chain inside an expression stands in parentheses"
            );
            let (left, right) = match &value {
                Expression::Binary(left, _, right, _) => (left.tokens(), right.tokens()),
                other => (other.tokens(), TokenStream::new()),
            };
            let (left, right) = (crate::suggest::source(&left), crate::suggest::source(&right));
            errors.push(Error::new(operator_place, line).help_with(format!("`({left}) + {right}`"), changes));
        }
    }
}

/// `x Dense(3)` for `x -> Dense(3)`: a capital cannot begin anything else.
fn missing_arrow(cursor: &Cursor) -> bool {
    cursor.at() > 0 && cursor.peek_ident().is_some_and(|i| i.to_string().starts_with(char::is_uppercase))
}

fn parse_sum(cursor: &mut Cursor, errors: &mut Errors) -> Expression {
    let start = cursor.at();
    let number = matches!(cursor.peek(), Some(TokenTree::Literal(_)));
    if number {
        let mut place = cursor.place();
        let first = quietly(|errors| parse_atom(cursor, errors));
        if let Some(operator) = cursor.peek_operator() {
            place = place.to(cursor.place());
            errors.push(Error::new(place, format!("a number with `{operator}` is not supported yet")));
        } else {
            errors.push(Error::new(place, "a number as a value is not supported yet"));
        }
        return quietly(|errors| parse_operators(first, start, cursor, errors, true));
    }
    let first = parse_atom(cursor, errors);
    parse_operators(first, start, cursor, errors, false)
}

/// Reads on after an error without another word.
fn quietly<R>(read: impl FnOnce(&mut Errors) -> R) -> R {
    let mut errors = Errors::new();
    let result = read(&mut errors);
    errors.ignore();
    result
}

fn parse_operators(
    mut value: Expression,
    start: usize,
    cursor: &mut Cursor,
    errors: &mut Errors,
    mut refused: bool,
) -> Expression {
    while let Some(operator) = cursor.peek_operator() {
        let place = cursor.place();
        cursor.next();
        if cursor.is_end() || cursor.peek_punct(';') {
            errors.push(Error::new(place, format!("a value is missing after `{operator}`")));
            return Expression::Unknown(cursor.since(start));
        }
        if operator != '+' {
            errors.push(Error::new(place, format!("`{operator}` between values is not supported yet")));
            refused = true;
        }
        // One refusal is enough: what stands right of it may be new as well.
        let right = match refused {
            true => quietly(|errors| parse_atom(cursor, errors)),
            false => parse_atom(cursor, errors),
        };
        let tokens = cursor.since(start);
        value = if refused {
            Expression::Unknown(tokens)
        } else {
            Expression::Binary(Box::new(value), Operator::Add, Box::new(right), tokens)
        };
    }
    value
}

/// A name, or something in parentheses. Reads at least one token unless a statement ends here.
fn parse_atom(cursor: &mut Cursor, errors: &mut Errors) -> Expression {
    let start = cursor.at();
    if let Some(group) = cursor.take_group(Delimiter::Parenthesis) {
        return parse_parentheses(&group, errors);
    }
    let place = if cursor.peek_arrow() { cursor.pair_place() } else { cursor.place() };
    if let Some(name) = cursor.take_ident() {
        if cursor.take_group(Delimiter::Parenthesis).is_some() {
            let tokens = cursor.since(start);
            let line = if name.to_string().starts_with(char::is_uppercase) {
                format!("`{name}` is a layer and needs a value to work on: `x -> {name}(…)`")
            } else {
                format!("a function such as `{name}(…)` is not supported yet")
            };
            errors.push(Error::new(&tokens, line));
            return Expression::Unknown(tokens);
        }
        if cursor.peek_punct('.') {
            errors.push(Error::new(cursor.place(), format!("a part of `{name}` is not supported yet")));
            cursor.next();
            cursor.next();
            return Expression::Unknown(cursor.since(start));
        }
        if name.to_string().starts_with(char::is_uppercase) {
            let line = format!("`{name}` is a layer and needs a value to work on: `x -> {name}`");
            errors.push(Error::new(place, line));
            return Expression::Unknown(cursor.since(start));
        }
        return Expression::Name(name);
    }
    let line = match cursor.peek() {
        Some(TokenTree::Literal(_)) => "a number between values is not supported yet".to_string(),
        Some(TokenTree::Punct(p)) if p.as_char() == '-' && !cursor.peek_arrow() => {
            "`-` before a value is not supported yet".into()
        }
        Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Brace => {
            "expected a value, found `{`".into()
        }
        Some(TokenTree::Group(_)) => "expected a value, found `[`".into(),
        _ if cursor.peek_arrow() => "a value is missing before `->`".into(),
        _ => format!("expected a value, found {}", cursor.found()),
    };
    if !cursor.peek_arrow() && !cursor.peek_punct(';') {
        let minus = cursor.peek_punct('-');
        cursor.next();
        if minus && cursor.peek_ident().is_some() {
            cursor.next();
        }
    }
    errors.push(Error::new(place, line));
    Expression::Unknown(cursor.since(start))
}

fn parse_parentheses(group: &Group, errors: &mut Errors) -> Expression {
    let tokens: TokenStream = TokenTree::from(group.clone()).into();
    let mut inside = Cursor::inside(group);
    let mut parts = Vec::new();
    let mut comma = false;
    while !inside.is_end() {
        parts.push(parse_expression(&mut inside, errors));
        comma = inside.take_punct(',');
        if !comma && !inside.is_end() {
            errors.push(Error::new(inside.place(), format!("expected `,` or `)`, found {}", inside.found())));
            return Expression::Unknown(tokens);
        }
    }
    if parts.len() == 1 && !comma {
        return parts.remove(0);
    }
    if parts.is_empty() {
        errors.push(Error::new(group.span(), "expected a value in the parentheses"));
        return Expression::Unknown(tokens);
    }
    Expression::Tuple(parts, tokens)
}

/// What stands after `->`.
fn parse_stage(cursor: &mut Cursor, errors: &mut Errors) -> Stage {
    let arrow = cursor.place();
    if cursor.take_arrow() {
        let arrow = arrow.to(cursor.before());
        if cursor.is_end() || cursor.peek_punct(';') || cursor.peek_arrow() || cursor.peek_word("let") {
            errors.push(Error::new(arrow, "a layer is missing after `->`"));
            return Stage { name: None, call: None, tokens: TokenStream::new() };
        }
    } else {
        errors.push(Error::new(cursor.place(), format!("expected `->` before {}", cursor.found())));
    }
    let start = cursor.at();
    let mut name = None;
    let function =
        cursor.peek_ident().filter(|name| LATER_FUNCTIONS.contains(&name.to_string().as_str())).cloned();
    let labelled = cursor.peek_label();
    if let Some(function) = function.filter(|_| !labelled) {
        errors.push(Error::new(&function, format!("a function such as `{function}` is not supported yet")));
        cursor.next();
        cursor.take_group(Delimiter::Parenthesis);
        return Stage { name, call: None, tokens: cursor.since(start) };
    }
    if labelled {
        name = cursor.take_ident().map(|name| checked_name(name, errors));
        cursor.next();
    }
    if cursor.peek_group(Delimiter::Bracket) {
        errors.push(Error::new(cursor.place(), "a repetition, `[Dense(64); 3]`, is not supported yet"));
        cursor.next();
        return Stage { name, call: None, tokens: cursor.since(start) };
    }
    let Some(layer) = cursor.take_ident() else {
        let line = if labelled && (cursor.is_end() || cursor.peek_punct(';') || cursor.peek_arrow()) {
            errors.push(Error::new(cursor.before(), "a layer is missing after the name"));
            return Stage { name, call: None, tokens: cursor.since(start) };
        } else {
            format!("expected a layer, found {}", cursor.found())
        };
        errors.push(Error::new(cursor.place(), line));
        cursor.skip_to_stage_end();
        return Stage { name, call: None, tokens: cursor.since(start) };
    };
    let call = parse_arguments(layer, cursor, errors);
    let stage = Stage { name, call: Some(call), tokens: cursor.since(start) };
    if cursor.peek_fat_arrow() {
        errors.push(Error::new(cursor.pair_place(), "a claimed output, `=> [512]`, is not supported yet"));
        cursor.skip_to_stage_end();
        return Stage { call: None, ..stage };
    }
    if matches!(cursor.peek(), Some(TokenTree::Group(g)) if g.delimiter() != Delimiter::Parenthesis) {
        let line = format!("expected `->` or `;`, found {}", cursor.found());
        errors.push(Error::new(cursor.place(), line));
        cursor.next();
        return Stage { call: None, ..stage };
    }
    stage
}
