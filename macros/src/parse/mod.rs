//! From tokens to `ast`. Reports syntax errors only, and goes on at the next `;`, `->` or brace.

mod argument;
mod body;
mod closure;
mod cursor;
mod dimension;
mod expression;
mod foreign;
mod function;
mod instead;
mod outside;
mod signature;
mod value;

use crate::ast::{Block, Import, Network, Program};
use crate::errors::{Change, Error, Errors, How};
use crate::layers;
use cursor::Cursor;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use signature::{Head, parse_signature};
use syn::parse::Parser;

pub use argument::parse_call;
pub use foreign::QUOTED;
pub use value::MAX_NUMBER;

/// All the items of one invocation whose name could be read; before them the blocks that were imported,
/// `blocks { … }`.
pub fn parse(tokens: TokenStream, errors: &mut Errors) -> Program {
    let end = proc_macro2::Span::call_site();
    let mut cursor = Cursor::new(tokens, end);
    let mut program = Program::default();
    let mut names: Vec<Ident> = Vec::new();
    if cursor.peek_word("blocks") && cursor.peek_group_after(Delimiter::Brace) {
        cursor.next();
        if let Some(group) = cursor.take_group(Delimiter::Brace) {
            program.blocks = parse_imported(&group);
            names.extend(program.blocks.iter().map(|block| block.name.clone()));
        }
    }
    while !cursor.is_end() {
        if cursor.peek_word("use") && cursor.peek_second_ident() {
            match parse_import(&mut cursor, errors) {
                Some(import) => {
                    program.import = Some(import);
                    return program;
                }
                None => continue,
            }
        }
        let before = errors.count();
        let Some(mut item) = parse_item(&mut cursor, errors) else { continue };
        match &mut item {
            Item::Network(network) => network.broken = errors.count() > before,
            Item::Block(block) => block.broken = errors.count() > before,
        }
        let (name, what) = match &item {
            Item::Network(network) => (network.name.clone(), "network"),
            Item::Block(block) => (block.name.clone(), "block"),
        };
        if names.contains(&name) {
            errors.push(Error::new(&name, format!("the {what} `{name}` is declared twice")));
            continue;
        }
        names.push(name);
        match item {
            Item::Network(network) => program.networks.push(network),
            Item::Block(block) => program.blocks.push(block),
        }
    }
    program
}

/// The blocks of sets that were imported. What is wrong with their text has been reported where it stands.
fn parse_imported(group: &Group) -> Vec<Block> {
    let mut errors = Errors::new();
    let mut blocks = parse(group.stream(), &mut errors).blocks;
    let _ = errors.is_empty();
    blocks.iter_mut().for_each(|block| block.imported = true);
    blocks
}

/// `use path::to::set;`
fn parse_import(cursor: &mut Cursor, errors: &mut Errors) -> Option<Import> {
    let start = cursor.at();
    let place = cursor.place();
    cursor.next();
    let from = cursor.at();
    cursor.take_path_sign();
    let mut is_path = cursor.take_ident().is_some();
    while is_path && cursor.take_path_sign() {
        is_path = cursor.take_ident().is_some();
    }
    let path = cursor.since(from);
    if !is_path || !cursor.take_punct(';') {
        let line = format!("a set of blocks is taken with `use path::to::set;`, found {}", cursor.found());
        errors.push(Error::new(place.to(cursor.place()), line));
        skip_item(cursor, true);
        return None;
    }
    Some(Import { path, rest: cursor.without(start) })
}

enum Item {
    Network(Network),
    Block(Block),
}

fn parse_item(cursor: &mut Cursor, errors: &mut Errors) -> Option<Item> {
    let attributes = parse_attributes(cursor, errors);
    let visibility = parse_visibility(cursor, errors);
    let mut lacks_struct = false;
    if !cursor.peek_word("struct") {
        let place = cursor.place();
        if cursor.peek_word("block") && cursor.peek_second_ident() {
            return parse_block(cursor, errors).map(Item::Block);
        }
        {
            let line =
                format!("expected `struct Name(input: [28, 28]) -> [10] {{ … }}`, found {}", cursor.found());
            let other =
                cursor.peek_ident().is_some() && cursor.peek_second_ident() && cursor.peek_inputs_at(2);
            if cursor.peek_ident().is_some_and(|name| name.to_string().starts_with(char::is_uppercase))
                && cursor.peek_inputs_at(1)
            {
                // `pub Net(x: [3]) -> …`
                let line = format!("expected `struct` before {}", cursor.found());
                let change = Change { place, how: How::Before, text: "struct ".into() };
                errors.push(Error::new(place, line).help_with("write `struct` before it", vec![change]));
                lacks_struct = true;
            } else if other {
                // `fn`, `class`, `network`, `model`: what comes next is read as a network.
                errors.push(Error::new(place, line).help_replace("write `struct`", place, "struct"));
            } else {
                errors.push(Error::new(place, line));
                cursor.next();
                skip_item(cursor, false);
                return None;
            }
        }
    }
    if !lacks_struct {
        cursor.next();
    }
    let Some(name) = cursor.peek_ident().cloned() else {
        let place = cursor.before().to(cursor.place());
        errors.push(Error::new(place, format!("expected the network's name, found {}", cursor.found())));
        skip_item(cursor, false);
        return None;
    };
    cursor.next();
    if !is_free(&name) {
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
        broken: false,
    };
    let head = Head { what: "network", name: network.name.clone() };
    (network.inputs, network.outputs, network.body) = parse_signature(cursor, &head, errors);
    Some(Item::Network(network))
}

/// `block Name(parameters)(inputs) -> outputs { body }`; the parameters may be missing.
fn parse_block(cursor: &mut Cursor, errors: &mut Errors) -> Option<Block> {
    cursor.next();
    let name = cursor.take_ident()?;
    if !name.to_string().starts_with(char::is_uppercase) {
        errors.push(Error::new(
            &name,
            format!("a block's name begins with a capital, as layers' do: `{name}`"),
        ));
    }
    if layers::user_names().contains(&name.to_string().as_str()) {
        let line = format!("`{name}` is a layer of the language: a block needs another name");
        errors.push(Error::new(&name, line));
    }
    let mut parameters = Vec::new();
    // While it is being written, what is in the first brackets says which these are.
    let are_parameters = cursor.peek_group_after(Delimiter::Parenthesis)
        || cursor.peek_end(1) && matches!(cursor.peek(), Some(TokenTree::Group(group)) if !has_colon(group));
    if cursor.peek_group(Delimiter::Parenthesis)
        && are_parameters
        && let Some(group) = cursor.take_group(Delimiter::Parenthesis)
    {
        parameters = parse_parameters(&group, errors);
    }
    let head = Head { what: "block", name: name.clone() };
    let (inputs, outputs, body) = parse_signature(cursor, &head, errors);
    Some(Block { name, parameters, inputs, outputs, body, imported: false, broken: false })
}

fn has_colon(group: &Group) -> bool {
    let is_colon = |token| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ':');
    group.stream().into_iter().any(is_colon)
}

/// `(channels, stride)`
fn parse_parameters(group: &Group, errors: &mut Errors) -> Vec<Ident> {
    let mut cursor = Cursor::inside(group);
    let mut parameters: Vec<Ident> = Vec::new();
    while !cursor.is_end() {
        match cursor.take_ident() {
            Some(name) => {
                let name = body::checked_name(name, errors);
                if parameters.contains(&name) {
                    errors.push(Error::new(&name, format!("the name `{name}` is declared twice")));
                } else {
                    parameters.push(name);
                }
            }
            None => {
                let line = format!("expected a parameter's name, found {}", cursor.found());
                errors.push(Error::new(cursor.place(), line));
                cursor.skip_to(&[',']);
            }
        }
        if !cursor.is_end() && !cursor.take_punct(',') {
            errors.push(Error::new(cursor.place(), format!("expected `,`, found {}", cursor.found())));
            cursor.skip_to(&[',']);
            cursor.take_punct(',');
        }
    }
    parameters
}

/// Skips to the start of the next item.
fn skip_item(cursor: &mut Cursor, to_semicolon: bool) {
    while !cursor.is_end()
        && !cursor.peek_word("struct")
        && !cursor.peek_word("pub")
        && !cursor.peek_word("block")
    {
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
        let error = Error::new(&tokens, "a network is generic over its scalar alone: write `<T>`");
        let is_sized = name.as_ref().is_some_and(|name| name == "const");
        errors.push(match is_sized {
            true => error.note("sizes are `const` items outside of `network!`"),
            false => error.help_replace("`<T>`", &tokens, "<T>"),
        });
        return name.filter(is_free);
    }
    let name = name?;
    if ["f32", "f64"].iter().any(|scalar| name == scalar) {
        let line = format!("`{name}` is a scalar itself: a network is generic over any, as `<T>`");
        let error = Error::new(&name, line);
        let use_it = if name == "f64" { "; `Name::<f64>` is one over that" } else { "" };
        errors.push(error.help_replace(format!("`T`{use_it}"), &name, "T"));
        return None;
    }
    if !is_free(&name) {
        errors.push(Error::new(&name, format!("`{name}` is a word of Rust and cannot be a scalar's name")));
        return None;
    }
    Some(name)
}

/// Whether a name is no word of Rust.
fn is_free(name: &Ident) -> bool {
    syn::parse2::<Ident>(TokenTree::from(name.clone()).into()).is_ok()
}
