//! Functions of numbers: `|x| x * sigmoid(1.702 * x)`.

use super::argument::parse_literal;
use super::body::checked_name;
use super::cursor::Cursor;
use crate::ast::{Argument, Closure, Operator, Term, Value, ValueKind};
use crate::errors::{Change, Error, Errors, How, Place};
use proc_macro2::{Delimiter, Ident, TokenTree};
use std::rc::Rc;

/// How many of the methods take no further number.
const ONE: usize = 11;

/// What Rust writes behind a dot, and what it is called here.
const METHODS: [(&str, &str); 17] = [
    ("exp", "exp"),
    ("ln", "ln"),
    ("log", "ln"),
    ("sqrt", "sqrt"),
    ("abs", "abs"),
    ("sin", "sin"),
    ("cos", "cos"),
    ("tanh", "tanh"),
    ("sigmoid", "sigmoid"),
    ("relu", "relu"),
    ("softplus", "softplus"),
    ("min", "min"),
    ("max", "max"),
    ("pow", "pow"),
    ("powi", "pow"),
    ("powf", "pow"),
    ("powr", "pow"),
];

/// A closure as a function's argument. Reads to the next comma; what could not be read is `Broken`.
pub fn parse_closure(cursor: &mut Cursor, errors: &mut Errors) -> Argument {
    let start = cursor.at();
    let before = errors.count();
    if peek_function(cursor) {
        let place = cursor.place();
        let text = cursor.next().map_or(String::new(), |name| format!("|x| {name}(x)"));
        let change = Change { place, how: How::Replace, text: text.clone() };
        let error = Error::new(place, "a function of numbers says what flows in");
        errors.push(error.help_with(format!("`{text}`"), vec![change]));
        let tokens = cursor.since(start);
        let value = Value::new(ValueKind::Broken, tokens.clone());
        return Argument { name: None, value, tokens };
    }
    let parameters = parse_parameters(cursor, errors);
    let body = parse_body(cursor, errors);
    let ends = cursor.is_end() || cursor.peek_punct(',') || cursor.peek_punct(';');
    if errors.count() == before && !ends {
        errors.push(Error::new(cursor.place(), unexpected(cursor)));
    }
    if errors.count() > before {
        cursor.skip_to(&[',']);
    }
    let tokens = cursor.since(start);
    let kind = match body {
        Some(body) if errors.count() == before => ValueKind::Closure(Rc::new(Closure { parameters, body })),
        _ => ValueKind::Broken,
    };
    Argument { name: None, value: Value::new(kind, tokens.clone()), tokens }
}

/// Whether the name of a function of one number stands where a closure should.
pub fn peek_function(cursor: &Cursor) -> bool {
    let function = |name: &Ident| METHODS[..ONE].iter().any(|(_, ours)| name == ours);
    cursor.peek_ident().is_some_and(function) && cursor.peek_end(1)
}

fn unexpected(cursor: &Cursor) -> String {
    match cursor.found() {
        _ if cursor.peek_arrow() => {
            "no layer can stand in a function of numbers: end the `map(…)` before the `->`".into()
        }
        found if ["`<`", "`>`", "`=`", "`!`", "`&`", "`|`"].contains(&found.as_str()) => {
            format!(
                "{found}: nothing is compared in a function of numbers; there are `min`, `max` and `relu`"
            )
        }
        found if found == "`^`" => format!("{found}: a power is written `pow(x, 2)`"),
        found if found == "`as`" => "numbers have one type here: leave the `as` out".into(),
        found => format!("expected an operator, found {found}"),
    }
}

/// `|x, y|`
fn parse_parameters(cursor: &mut Cursor, errors: &mut Errors) -> Vec<Ident> {
    let mut names: Vec<Ident> = Vec::new();
    let open = cursor.place();
    cursor.next();
    while !cursor.is_end() && !cursor.peek_punct('|') {
        let Some(name) = cursor.take_ident() else {
            errors.push(Error::new(cursor.place(), format!("expected a name, found {}", cursor.found())));
            cursor.skip_to(&['|']);
            break;
        };
        let name = checked_name(name, errors);
        if names.contains(&name) {
            errors.push(Error::new(&name, format!("the name `{name}` is there twice")));
        }
        names.push(name);
        if cursor.peek_colon() {
            errors.push(Error::new(cursor.place(), "a number has no type here: the network says it"));
            cursor.skip_to(&[',', '|']);
        }
        if !cursor.peek_punct('|') && !cursor.take_punct(',') {
            errors.push(Error::new(cursor.place(), format!("expected `|`, found {}", cursor.found())));
            cursor.skip_to(&['|']);
        }
    }
    if names.is_empty() {
        errors.push(Error::new(open, "a function of numbers has a name for what flows in: `|x| x * x`"));
    }
    cursor.take_punct('|');
    names
}

fn parse_body(cursor: &mut Cursor, errors: &mut Errors) -> Option<Term> {
    let Some(group) = cursor.take_group(Delimiter::Brace) else { return parse_sum(cursor, errors) };
    let mut inside = Cursor::inside(&group);
    let mut lets = Vec::new();
    while inside.peek_word("let") {
        inside.next();
        let Some(name) = inside.take_ident() else {
            errors.push(Error::new(inside.place(), format!("expected a name, found {}", inside.found())));
            return None;
        };
        let name = checked_name(name, errors);
        if !inside.take_punct('=') {
            errors.push(Error::new(inside.place(), format!("expected `=`, found {}", inside.found())));
            return None;
        }
        lets.push((name, parse_body(&mut inside, errors)?));
        if !inside.take_punct(';') {
            let line = match inside.is_end() || inside.peek_ident().is_some() {
                true => format!("expected `;`, found {}", inside.found()),
                false => unexpected(&inside),
            };
            errors.push(Error::new(inside.place(), line));
            return None;
        }
    }
    let result = parse_sum(&mut inside, errors)?;
    if !inside.is_end() {
        let line = match inside.peek_punct(';') {
            true => "the result of a function ends without `;`".into(),
            false => unexpected(&inside),
        };
        errors.push(Error::new(inside.place(), line));
        return None;
    }
    Some(Term::Block(lets, Box::new(result)))
}

fn parse_sum(cursor: &mut Cursor, errors: &mut Errors) -> Option<Term> {
    parse_operators(cursor, errors, ['+', '-'], |cursor, errors| {
        parse_operators(cursor, errors, ['*', '/'], parse_factor)
    })
}

/// Operators of one rank, from left to right.
fn parse_operators(
    cursor: &mut Cursor,
    errors: &mut Errors,
    signs: [char; 2],
    operand: impl Fn(&mut Cursor, &mut Errors) -> Option<Term>,
) -> Option<Term> {
    let start = cursor.at();
    let mut value = operand(cursor, errors)?;
    while let Some(sign) = cursor.peek_operator().filter(|sign| signs.contains(sign)) {
        let place = cursor.place();
        cursor.next();
        if cursor.is_end() || cursor.peek_punct(',') || cursor.peek_punct(';') {
            errors.push(Error::new(place, format!("a number is missing after `{sign}`")));
            return None;
        }
        let right = operand(cursor, errors)?;
        let operator = match sign {
            '+' => Operator::Add,
            '-' => Operator::Subtract,
            '*' => Operator::Multiply,
            _ => Operator::Divide,
        };
        value = Term::Binary(Box::new(value), operator, Box::new(right), cursor.since(start));
    }
    Some(value)
}

/// An atom, perhaps with signs before it and with methods behind it.
fn parse_factor(cursor: &mut Cursor, errors: &mut Errors) -> Option<Term> {
    let mut negative = false;
    while cursor.peek_punct('-') && !cursor.peek_arrow() {
        negative = !negative;
        cursor.next();
    }
    let start = cursor.at();
    let mut value = parse_atom(cursor, errors)?;
    while cursor.peek_punct('.') {
        value = parse_method(value, start, cursor, errors)?;
    }
    Some(if negative { Term::Negative(Box::new(value)) } else { value })
}

/// `x.exp()`: refused, with the words for it.
fn parse_method(value: Term, start: usize, cursor: &mut Cursor, errors: &mut Errors) -> Option<Term> {
    let receiver = crate::suggest::source(&cursor.since(start));
    cursor.next();
    let method = cursor.take_ident();
    let group = cursor.take_group(Delimiter::Parenthesis);
    let tokens = cursor.since(start);
    let error = Error::new(&tokens, "a function stands before its numbers: `exp(x)`");
    let (Some(method), Some(group)) = (method, group) else {
        errors.push(Error::new(&tokens, "a number has no parts"));
        return None;
    };
    let ours = METHODS.iter().find(|(theirs, _)| method == theirs);
    errors.push(match ours {
        Some((_, ours)) => {
            let mut arguments = vec![receiver];
            arguments.extend(Some(crate::suggest::source(&group.stream())).filter(|a| !a.is_empty()));
            let text = format!("{ours}({})", arguments.join(", "));
            let change = Change { place: Place::of(&tokens), how: How::Replace, text: text.clone() };
            error.help_with(format!("`{text}`"), vec![change])
        }
        None => error,
    });
    Some(value)
}

fn parse_atom(cursor: &mut Cursor, errors: &mut Errors) -> Option<Term> {
    let start = cursor.at();
    let place = cursor.place();
    if let Some(group) = cursor.take_group(Delimiter::Parenthesis) {
        let mut inside = Cursor::inside(&group);
        let value = parse_sum(&mut inside, errors)?;
        if !inside.is_end() {
            errors.push(Error::new(inside.place(), unexpected(&inside)));
            return None;
        }
        return Some(value);
    }
    if matches!(cursor.peek(), Some(TokenTree::Literal(_))) {
        let value = parse_literal(cursor, errors);
        return match value.kind {
            ValueKind::Integer(n) => n.as_f64().map(Term::Number),
            ValueKind::Float(x, _) => Some(Term::Number(x)),
            ValueKind::Broken => None,
            _ => {
                errors.push(Error::new(&value.tokens, "expected a number"));
                None
            }
        };
    }
    if let Some(word) = cursor.peek_ident().filter(|w| ["if", "match", "loop", "let"].iter().any(|k| w == k))
    {
        let line =
            format!("`{word}` cannot stand in a function of numbers: there are `min`, `max` and `relu`");
        errors.push(Error::new(place, line));
        return None;
    }
    if let Some(name) = cursor.take_ident() {
        let Some(group) = cursor.take_group(Delimiter::Parenthesis) else { return Some(Term::Name(name)) };
        let mut inside = Cursor::inside(&group);
        let mut arguments = Vec::new();
        while !inside.is_end() {
            arguments.push(parse_sum(&mut inside, errors)?);
            if !inside.is_end() && !inside.take_punct(',') {
                errors.push(Error::new(inside.place(), unexpected(&inside)));
                return None;
            }
        }
        return Some(Term::Call(name, arguments, cursor.since(start)));
    }
    let line = match cursor.is_end() || cursor.peek_punct(',') {
        true => "a number is missing here".into(),
        false if cursor.peek_arrow() => "a number is missing before `->`".into(),
        false => format!("expected a number, found {}", cursor.found()),
    };
    errors.push(Error::new(place, line));
    None
}
