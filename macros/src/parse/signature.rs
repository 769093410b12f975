//! What flows into a network or a block and what comes out: `(image: [1, 28, 28]) -> [10]`.

use super::cursor::Cursor;
use super::{body, skip_item, value};
use crate::ast::{Body, Port};
use crate::errors::{Change, Error, Errors, How, Place};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// The most values that a layer without one is tried behind.
const MOST_VALUES: usize = 6;

/// What has inputs, outputs and a body.
pub(super) struct Head {
    pub what: &'static str,
    pub name: Ident,
}

/// Everything after the name; gives up where it ends too early, keeping what was read.
pub(super) fn parse_signature(
    cursor: &mut Cursor,
    head: &Head,
    errors: &mut Errors,
) -> (Vec<Port>, Vec<Port>, Option<Body>) {
    let Head { what, name } = head;
    let before = errors.count();
    let (mut inputs, mut outputs, mut body) = (Vec::new(), Vec::new(), None);
    let mut capitals = Vec::new();
    match cursor.take_group(Delimiter::Parenthesis).or_else(|| other_brackets(cursor, name, errors)) {
        Some(group) => {
            inputs = parse_ports(&group, true, errors);
            // A name stands before a shape; a constant may be the bound of indices.
            let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
            capitals.extend(tokens.windows(2).filter_map(|pair| match pair {
                [TokenTree::Ident(name), TokenTree::Punct(colon)] if colon.as_char() == ':' => {
                    Some(name.to_string()).filter(|name| name.starts_with(char::is_uppercase))
                }
                _ => None,
            }));
            if group.stream().is_empty() {
                errors.push(Error::new(group.span(), format!("the {what} `{name}` has no input")));
            }
        }
        None => {
            let mut place = cursor.place();
            if cursor.peek_punct('<') {
                let start = cursor.at();
                while !cursor.is_end() && !cursor.peek_group(Delimiter::Brace) && !cursor.take_punct('>') {
                    cursor.next();
                }
                place = Place::of(&cursor.since(start));
            }
            if *what == "block" && cursor.peek_group(Delimiter::Parenthesis) {
                // `block B<n>(…)`
                let line = format!("the parameters of `{name}` stand in parentheses: `{name}(n)(x: [m])`");
                errors.push(Error::new(place, line));
                let skipped = cursor.take_group(Delimiter::Parenthesis);
                drop(skipped);
                skip_item(cursor, false);
                return (inputs, outputs, body);
            }
            let line = format!(
                "expected the inputs of `{name}`, `{name}(input: [28, 28])`, found {}",
                cursor.found()
            );
            errors.push(Error::new(place, line));
            // A struct of Rust's has its fields in braces, and nothing else.
            if matches!(cursor.peek(), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Brace && is_fields(g))
            {
                cursor.next();
                return (inputs, outputs, body);
            }
            let goes_on = cursor.peek_arrow() || cursor.peek_group(Delimiter::Brace);
            if !goes_on {
                skip_item(cursor, false);
                return (inputs, outputs, body);
            }
        }
    }
    if cursor.take_arrow() {
        outputs = parse_outputs(cursor, errors);
    } else if cursor.peek_fat_arrow() || cursor.peek_colon() || cursor.peek_dash_and_arrow() {
        let place = if cursor.peek_colon() { cursor.place() } else { cursor.pair_place() };
        let line = format!("expected the output's shape, `-> [10]`, found {}", cursor.found());
        errors.push(Error::new(place, line).help_replace("write `->`", place, "->"));
        while !cursor.is_end()
            && !cursor.peek_group(Delimiter::Bracket)
            && !cursor.peek_group(Delimiter::Parenthesis)
            && !cursor.peek_group(Delimiter::Brace)
        {
            cursor.next();
        }
        outputs = parse_outputs(cursor, errors);
    } else {
        let line = format!("expected the output's shape, `-> [10]`, found {}", cursor.found());
        let place = match cursor.peek() {
            Some(TokenTree::Group(group)) if *what == "network" && group.delimiter() == Delimiter::Brace => {
                // What the body gives is what is missing, and stands before it.
                let tokens = TokenTree::from(group.clone()).into();
                outputs = vec![Port { name: None, shape: None, indices: None, tokens }];
                group.span_open().into()
            }
            _ => cursor.place(),
        };
        let error = Error::new(place, line);
        if cursor.peek_group(Delimiter::Bracket) || cursor.peek_group(Delimiter::Parenthesis) {
            // `struct N(x: [3]) [10] { … }`
            let change = Change { place, how: How::Before, text: "-> ".into() };
            errors.push(error.help_with("write `->` before it", vec![change]));
            outputs = parse_outputs(cursor, errors);
        } else {
            errors.push(error);
        }
    }
    errors.merge_habits(before, "the batch axis is never written");
    match cursor.take_group(Delimiter::Brace) {
        Some(group) => {
            let before = errors.count();
            let read = body::parse_body(&group, capitals, errors);
            let inputs = inputs.iter().filter_map(|input| Some(input.name.as_ref()?.to_string()));
            let values: Vec<String> =
                read.values().into_iter().rev().chain(inputs).take(MOST_VALUES).collect();
            errors.fill_values(before, &values);
            body = Some(read);
        }
        None => {
            let line = format!("expected the body of `{name}` in braces, found {}", cursor.found());
            // A missing output has been reported at this very place.
            if !outputs.is_empty() {
                errors.push(Error::new(cursor.place(), line));
            }
            skip_item(cursor, false);
        }
    }
    (inputs, outputs, body)
}

/// `{ x: [12], y: [3] }`
fn is_fields(group: &Group) -> bool {
    let tokens: Vec<TokenTree> = group.stream().into_iter().take(3).collect();
    let is_colon = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ':');
    matches!(&tokens[..], [TokenTree::Ident(_), colon, TokenTree::Group(_)] if is_colon(colon))
}

/// The inputs in brackets or braces, which are reported.
fn other_brackets(cursor: &mut Cursor, name: &Ident, errors: &mut Errors) -> Option<Group> {
    let arrow_follows = cursor.peek_arrow_after();
    let Some(TokenTree::Group(group)) = cursor.peek().cloned() else { return None };
    if group.delimiter() == Delimiter::None || !arrow_follows {
        return None;
    }
    let line = format!("the inputs of `{name}` stand in parentheses, found {}", cursor.found());
    let text = format!("({})", crate::suggest::source(&group.stream()));
    cursor.next();
    errors.push(Error::new(group.span(), line).help_replace(format!("`{text}`"), group.span(), text));
    Some(group)
}

/// What stands behind the arrow: a shape, or several with names.
pub(super) fn parse_outputs(cursor: &mut Cursor, errors: &mut Errors) -> Vec<Port> {
    let is_shape = |group: &Group| {
        let mut tokens = group.stream().into_iter();
        matches!(tokens.next(), Some(TokenTree::Literal(_)))
    };
    let named = matches!(cursor.peek(), Some(TokenTree::Group(g)) if !is_shape(g));
    if named && let Some(group) = cursor.take_group(Delimiter::Parenthesis) {
        if group.stream().is_empty() {
            errors.push(Error::new(group.span(), "a network gives at least one value"));
        }
        let before = errors.count();
        let ports = parse_ports(&group, false, errors);
        errors.merge_habits(before, "have names before their shapes");
        return ports;
    }
    let start = cursor.at();
    if cursor.peek_label() {
        // `-> mean: [20], spread: [20]`
        while !cursor.is_end() && !cursor.peek_group(Delimiter::Brace) {
            cursor.next();
        }
        let tokens = cursor.since(start);
        let place = Place::of(&tokens);
        let text = format!("({})", crate::suggest::source(&tokens));
        let error = Error::new(place, "outputs with names stand in parentheses");
        errors.push(error.help_replace(format!("`-> {text}`"), place, text));
        let mut group = Group::new(Delimiter::Parenthesis, tokens);
        group.set_span(place.first);
        return parse_ports(&group, false, errors);
    }
    let shape = value::parse_shape(cursor, errors);
    let tokens = cursor.since(start);
    if cursor.peek_word("in") {
        refuse_indices(cursor, errors);
    }
    vec![Port { name: None, shape, indices: None, tokens }]
}

/// Reads over `in 0..65` where it may not stand.
fn refuse_indices(cursor: &mut Cursor, errors: &mut Errors) {
    let start = cursor.at();
    let before = errors.count();
    value::parse_indices(cursor, errors);
    if errors.count() == before {
        let line = "only an input can hold indices: what comes out are numbers";
        errors.push(Error::new(&cursor.since(start), line));
    }
}

/// A name for a port that has none.
fn nameless(group: &Group, ports: &[Port], inputs: bool) -> String {
    let words: Vec<String> = group.stream().into_iter().map(|token| token.to_string()).collect();
    let names = if inputs { ["x", "y", "z", "u", "v", "w"] } else { ["a", "b", "c", "d", "e", "f"] };
    let is_free = |name: &&str| {
        !words.iter().any(|word| word == name)
            && !ports.iter().any(|p| p.name.as_ref().is_some_and(|p| p == name))
    };
    let free = names.into_iter().find(is_free).map(String::from);
    free.unwrap_or_else(|| format!("port{}", ports.len() + 1))
}

/// `name: [1, 28, 28], other: [3], tokens: [64] in 0..65`
fn parse_ports(group: &Group, inputs: bool, errors: &mut Errors) -> Vec<Port> {
    let mut cursor = Cursor::inside(group);
    let mut ports: Vec<Port> = Vec::new();
    while !cursor.is_end() {
        if cursor.peek_group(Delimiter::Bracket) {
            let place = cursor.place();
            let name = nameless(group, &ports, inputs);
            let change = Change { place, how: How::Before, text: format!("{name}:") };
            let start = cursor.at();
            let shape = value::parse_shape(&mut cursor, errors);
            let tokens = cursor.since(start);
            let line = match inputs {
                true => "an input has a name before its shape",
                false => "several outputs have names before their shapes",
            };
            let text = format!("`{name}: {}`", crate::suggest::source(&tokens));
            errors.push(Error::new(place, line).help_with(text, vec![change]));
            ports.push(Port { name: Some(Ident::new(&name, place.first)), shape, indices: None, tokens });
            cursor.take_punct(',');
            continue;
        }
        let Some(name) = cursor.take_ident() else {
            let line = format!("expected a name and a shape, `image: [1, 28, 28]`, found {}", cursor.found());
            errors.push(Error::new(cursor.place(), line));
            cursor.skip_to(&[',']);
            cursor.take_punct(',');
            continue;
        };
        if name == "self" && !cursor.peek_colon() {
            let line = "`self` is no input: a network has its weights by itself";
            let mut change = Change { place: (&name).into(), how: How::Replace, text: String::new() };
            if cursor.peek_punct(',') {
                change.place = change.place.to(cursor.place());
                cursor.next();
            }
            errors.push(Error::new(&name, line).help_with("leave it out", vec![change]));
            continue;
        }
        let name = body::checked_name(name, errors);
        let start = cursor.at();
        let (mut shape, mut indices, mut tokens) = (None, None, TokenStream::new());
        if cursor.peek_colon() {
            cursor.next();
            let start = cursor.at();
            shape = value::parse_shape(&mut cursor, errors);
            tokens = cursor.since(start);
            if cursor.peek_word("in") && inputs {
                indices = value::parse_indices(&mut cursor, errors);
                shape = shape.filter(|_| indices.is_some());
            } else if cursor.peek_word("in") {
                refuse_indices(&mut cursor, errors);
            }
        } else if cursor.peek_punct('=') || cursor.peek_group(Delimiter::Bracket) {
            let place = cursor.place();
            let line = format!("a shape is written with a colon: `{name}: [28, 28]`");
            errors.push(if cursor.take_punct('=') {
                Error::new(place, line).help_replace("write `:`", place, ":")
            } else {
                let change = Change { place: (&name).into(), how: How::After, text: ":".into() };
                Error::new(&name, line).help_with(format!("write `:` after `{name}`"), vec![change])
            });
            let start = cursor.at();
            shape = value::parse_shape(&mut cursor, errors);
            tokens = cursor.since(start);
        } else {
            let line = format!("`{name}` needs a shape: `{name}: [28, 28]`");
            errors.push(Error::new(&name, line));
        }
        if ports.iter().any(|p| p.name.as_ref() == Some(&name)) {
            let free = (2usize..).map(|n| format!("{name}{n}"));
            let is_free =
                |free: &String| ports.iter().all(|p| p.name.as_ref().is_none_or(|other| other != free));
            let free = free.take(99).find(is_free).unwrap_or_default();
            let error = Error::new(&name, format!("the name `{name}` is declared twice"));
            errors.push(error.help_replace(format!("`{free}`"), &name, free.clone()));
            let tokens = if tokens.is_empty() { TokenTree::from(name.clone()).into() } else { tokens };
            if inputs {
                // Which of the two a name stands for nobody knows.
                (shape, indices) = (None, None);
                ports.iter_mut().filter(|p| p.name.as_ref() == Some(&name)).for_each(|p| p.shape = None);
            }
            let name = Ident::new(&free, name.span());
            ports.push(Port { name: Some(name), shape, indices, tokens });
        } else {
            let tokens = if tokens.is_empty() { TokenTree::from(name.clone()).into() } else { tokens };
            ports.push(Port { name: Some(name), shape, indices, tokens });
        }
        if !cursor.is_end() && !cursor.take_punct(',') {
            if cursor.at() > start {
                let place: Place = cursor.place();
                let error = Error::new(place, format!("expected `,`, found {}", cursor.found()));
                if cursor.peek_label() {
                    let change = Change { place: cursor.before(), how: How::After, text: ",".into() };
                    errors.push(error.help_with("write a `,` before it", vec![change]));
                    continue;
                }
                errors.push(match cursor.peek_punct(';') {
                    true => error.help_replace("write `,`", place, ","),
                    false => error,
                });
                if cursor.take_punct(';') {
                    continue;
                }
            }
            cursor.skip_to(&[',']);
            cursor.take_punct(',');
        }
    }
    ports
}
