//! From tokens to `ast`. Reports syntax errors only, and goes on at the next `;`, `->` or brace.

mod body;
mod closure;
mod cursor;
mod dimension;
mod expression;
mod value;

use crate::ast::{Network, Port};
use crate::errors::{Error, Errors, Place};
use cursor::Cursor;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::parse::Parser;

pub use value::{MAX_NUMBER, parse_call};

/// All the items of one invocation whose name could be read.
pub fn parse(tokens: TokenStream, errors: &mut Errors) -> Vec<Network> {
    let end = proc_macro2::Span::call_site();
    let mut cursor = Cursor::new(tokens, end);
    let mut networks: Vec<Network> = Vec::new();
    while !cursor.is_end() {
        let Some(network) = parse_item(&mut cursor, errors) else { continue };
        if networks.iter().any(|n| n.name == network.name) {
            errors
                .push(Error::new(&network.name, format!("the network `{}` is declared twice", network.name)));
        } else {
            networks.push(network);
        }
    }
    let siblings: Vec<String> = networks.iter().map(|n| n.name.to_string()).collect();
    networks.iter_mut().for_each(|n| n.siblings.clone_from(&siblings));
    networks
}

fn parse_item(cursor: &mut Cursor, errors: &mut Errors) -> Option<Network> {
    let attributes = parse_attributes(cursor, errors);
    let visibility = parse_visibility(cursor, errors);
    if !cursor.peek_word("struct") {
        let place = cursor.place();
        if (cursor.peek_word("block") || cursor.peek_word("use")) && cursor.peek_second_ident() {
            let word = cursor.found();
            errors.push(Error::new(place, format!("{word} is not supported yet")));
            let is_use = cursor.peek_word("use");
            cursor.next();
            skip_item(cursor, is_use);
        } else {
            let line =
                format!("expected `struct Name(input: [28, 28]) -> [10] {{ … }}`, found {}", cursor.found());
            errors.push(Error::new(place, line));
            cursor.next();
            skip_item(cursor, false);
        }
        return None;
    }
    cursor.next();
    let Some(name) = cursor.peek_ident().cloned() else {
        let place = cursor.before().to(cursor.place());
        errors.push(Error::new(place, format!("expected the network's name, found {}", cursor.found())));
        skip_item(cursor, false);
        return None;
    };
    cursor.next();
    if syn::parse2::<Ident>(TokenTree::from(name.clone()).into()).is_err() {
        errors.push(Error::new(&name, format!("`{name}` is a word of Rust and cannot be a network's name")));
        skip_item(cursor, false);
        return None;
    }
    if name.to_string().starts_with("__") {
        errors.push(Error::new(&name, "names that begin with `__` are kept for generated code"));
    }
    let generic = parse_generic(cursor, errors);
    let mut network = Network {
        attributes,
        visibility,
        name,
        generic,
        inputs: Vec::new(),
        outputs: Vec::new(),
        body: None,
        siblings: Vec::new(),
    };
    parse_signature(cursor, &mut network, errors);
    Some(network)
}

/// Everything after the name; gives up where it ends too early, keeping what was read.
fn parse_signature(cursor: &mut Cursor, network: &mut Network, errors: &mut Errors) {
    match cursor.take_group(Delimiter::Parenthesis) {
        Some(group) => {
            network.inputs = parse_ports(&group, true, errors);
            if group.stream().is_empty() {
                errors.push(Error::new(group.span(), format!("the network `{}` has no input", network.name)));
            }
        }
        None => {
            let name = &network.name;
            let line = format!(
                "expected the inputs of `{name}`, `{name}(input: [28, 28])`, found {}",
                cursor.found()
            );
            errors.push(Error::new(cursor.place(), line));
            let body = cursor.peek_arrow() || cursor.peek_group(Delimiter::Brace);
            if !body {
                return skip_item(cursor, false);
            }
        }
    }
    if cursor.take_arrow() {
        network.outputs = parse_outputs(cursor, errors);
    } else {
        let line = format!("expected the output's shape, `-> [10]`, found {}", cursor.found());
        errors.push(Error::new(cursor.place(), line));
    }
    match cursor.take_group(Delimiter::Brace) {
        Some(group) => network.body = Some(body::parse_body(&group, errors)),
        None => {
            let line = format!("expected the body of `{}` in braces, found {}", network.name, cursor.found());
            // A missing output has been reported at this very place.
            if !network.outputs.is_empty() {
                errors.push(Error::new(cursor.place(), line));
            }
            skip_item(cursor, false);
        }
    }
}

/// Skips to the start of the next item.
fn skip_item(cursor: &mut Cursor, to_semicolon: bool) {
    while !cursor.is_end() && !cursor.peek_word("struct") && !cursor.peek_word("pub") {
        let braces = cursor.peek_group(Delimiter::Brace);
        let end = braces || to_semicolon && cursor.peek_punct(';');
        cursor.next();
        if end {
            return;
        }
    }
}

fn parse_attributes(cursor: &mut Cursor, errors: &mut Errors) -> Vec<syn::Attribute> {
    let mut attributes = Vec::new();
    while cursor.peek_punct('#') {
        let start = cursor.at();
        cursor.next();
        if cursor.take_group(Delimiter::Bracket).is_none() {
            errors.push(Error::new(cursor.before(), "expected an attribute, `#[…]`"));
            continue;
        }
        match syn::Attribute::parse_outer.parse2(cursor.since(start)) {
            Ok(parsed) => attributes.extend(parsed),
            Err(error) => errors.push_syn(&error),
        }
    }
    attributes
}

fn parse_visibility(cursor: &mut Cursor, errors: &mut Errors) -> syn::Visibility {
    let start = cursor.at();
    if !cursor.peek_word("pub") {
        return syn::Visibility::Inherited;
    }
    cursor.next();
    cursor.take_group(Delimiter::Parenthesis);
    syn::parse2(cursor.since(start)).unwrap_or_else(|error| {
        errors.push_syn(&error);
        syn::Visibility::Inherited
    })
}

fn parse_generic(cursor: &mut Cursor, errors: &mut Errors) -> Option<Ident> {
    if !cursor.peek_punct('<') {
        return None;
    }
    let start = cursor.at();
    cursor.next();
    let name = cursor.take_ident();
    let plain = name.is_some() && cursor.peek_punct('>');
    if !plain {
        while !cursor.is_end() && !cursor.peek_punct('>') && !cursor.peek_group(Delimiter::Brace) {
            cursor.next();
        }
    }
    cursor.take_punct('>');
    if !plain {
        let tokens = cursor.since(start);
        errors.push(Error::new(&tokens, "a network is generic over its scalar alone: write `<T>`"));
    }
    name
}

fn parse_outputs(cursor: &mut Cursor, errors: &mut Errors) -> Vec<Port> {
    if let Some(group) = cursor.take_group(Delimiter::Parenthesis) {
        if group.stream().is_empty() {
            errors.push(Error::new(group.span(), "a network gives at least one value"));
        }
        return parse_ports(&group, false, errors);
    }
    let start = cursor.at();
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

/// `name: [1, 28, 28], other: [3], tokens: [64] in 0..65`
fn parse_ports(group: &Group, inputs: bool, errors: &mut Errors) -> Vec<Port> {
    let mut cursor = Cursor::inside(group);
    let mut ports: Vec<Port> = Vec::new();
    while !cursor.is_end() {
        let Some(name) = cursor.take_ident() else {
            let line = format!("expected a name and a shape, `image: [1, 28, 28]`, found {}", cursor.found());
            errors.push(Error::new(cursor.place(), line));
            cursor.skip_to(&[',']);
            cursor.take_punct(',');
            continue;
        };
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
        } else {
            let line = format!("`{name}` needs a shape: `{name}: [28, 28]`");
            errors.push(Error::new(&name, line));
        }
        if ports.iter().any(|p| p.name.as_ref() == Some(&name)) {
            errors.push(Error::new(&name, format!("the name `{name}` is declared twice")));
        } else {
            let tokens = if tokens.is_empty() { TokenTree::from(name.clone()).into() } else { tokens };
            ports.push(Port { name: Some(name), shape, indices, tokens });
        }
        if !cursor.is_end() && !cursor.take_punct(',') {
            if cursor.at() > start {
                let place: Place = cursor.place();
                errors.push(Error::new(place, format!("expected `,`, found {}", cursor.found())));
            }
            cursor.skip_to(&[',']);
            cursor.take_punct(',');
        }
    }
    ports
}
