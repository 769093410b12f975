//! Expressions: chains of layers, sums, tuples.

use super::argument::{parse_literal, parse_value};
use super::body::checked_name;
use super::closure::parse_closure;
use super::cursor::Cursor;
use super::function::parse_function;
use super::instead;
use super::outside::parse_layer;
use crate::ast::{Expression, Operator, Repeat, Stage, ValueKind};
use crate::errors::{Change, Error, Errors, How, Nature, Place, VALUE};
use crate::layers;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

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
        let chain_place = Place::of(&chain);
        let operator_place = cursor.place();
        let before = errors.count();
        value = read_sum(value, start, cursor, errors);
        // While a sum or an arrow is being written, that is what is missing.
        if errors.count() > before {
            continue;
        }
        let text = format!("({})", crate::suggest::source(&chain));
        let changes = vec![Change { place: chain_place, how: How::Replace, text }];
        let line = format!(
            "`{operator}` straight after a layer: a chain inside an expression stands in parentheses"
        );
        let error = Error::new(operator_place, line);
        errors.push(match first_operands(&value) {
            Some((left, right)) => {
                let source = |e: &Expression| crate::suggest::source(&e.tokens());
                let error = error
                    .help_with(format!("`({}) {operator} {}`", source(left), source(right)), changes.clone());
                // What goes on behind it may belong to the second side alone.
                let rest = cursor.to_end_of(&[';', ',']);
                let is_chain = |token: TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == '>');
                match rest.clone().into_iter().any(is_chain) {
                    true => {
                        let side: TokenStream = right.tokens().into_iter().chain(rest).collect();
                        let text = format!("({})", crate::suggest::source(&side));
                        let both = Change { place: Place::of(&side), how: How::Replace, text: text.clone() };
                        let changes = changes.into_iter().chain([both]).collect();
                        error.help_with(format!("`({}) {operator} {text}`", source(left)), changes)
                    }
                    false => error,
                }
            }
            None => error,
        });
        // Nobody knows which operands were meant, so what they give is not judged.
        let mut operands = Vec::new();
        leaves(value, &mut operands);
        value = Expression::Doubtful(operands, cursor.since(start));
    }
}

/// All operands of a sum.
fn leaves(value: Expression, operands: &mut Vec<Expression>) {
    match value {
        Expression::Binary(left, _, right, _) => {
            [*left, *right].into_iter().for_each(|v| leaves(v, operands))
        }
        Expression::Number(..) => {}
        other => operands.push(other),
    }
}

/// What stands on both sides of the first operator.
fn first_operands(value: &Expression) -> Option<(&Expression, &Expression)> {
    match value {
        Expression::Binary(left, _, right, _) => first_operands(left).or(Some((left, right))),
        _ => None,
    }
}

/// `x Dense(3)` for `x -> Dense(3)`: a capital cannot begin anything else.
fn missing_arrow(cursor: &Cursor) -> bool {
    cursor.at() > 0 && cursor.peek_ident().is_some_and(|i| i.to_string().starts_with(char::is_uppercase))
}

fn parse_sum(cursor: &mut Cursor, errors: &mut Errors) -> Expression {
    let start = cursor.at();
    let first = parse_factor(cursor, errors);
    read_sum(first, start, cursor, errors)
}

/// Reads on behind the first factor of a sum.
fn read_sum(first: Expression, start: usize, cursor: &mut Cursor, errors: &mut Errors) -> Expression {
    let product = |first, start, cursor: &mut Cursor, errors: &mut Errors| {
        read_operators(first, start, cursor, errors, ['*', '/'], parse_factor)
    };
    let first = product(first, start, cursor, errors);
    read_operators(first, start, cursor, errors, ['+', '-'], |cursor, errors| {
        let start = cursor.at();
        let first = parse_factor(cursor, errors);
        product(first, start, cursor, errors)
    })
}

/// Operators of one rank, from left to right.
fn read_operators(
    mut value: Expression,
    start: usize,
    cursor: &mut Cursor,
    errors: &mut Errors,
    signs: [char; 2],
    operand: impl Fn(&mut Cursor, &mut Errors) -> Expression,
) -> Expression {
    while let Some(sign) = cursor.peek_operator().filter(|sign| signs.contains(sign)) {
        let place = cursor.place();
        cursor.next();
        let right = if cursor.is_end() || cursor.peek_punct(';') {
            errors.push(Error::new(place, format!("a value is missing after `{sign}`")));
            Expression::Unknown(TokenStream::new())
        } else {
            operand(cursor, errors)
        };
        let operator = match sign {
            '+' => Operator::Add,
            '-' => Operator::Subtract,
            '*' => Operator::Multiply,
            _ => Operator::Divide,
        };
        value = Expression::Binary(Box::new(value), operator, Box::new(right), cursor.since(start));
    }
    value
}

/// An atom, perhaps with signs before it.
fn parse_factor(cursor: &mut Cursor, errors: &mut Errors) -> Expression {
    let start = cursor.at();
    let mut signs = 0;
    let mut place = cursor.place();
    while cursor.peek_punct('-') && !cursor.peek_arrow() {
        signs += 1;
        place = cursor.place();
        cursor.next();
    }
    if signs > 0 && (cursor.is_end() || cursor.peek_punct(';')) {
        errors.push(Error::new(place, "a value is missing after `-`"));
        return Expression::Unknown(cursor.since(start));
    }
    let value = parse_atom(cursor, errors);
    let tokens = cursor.since(start);
    match value {
        value if signs == 0 => value,
        Expression::Number(x, _) => Expression::Number(if signs % 2 == 1 { -x } else { x }, tokens),
        value if signs % 2 == 0 => value,
        value => Expression::Negative(Box::new(value), tokens),
    }
}

/// A name, or something in parentheses. Reads at least one token unless a statement ends here.
fn parse_atom(cursor: &mut Cursor, errors: &mut Errors) -> Expression {
    let start = cursor.at();
    if let Some(group) = cursor.take_group(Delimiter::Parenthesis) {
        return parse_parentheses(&group, errors);
    }
    let place = if cursor.peek_arrow() { cursor.pair_place() } else { cursor.place() };
    if let Some(name) = cursor.take_ident() {
        if name == super::foreign::UNKNOWN {
            return Expression::Unknown(cursor.since(start));
        }
        if let Some(instead) = super::foreign::instead_of_statement(&name.to_string())
            && !cursor.is_end()
            && !cursor.peek_punct(';')
            && cursor.peek_operator().is_none()
        {
            errors.push(Error::new(place, format!("`{name}` has no meaning in a network")).note(instead));
            while !cursor.is_end() && !cursor.peek_punct(';') {
                cursor.next();
            }
            return Expression::Unknown(cursor.since(start));
        }
        if name == "Sequential" {
            cursor.take_group(Delimiter::Parenthesis);
            let line = "there is no `Sequential`: layers are chained with `->`";
            errors.push(
                Error::new(place, line).note("the chain begins with a value: `x -> Dense(64) -> Relu`"),
            );
            return Expression::Unknown(cursor.since(start));
        }
        if cursor.peek_group(Delimiter::Parenthesis) {
            if !name.to_string().starts_with(char::is_uppercase) {
                return Expression::Function(parse_function(name, cursor, errors));
            }
            let group = cursor.take_group(Delimiter::Parenthesis);
            let second = cursor.take_group(Delimiter::Parenthesis);
            let tokens = cursor.since(start);
            let line = format!("`{name}` is a layer and needs a value to work on: `x -> {name}(…)`");
            let mut error = Error::new(&tokens, line);
            for text in called(&name, group.as_ref(), second.as_ref()) {
                error = error.help_or(format!("`{text}`"), &tokens, text);
            }
            errors.push(with_values(error, cursor, start));
            return Expression::Unknown(tokens);
        }
        if cursor.peek_punct('.') {
            cursor.next();
            if let Some(part) = cursor.take_ident() {
                return Expression::Part(name, part);
            }
            let line = format!("expected a part of `{name}`, found {}", cursor.found());
            if let Some(TokenTree::Literal(number)) = cursor.peek().cloned()
                && number.to_string().chars().all(|c| c.is_ascii_digit())
            {
                // What the name means decides whether this is a mistake of its own.
                cursor.next();
                let mut part = Ident::new(&format!("_{number}"), number.span());
                part.set_span(number.span());
                return Expression::Part(name, part);
            }
            errors.push(Error::new(cursor.place(), line));
            return Expression::Unknown(cursor.since(start));
        }
        if name.to_string().starts_with(char::is_uppercase) {
            let line = format!("`{name}` is a layer and needs a value to work on: `x -> {name}`");
            let lower = crate::suggest::snake_case(&name.to_string());
            let error = Error::new(place, line).help_replace(format!("the value `{lower}`"), &name, lower);
            errors.push(with_values(error, cursor, start));
            return Expression::Unknown(cursor.since(start));
        }
        return Expression::Name(name);
    }
    if matches!(cursor.peek(), Some(TokenTree::Literal(_))) {
        let value = parse_literal(cursor, errors);
        return match value.kind {
            ValueKind::Integer(n) if n.as_f64().is_some() => {
                Expression::Number(n.as_f64().unwrap_or_default(), value.tokens)
            }
            ValueKind::Float(x, _) => Expression::Number(x, value.tokens),
            _ => Expression::Unknown(value.tokens),
        };
    }
    if let Some(values) = instead::bracketed(cursor, errors) {
        return values;
    }
    let line = match cursor.peek() {
        Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Brace => {
            "expected a value, found `{`".into()
        }
        Some(TokenTree::Group(_)) => "expected a value, found `[`".into(),
        _ if cursor.peek_arrow() => "a value is missing before `->`".into(),
        _ => format!("expected a value, found {}", cursor.found()),
    };
    let error = Error::new(place, line);
    if cursor.peek_arrow() {
        let text = format!("`{VALUE} -> …`");
        let mut error = error.help_with(text, vec![Change { place, how: How::Before, text: VALUE.into() }]);
        error.helps.iter_mut().for_each(|help| help.one_of = true);
        errors.push(error.of(Nature::LayerAsValue));
        return Expression::Unknown(cursor.since(start));
    }
    if !cursor.peek_punct(';') {
        cursor.next();
    }
    errors.push(error);
    Expression::Unknown(cursor.since(start))
}

/// A layer where a value is wanted, behind each of the values that there may be, of which the body's parser knows.
fn with_values(error: Error, cursor: &Cursor, start: usize) -> Error {
    let tokens = cursor.since(start);
    let layer = crate::suggest::source(&tokens);
    let is_operand = cursor.is_operand(start);
    let beside = cursor.other_operand(start).filter(|_| is_operand && start > 1);
    let error = beside.into_iter().chain([VALUE.to_string()]).fold(error, |error, value| {
        let text = if is_operand { format!("({value} -> {layer})") } else { format!("{value} -> {layer}") };
        error.help_or(format!("`{text}`"), &tokens, text)
    });
    let error = match cursor.sign_before(start) {
        // `x - Dense(8)` with half an arrow.
        Some(('-', sign)) => error.help_or("write `->`", sign, "->"),
        _ => error,
    };
    error.of(Nature::LayerAsValue)
}

/// A layer called like a function, as `Relu(x)` or `Dense(3)(x)`, as it is written here; in parentheses if that is what
/// it takes.
fn called(name: &Ident, group: Option<&Group>, second: Option<&Group>) -> Vec<String> {
    let source = |group: &Group| crate::suggest::source(&group.stream());
    let Some(group) = group else { return Vec::new() };
    let texts = match second {
        Some(value) => {
            let arguments = source(group);
            let call = if arguments.is_empty() { name.to_string() } else { format!("{name}({arguments})") };
            vec![format!("{} -> {call}", unnested(&value.stream()))]
        }
        None => {
            let mut value = TokenStream::new();
            let mut rest = group.stream().into_iter();
            let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
            value.extend(rest.by_ref().take_while(|token| !is_comma(token)));
            let (value, rest) = (unnested(&value), crate::suggest::source(&rest.collect()));
            match value.starts_with(|c: char| c.is_ascii_digit()) {
                _ if value.is_empty() => Vec::new(),
                true => Vec::new(),
                false if rest.is_empty() => vec![format!("{value} -> {name}")],
                false => vec![format!("{value} -> {name}({rest})")],
            }
        }
    };
    texts.into_iter().flat_map(|text| [text.clone(), format!("({text})")]).collect()
}

/// A layer inside of the parentheses of another, `Relu(Dense(8)(x))`, as a chain.
fn unnested(tokens: &TokenStream) -> String {
    let all: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let is_layer = |name: &Ident| name.to_string().starts_with(char::is_uppercase);
    let (name, first, second) = match &all[..] {
        [TokenTree::Ident(name), TokenTree::Group(first)] if is_layer(name) => (name, first, None),
        [TokenTree::Ident(name), TokenTree::Group(first), TokenTree::Group(second)] if is_layer(name) => {
            (name, first, Some(second))
        }
        _ => return crate::suggest::source(tokens),
    };
    called(name, Some(first), second).into_iter().next().unwrap_or_else(|| crate::suggest::source(tokens))
}

pub(super) fn parse_parentheses(group: &Group, errors: &mut Errors) -> Expression {
    let tokens: TokenStream = TokenTree::from(group.clone()).into();
    let mut inside = Cursor::inside(group);
    let mut parts = Vec::new();
    let mut comma = false;
    let mut labels = Vec::new();
    while !inside.is_end() {
        if inside.peek_label() {
            // `(mean: m, log_var: v)`
            let first = inside.place();
            inside.next();
            inside.next();
            labels.push(Change { place: first.to(inside.before()), how: How::Replace, text: String::new() });
        }
        parts.push(parse_expression(&mut inside, errors));
        comma = inside.take_punct(',');
        if !comma && !inside.is_end() {
            errors.push(Error::new(inside.place(), format!("expected `,` or `)`, found {}", inside.found())));
            return Expression::Unknown(tokens);
        }
    }
    if let Some(label) = labels.first() {
        let line = "the values of a result have no names: the declaration has them, `-> (a: [8], b: [4])`";
        let written: Vec<String> = parts.iter().map(|p| crate::suggest::source(&p.tokens())).collect();
        let error = Error::new(label.place, line);
        errors.push(error.help_with(format!("`({})`", written.join(", ")), labels));
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

/// `Dense(64)` or `[Dense(64); 3]`; at least one token is read.
pub fn parse_call_or_repeat(cursor: &mut Cursor, errors: &mut Errors) -> Stage {
    let start = cursor.at();
    let mut stage =
        Stage { name: None, call: None, function: None, repeat: None, tokens: TokenStream::new() };
    let group = cursor.take_group(Delimiter::Bracket);
    let mut inside = group.as_ref().map(Cursor::inside);
    let layer = inside.as_mut().unwrap_or(cursor);
    let read = parse_layer(layer, errors);
    let reported = matches!(read, Some(None));
    match read {
        Some(call) => stage.call = call,
        None if group.as_ref().is_some_and(instead::is_sizes) => {
            let place = cursor.before();
            let shape =
                group.as_ref().map(|group| crate::suggest::source(&group.stream())).unwrap_or_default();
            let text = format!("reshape([{shape}])");
            let error = Error::new(place, format!("expected a layer, found the shape `[{shape}]`"));
            errors.push(error.help_replace(format!("`{text}`"), place, text));
            stage.tokens = cursor.since(start);
            return stage;
        }
        None => {
            errors.push(Error::new(layer.place(), format!("expected a layer, found {}", layer.found())));
        }
    }
    if reported {
        stage.tokens = cursor.since(start);
        return stage;
    }
    if let (Some(mut inside), Some(group)) = (inside, group) {
        let tokens: TokenStream = TokenTree::from(group).into();
        if stage.call.is_some() && inside.take_punct(';') && !inside.is_end() {
            let count = parse_value(&mut inside, errors);
            stage.repeat = Some(Repeat { count, tokens: tokens.clone() });
        }
        if let Some(call) = stage.call.take_if(|_| stage.repeat.is_none() || !inside.is_end()) {
            let whole = Place::of(&tokens);
            errors.push(match inside.is_end() {
                true => Error::new(whole, "a repetition says how often: `[Dense(64); 3]`").help_replace(
                    format!("`{call}`"),
                    whole,
                    call.to_string(),
                ),
                false if inside.peek_punct(',') && inside.peek_end(2) => {
                    let place = inside.place();
                    let error =
                        Error::new(place, "how often a layer is repeated stands after `;`, found `,`");
                    error.help_replace("write `;`", place, ";")
                }
                false if inside.peek_punct(',') || inside.peek_arrow() => {
                    let place = if inside.peek_arrow() { inside.pair_place() } else { inside.place() };
                    Error::new(place, "one layer is repeated, `[Dense(64); 3]`")
                        .note("several in a row are repeated as a `block`")
                }
                false => {
                    let line = format!("a repetition is written `[Dense(64); 3]`, found {}", inside.found());
                    Error::new(inside.place(), line)
                }
            });
        }
    } else if stage.call.is_none() {
        cursor.next();
    }
    stage.tokens = cursor.since(start);
    stage
}

/// What stands after `->`.
fn parse_stage(cursor: &mut Cursor, errors: &mut Errors) -> Stage {
    let arrow = cursor.place();
    if cursor.take_arrow() {
        let arrow = arrow.to(cursor.before());
        if cursor.is_end() || cursor.peek_punct(';') || cursor.peek_arrow() || cursor.peek_word("let") {
            let error = Error::new(arrow, "a layer is missing after `->`");
            errors.push(error.help_replace("leave it out", arrow, ""));
            return Stage {
                name: None,
                call: None,
                function: None,
                repeat: None,
                tokens: TokenStream::new(),
            };
        }
    } else {
        let change = Change { place: arrow, how: How::Before, text: "->".into() };
        let error = Error::new(arrow, format!("expected `->` before {}", cursor.found()));
        errors.push(error.help_with("write `->` before it", vec![change]));
    }
    let start = cursor.at();
    let mut name = None;
    let labelled = cursor.peek_label();
    if labelled {
        name = cursor.take_ident().map(|name| checked_name(name, errors));
        cursor.next();
    }
    if cursor.peek_group(Delimiter::Bracket) {
        let repeated = parse_call_or_repeat(cursor, errors);
        return Stage { name, tokens: cursor.since(start), ..repeated };
    }
    if cursor.peek_word(super::foreign::UNKNOWN) {
        cursor.next();
        return Stage { name, call: None, function: None, repeat: None, tokens: cursor.since(start) };
    }
    let function = cursor.peek_ident().filter(|i| layers::is_function(&i.to_string())).cloned();
    if let Some(function) = function {
        cursor.next();
        if let Some(name) = name.take() {
            let line = format!("`{function}` is a function and takes no name");
            errors.push(Error::new(&name, line).help(format!("`let {name} = …` names what it gives")));
        }
        let function = parse_function(function, cursor, errors);
        return Stage {
            name,
            call: None,
            function: Some(function),
            repeat: None,
            tokens: cursor.since(start),
        };
    }
    if cursor.peek_punct('|') && !labelled {
        let place = cursor.place();
        let before = errors.count();
        let closure = parse_closure(cursor, errors);
        if errors.count() == before {
            let text = format!("map({})", closure.value.kind);
            let change = Change { place: Place::of(&closure.tokens), how: How::Replace, text: text.clone() };
            let error = Error::new(place, "expected a layer, found a function of numbers");
            errors.push(error.help_with(format!("`{text}`"), vec![change]));
        }
        return Stage { name, call: None, function: None, repeat: None, tokens: cursor.since(start) };
    }
    let Some(call) = parse_layer(cursor, errors) else {
        let line = if labelled && (cursor.is_end() || cursor.peek_punct(';') || cursor.peek_arrow()) {
            errors.push(Error::new(cursor.before(), "a layer is missing after the name"));
            return Stage { name, call: None, function: None, repeat: None, tokens: cursor.since(start) };
        } else {
            format!("expected a layer, found {}", cursor.found())
        };
        let error = instead::number_for_layer(cursor, Error::new(cursor.place(), line));
        errors.push(error);
        cursor.skip_to_stage_end();
        return Stage { name, call: None, function: None, repeat: None, tokens: cursor.since(start) };
    };
    let stage = Stage { name, call, function: None, repeat: None, tokens: cursor.since(start) };
    if stage.call.is_none() {
        cursor.skip_to_stage_end();
        return stage;
    }
    if matches!(cursor.peek(), Some(TokenTree::Group(g)) if g.delimiter() != Delimiter::Parenthesis) {
        let line = format!("expected `->` or `;`, found {}", cursor.found());
        errors.push(Error::new(cursor.place(), line));
        cursor.next();
        return Stage { call: None, ..stage };
    }
    stage
}
