//! Statements and expressions.

use super::cursor::Cursor;
use super::value::parse_arguments;
use crate::ast::{Body, Expression, Let, Operator, Pattern, Stage, Statement};
use crate::errors::{Change, Error, Errors, How, Place};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// Words that begin a construct of the language which is still to come.
const LATER_STATEMENTS: [&str; 4] = ["param", "layer", "block", "use"];

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

pub fn parse_body(group: &Group, errors: &mut Errors) -> Body {
    let before = errors.count();
    let mut cursor = Cursor::inside(group);
    let mut statements = Vec::new();
    let mut result: Option<Expression> = None;
    while !cursor.is_end() {
        if cursor.take_punct(';') {
            continue;
        }
        if let Some(earlier) = result.take() {
            // Reading on means that this was not the end; what it was has been reported.
            statements.push(thrown_away(earlier));
        }
        if cursor.peek_word("let") {
            statements.push(Statement::Let(parse_let(&mut cursor, errors)));
        } else if let Some(word) = later_statement(&cursor) {
            statements.push(Statement::Let(parse_later(&word, &mut cursor, errors)));
        } else {
            result = Some(parse_result(&mut cursor, errors));
        }
    }
    let tokens = TokenTree::from(group.clone()).into();
    Body { statements, result, tokens, broken: errors.count() > before }
}

fn thrown_away(value: Expression) -> Statement {
    Statement::Let(Let { pattern: Pattern::One(None), value })
}

fn parse_let(cursor: &mut Cursor, errors: &mut Errors) -> Let {
    cursor.next();
    let pattern = parse_pattern(cursor, errors);
    if cursor.peek_colon() {
        errors.push(Error::new(cursor.place(), "a `let` has no type: shapes are found by themselves"));
        while !cursor.is_end() && !cursor.peek_punct('=') && !cursor.peek_punct(';') {
            cursor.next();
        }
    }
    let place = cursor.place();
    if !cursor.peek_punct('=') || cursor.peek_fat_arrow() {
        errors.push(Error::new(place, format!("expected `=`, found {}", cursor.found())));
        let start = cursor.at();
        end_statement(cursor, errors, true);
        return Let { pattern, value: Expression::Unknown(cursor.since(start)) };
    }
    cursor.next();
    if cursor.is_end() || cursor.peek_punct(';') || cursor.peek_word("let") {
        errors.push(Error::new(cursor.before(), "a value is missing after `=`"));
        cursor.take_punct(';');
        return Let { pattern, value: Expression::Unknown(TokenStream::new()) };
    }
    let value = parse_expression(cursor, errors);
    end_statement(cursor, errors, false);
    Let { pattern, value }
}

fn parse_pattern(cursor: &mut Cursor, errors: &mut Errors) -> Pattern {
    if let Some(group) = cursor.take_group(Delimiter::Parenthesis) {
        let mut inside = Cursor::inside(&group);
        let mut names = Vec::new();
        while !inside.is_end() {
            names.push(parse_name(&mut inside, errors));
            if !inside.is_end() && !inside.take_punct(',') {
                errors.push(Error::new(inside.place(), format!("expected `,`, found {}", inside.found())));
                break;
            }
        }
        return Pattern::Tuple(names, TokenTree::from(group).into());
    }
    if cursor.peek_word("mut") {
        errors.push(Error::new(cursor.place(), "a value never changes: write `let` without `mut`"));
        cursor.next();
    }
    Pattern::One(parse_name(cursor, errors))
}

fn parse_name(cursor: &mut Cursor, errors: &mut Errors) -> Option<Ident> {
    match cursor.take_ident() {
        Some(name) if name == "_" => None,
        Some(name) => Some(checked_name(name, errors)),
        None => {
            errors.push(Error::new(cursor.place(), format!("expected a name, found {}", cursor.found())));
            if !cursor.peek_punct('=') && !cursor.peek_punct(';') {
                cursor.next();
            }
            None
        }
    }
}

/// A name that a user may give; after an error one that can stand in its place.
pub fn checked_name(name: Ident, errors: &mut Errors) -> Ident {
    let text = name.to_string();
    let line = if syn::parse_str::<Ident>(&text).is_err() {
        format!("`{text}` is a word of Rust and cannot be a name")
    } else if text.starts_with("r#") {
        format!("`{text}`: raw names are not supported")
    } else if text.starts_with("__") {
        format!("`{text}`: names that begin with `__` are kept for generated code")
    } else if text.starts_with(char::is_uppercase) {
        let lower = crate::suggest::snake_case(&text);
        errors.push(
            Error::new(
                &name,
                format!("`{text}` begins with a capital, as layers do; values and names do not"),
            )
            .help(format!("`{lower}`")),
        );
        return name;
    } else {
        return name;
    };
    errors.push(Error::new(&name, line));
    match text.as_str() {
        _ if text.starts_with('_') || text.starts_with("r#") => name,
        "self" | "Self" | "super" | "crate" => Ident::new(&format!("{text}_"), name.span()),
        _ => Ident::new_raw(&text, name.span()),
    }
}

/// Goes to the end of a statement, past its `;`.
fn end_statement(cursor: &mut Cursor, errors: &mut Errors, reported: bool) {
    if cursor.is_end() || cursor.take_punct(';') {
        return;
    }
    if !reported {
        if cursor.peek_ident().is_some() || cursor.peek_group(Delimiter::Parenthesis) {
            // Most likely the next statement, on a line of its own.
            let line = format!("expected `;` before {}", cursor.found());
            errors.push(Error::new(cursor.place(), line));
            return;
        }
        errors.push(Error::new(cursor.place(), format!("expected `->` or `;`, found {}", cursor.found())));
    }
    cursor.skip_to(&[';']);
    cursor.take_punct(';');
}

fn later_statement(cursor: &Cursor) -> Option<String> {
    let word = cursor.peek_ident()?.to_string();
    (LATER_STATEMENTS.contains(&word.as_str()) && cursor.peek_second_ident()).then_some(word)
}

/// `param gamma: [96, 1, 1] = 1e-6;`: refused, but its name is known from here on.
fn parse_later(word: &str, cursor: &mut Cursor, errors: &mut Errors) -> Let {
    let start = cursor.at();
    errors.push(Error::new(cursor.place(), format!("`{word}` is not supported yet")));
    cursor.next();
    let name = cursor.take_ident();
    while !cursor.is_end() && !cursor.peek_punct(';') && !cursor.peek_group(Delimiter::Brace) {
        cursor.next();
    }
    cursor.next();
    Let { pattern: Pattern::One(name), value: Expression::Unknown(cursor.since(start)) }
}

/// The expression that ends a body, and whatever stands behind it by mistake.
fn parse_result(cursor: &mut Cursor, errors: &mut Errors) -> Expression {
    let start = cursor.at();
    let value = parse_expression(cursor, errors);
    if cursor.is_end() {
        return value;
    }
    let place = cursor.place();
    if cursor.take_punct(';') {
        let last = cursor.is_end();
        let tokens = cursor.since(start);
        if last {
            errors.push(
                Error::new(place, "the result of a network ends without `;`").help_with(
                    "remove the `;`",
                    vec![Change { place, how: How::Replace, text: String::new() }],
                ),
            );
        } else if !matches!(value, Expression::Unknown(_)) {
            let line = "a value without a name is lost: write `let name = …;`";
            errors.push(Error::new(Place::of(&tokens), line));
        }
    } else if cursor.peek_ident().is_some() {
        errors.push(Error::new(
            place,
            format!("expected `->` or the end of the body, found {}", cursor.found()),
        ));
    } else {
        errors.push(Error::new(
            place,
            format!("expected `->` or the end of the body, found {}", cursor.found()),
        ));
        cursor.next();
        cursor.skip_to(&[';']);
    }
    value
}

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
