//! Statements.

use super::argument::parse_value;
use super::cursor::Cursor;
use super::expression::{parse_call_or_repeat, parse_expression};
use super::value::parse_shape;
use crate::ast::{Body, Expression, Let, Param, Pattern, Stage, Statement};
use crate::errors::{Change, Error, Errors, How, Place};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// Words that begin a construct of the language which is still to come.
const LATER_STATEMENTS: [&str; 1] = ["use"];

/// Statements and a result; `capitals` are inputs whose names begin with a capital by mistake.
pub fn parse_body(group: &Group, capitals: Vec<String>, errors: &mut Errors) -> Body {
    let before = errors.count();
    let mut cursor = Cursor::new(super::foreign::mend(group.stream(), capitals, errors), group.span_close());
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
            statements.extend(parse_let(&mut cursor, errors));
        } else if cursor.peek_word("layer") && cursor.peek_second_ident() {
            statements.push(Statement::Layer(Box::new(parse_layer(&mut cursor, errors))));
        } else if (cursor.peek_word("param") || cursor.peek_word("frozen")) && cursor.peek_second_ident()
            || cursor.peek_word("param") && cursor.peek_label()
        {
            statements
                .extend(parse_param(&mut cursor, errors).map(|param| Statement::Param(Box::new(param))));
        } else if cursor.peek_word("block") && cursor.peek_second_ident() {
            let line = "a block stands beside the networks, not inside one";
            errors.push(Error::new(cursor.place(), line));
            cursor.next();
            while !cursor.is_end() && !cursor.peek_group(Delimiter::Brace) {
                cursor.next();
            }
            cursor.next();
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

fn named(pattern: Pattern, value: Expression) -> Option<Statement> {
    Some(Statement::Let(Let { pattern, value }))
}

fn parse_let(cursor: &mut Cursor, errors: &mut Errors) -> Option<Statement> {
    let word = cursor.place();
    cursor.next();
    if cursor.peek_word("param") && cursor.peek_second_ident() {
        // `let param gamma: [8] = 1.0;`
        let error = Error::new(word, "a tensor is declared with `param`, without `let`");
        errors.push(error.help_replace("leave `let` out", word, ""));
        return parse_param(cursor, errors).map(|param| Statement::Param(Box::new(param)));
    }
    let start = cursor.at();
    let mut pattern = parse_pattern(cursor, errors);
    if let (Pattern::One(first), true) = (&pattern, cursor.peek_punct(',')) {
        pattern = unbracketed(first.clone(), start, cursor, errors);
    }
    if cursor.peek_colon() {
        let (place, start) = (cursor.place(), cursor.at());
        while !cursor.is_end() && !cursor.peek_punct('=') && !cursor.peek_punct(';') {
            cursor.next();
        }
        let typed = cursor.peek_punct('=');
        if !typed {
            // `let h: x -> Dense(8);`
            cursor.back_to(start + 1);
            let line = "expected `=`, found `:`";
            errors.push(Error::new(place, line).help_replace("write `=`", place, "="));
            let value = parse_expression(cursor, errors);
            end_statement(cursor, errors, false);
            return named(pattern, value);
        }
        let whole = Place::of(&cursor.since(start));
        let line = "a `let` has no type: shapes are found by themselves";
        errors.push(Error::new(place, line).help_replace("leave it out", whole, ""));
    }
    let place = cursor.place();
    if cursor.peek_arrow() {
        let place = cursor.pair_place();
        errors.push(Error::new(place, "expected `=`, found `->`: a `let` names what a chain gives"));
        let start = cursor.at();
        end_statement(cursor, errors, true);
        return named(pattern, Expression::Unknown(cursor.since(start)));
    }
    if cursor.peek_punct('<') {
        let place = cursor.pair_place();
        errors.push(Error::new(place, "expected `=`, found `<-`").help_replace("write `=`", place, "="));
        cursor.next();
    } else if !cursor.peek_punct('=') || cursor.peek_fat_arrow() {
        errors.push(Error::new(place, format!("expected `=`, found {}", cursor.found())));
        let start = cursor.at();
        end_statement(cursor, errors, true);
        return named(pattern, Expression::Unknown(cursor.since(start)));
    }
    cursor.next();
    if cursor.is_end() || cursor.peek_punct(';') || cursor.peek_word("let") {
        errors.push(Error::new(cursor.before(), "a value is missing after `=`"));
        cursor.take_punct(';');
        return named(pattern, Expression::Unknown(TokenStream::new()));
    }
    let shown = cursor.place().first;
    let is_layer = cursor.peek_ident().is_some_and(|name| name.to_string().starts_with(char::is_uppercase));
    let value = parse_expression(cursor, errors);
    if let (true, Pattern::One(Some(name)), Expression::Unknown(layer)) = (is_layer, &pattern, &value) {
        // Others make a layer first, and let data flow through it later.
        let text = format!("`layer {name} = {};`", crate::suggest::source(layer));
        errors.help_at(shown, text, word, "layer");
    }
    end_statement(cursor, errors, false);
    named(pattern, value)
}

/// The rest of `let a, b = …`, which wants parentheses.
fn unbracketed(first: Option<Ident>, start: usize, cursor: &mut Cursor, errors: &mut Errors) -> Pattern {
    let mut names = vec![first];
    while cursor.take_punct(',') {
        match cursor.take_ident() {
            Some(name) => names.push((name != "_").then(|| checked_name(name, errors))),
            None => break,
        }
    }
    let tokens = cursor.since(start);
    let place = Place::of(&tokens);
    let text = format!("({})", crate::suggest::source(&tokens));
    let error = Error::new(place, "several names of a `let` stand in parentheses");
    errors.push(error.help_replace(format!("`let {text} = …`"), place, text));
    Pattern::Tuple(names, tokens)
}

/// `layer encoder = Dense(64);`
fn parse_layer(cursor: &mut Cursor, errors: &mut Errors) -> Stage {
    let start = cursor.at();
    cursor.next();
    let name = cursor.take_ident().map(|name| checked_name(name, errors));
    let broken = |cursor: &mut Cursor, errors: &mut Errors, name| {
        end_statement(cursor, errors, true);
        Stage { name, call: None, function: None, repeat: None, tokens: cursor.since(start) }
    };
    if !cursor.peek_punct('=') || cursor.peek_fat_arrow() {
        let place = cursor.place();
        let error = Error::new(place, format!("expected `=`, found {}", cursor.found()));
        if !cursor.peek_colon() {
            errors.push(error);
            return broken(cursor, errors, name);
        }
        errors.push(error.help_replace("write `=`", place, "="));
    }
    cursor.next();
    if cursor.is_end() || cursor.peek_punct(';') || cursor.peek_word("let") {
        errors.push(Error::new(cursor.before(), "a layer is missing after `=`"));
        return broken(cursor, errors, name);
    }
    let mut stage = parse_call_or_repeat(cursor, errors);
    stage.name = name;
    if cursor.peek_arrow() && stage.call.is_some() {
        let line = "a `layer` is one layer, found a chain: `->` goes on behind it";
        let note = "several in a row are a block, `block Encoder(x: [n]) -> [8] { … }`, and `layer encoder = Encoder;`";
        errors.push(Error::new(cursor.pair_place(), line).note(note));
        end_statement(cursor, errors, true);
        return stage;
    }
    end_statement(cursor, errors, stage.call.is_none());
    stage
}

/// `param gamma: [96, 1, 1] = 1e-6;`, perhaps with `frozen` before it. A name that could be read is known from here on.
fn parse_param(cursor: &mut Cursor, errors: &mut Errors) -> Option<Param> {
    let frozen = cursor.peek_word("frozen");
    if frozen {
        cursor.next();
    }
    if !cursor.peek_word("param") {
        let line = format!("expected `frozen param name: [64];`, found {}", cursor.found());
        errors.push(Error::new(cursor.place(), line));
        end_statement(cursor, errors, true);
        return None;
    }
    cursor.next();
    let Some(name) = parse_name(cursor, errors) else {
        end_statement(cursor, errors, true);
        return None;
    };
    let mut param = Param { name, shape: None, tokens: TokenStream::new(), first: None, frozen };
    if !cursor.peek_colon() {
        let line = format!("`{0}` needs a shape: `param {0}: [64];`", param.name);
        errors.push(Error::new(&param.name, line));
        end_statement(cursor, errors, true);
        return Some(param);
    }
    cursor.next();
    let before = errors.count();
    let start = cursor.at();
    param.shape = parse_shape(cursor, errors);
    param.tokens = cursor.since(start);
    if param.shape.is_some() && cursor.take_punct('=') {
        if cursor.is_end() || cursor.peek_punct(';') {
            errors.push(Error::new(cursor.before(), "a number is missing after `=`"));
        } else {
            param.first = Some(parse_value(cursor, errors));
        }
    }
    if errors.count() == before && !cursor.is_end() && !cursor.peek_punct(';') {
        let line = match cursor.peek_ident().is_some() {
            true => format!("expected `;` before {}", cursor.found()),
            false => format!("expected `=` or `;`, found {}", cursor.found()),
        };
        let place = cursor.place();
        let error = Error::new(place, line);
        errors.push(match cursor.peek() {
            Some(TokenTree::Literal(_)) => {
                let change = Change { place, how: How::Before, text: "= ".into() };
                error.help_with("write `=` before it", vec![change])
            }
            _ => error,
        });
    }
    end_statement(cursor, errors, true);
    Some(param)
}

fn parse_pattern(cursor: &mut Cursor, errors: &mut Errors) -> Pattern {
    if let Some(group) = cursor.take_group(Delimiter::Parenthesis) {
        let mut inside = Cursor::inside(&group);
        let mut names = Vec::new();
        if let Some(flat) = side_by_side(group.stream()) {
            // `(y, (h, c))`
            let text = crate::suggest::source(&flat);
            let line = format!("the names of a pattern stand side by side: `({text})`");
            errors.push(Error::new(group.span(), line).help_replace(
                format!("`({text})`"),
                group.span(),
                format!("({text})"),
            ));
            inside = Cursor::new(flat, group.span_close());
        }
        while !inside.is_end() {
            names.push(parse_name(&mut inside, errors));
            if !inside.is_end() && !inside.take_punct(',') {
                errors.push(Error::new(inside.place(), format!("expected `,`, found {}", inside.found())));
                break;
            }
        }
        return Pattern::Tuple(names, TokenTree::from(group).into());
    }
    if let Some(group) = cursor.take_group(Delimiter::Bracket) {
        let text = format!("({})", crate::suggest::source(&group.stream()));
        let line = format!("the names of a pattern stand in parentheses: `{text}`");
        errors.push(Error::new(group.span(), line).help_replace(
            format!("`{text}`"),
            group.span(),
            text.clone(),
        ));
        let mut mended = Group::new(Delimiter::Parenthesis, group.stream());
        mended.set_span(group.span());
        let tokens: TokenStream = TokenTree::from(mended).into();
        return parse_pattern(&mut Cursor::new(tokens, group.span_close()), errors);
    }
    if cursor.peek_word("mut") {
        let place = cursor.place();
        let error = Error::new(place, "a value never changes: write `let` without `mut`");
        errors.push(error.help_replace("leave `mut` out", place, ""));
        cursor.next();
    }
    Pattern::One(parse_name(cursor, errors))
}

/// The names of a pattern without the brackets inside; `None` if there are none.
fn side_by_side(tokens: TokenStream) -> Option<TokenStream> {
    let mut nested = false;
    let flat = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            nested = true;
            side_by_side(group.stream()).unwrap_or_else(|| group.stream())
        }
        token => token.into(),
    });
    let flat: TokenStream = flat.collect();
    let is_name = |token: &TokenTree| match token {
        TokenTree::Punct(sign) => sign.as_char() == ',',
        TokenTree::Ident(_) => true,
        _ => false,
    };
    let good = flat.clone().into_iter().all(|token| is_name(&token));
    (nested && good).then_some(flat)
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
        let lower = super::foreign::lowered(&text);
        let error = Error::new(&name, super::foreign::capital_line(&text));
        errors.push(error.help_replace(format!("`{lower}`"), &name, lower.clone()));
        return match syn::parse_str::<Ident>(&lower) {
            Ok(_) => Ident::new(&lower, name.span()),
            Err(_) => name,
        };
    } else {
        return name;
    };
    let free = format!("{}_", text.trim_start_matches("r#").trim_start_matches('_'));
    errors.push(Error::new(&name, line).help_replace(format!("`{free}`"), &name, free));
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
            let change = Change { place: cursor.before(), how: How::After, text: ";".into() };
            errors.push(
                Error::new(cursor.place(), line).help_with("end the line before with `;`", vec![change]),
            );
            return;
        }
        let place = cursor.place();
        let error = Error::new(place, format!("expected `->` or `;`, found {}", cursor.found()));
        if cursor.peek_punct(',') {
            errors.push(error.help_replace("write `;`", place, ";"));
            cursor.next();
            return;
        }
        errors.push(match cursor.peek_punct('?') {
            true => error.help_replace("leave it out", place, ""),
            false => error,
        });
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
    let mut value = parse_expression(cursor, errors);
    if cursor.is_end() {
        return value;
    }
    let place = cursor.place();
    if cursor.peek_punct(',') {
        let mut parts = vec![value];
        while cursor.take_punct(',') && !cursor.is_end() && !cursor.peek_punct(';') {
            parts.push(parse_expression(cursor, errors));
        }
        let tokens = cursor.since(start);
        if parts.len() == 1 {
            errors.push(Error::new(place, "nothing stands behind the result").help_replace(
                "leave the `,` out",
                place,
                "",
            ));
            value = parts.remove(0);
        } else {
            let text = format!("({})", crate::suggest::source(&tokens));
            let error = Error::new(&tokens, "several values stand in parentheses");
            errors.push(error.help_replace(format!("`{text}`"), &tokens, text));
            value = Expression::Tuple(parts, tokens);
        }
        if cursor.is_end() {
            return value;
        }
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
