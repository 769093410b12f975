//! A layer where one may stand: one of the language, or a network from elsewhere with what it is claimed to give.

use super::argument::parse_arguments;
use super::cursor::Cursor;
use super::signature::parse_outputs;
use crate::ast::{Call, Outside};
use crate::errors::{Error, Errors};
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use std::rc::Rc;

/// `Dense(64)` or `vision::Backbone => [512]`. `None` if no such thing follows; `Some(None)` if it could not be read,
/// which has been reported.
pub fn parse_layer(cursor: &mut Cursor, errors: &mut Errors) -> Option<Option<Call>> {
    let start = cursor.at();
    let Some(name) = take_path(cursor) else {
        if cursor.at() == start {
            return None;
        }
        errors
            .push(Error::new(cursor.place(), format!("expected a network's name, found {}", cursor.found())));
        return Some(None);
    };
    let is_path = cursor.at() > start + 1;
    let path = cursor.since(start);
    let mut call = parse_arguments(name, cursor, errors);
    if is_path {
        call.tokens = cursor.since(start);
    }
    if cursor.peek_fat_arrow() {
        let outside = parse_claim(&call, path, cursor, errors)?;
        call.outside = Some(Rc::new(outside));
        return Some(Some(call));
    }
    if is_path {
        let written = path.to_string().replace(' ', "");
        let line = format!("`{written}` is declared elsewhere, where this `network!` cannot look");
        let note =
            format!("say what it gives: `{written} => [512]`; that is checked when the program is compiled");
        errors.push(Error::new(&path, line).note(note));
        return Some(None);
    }
    Some(Some(call))
}

/// What stands behind `=>`.
fn parse_claim(call: &Call, path: TokenStream, cursor: &mut Cursor, errors: &mut Errors) -> Option<Outside> {
    let start = cursor.at();
    let arrow = cursor.pair_place();
    cursor.next();
    cursor.next();
    let (claims, shapes) =
        if cursor.peek_group(Delimiter::Bracket) || cursor.peek_group(Delimiter::Parenthesis) {
            (parse_outputs(cursor, errors), None)
        } else {
            let line = format!("what `{}` gives is missing after `=>`", call.name);
            let error = Error::new(arrow, line).note("it is a shape, `=> [512]`, or several with names");
            errors.push(match cursor.peek() {
                Some(TokenTree::Literal(size)) => {
                    let (place, text) = (cursor.place(), format!("[{size}]"));
                    cursor.next();
                    error.help_replace(format!("`=> {text}`"), place, text)
                }
                _ => error,
            });
            (Vec::new(), None)
        };
    Some(Outside { path, claims, shapes, tokens: cursor.since(start) })
}

/// `vision::Backbone<T>`; the last name.
fn take_path(cursor: &mut Cursor) -> Option<Ident> {
    cursor.take_path_sign();
    let mut name = cursor.take_ident()?;
    while cursor.take_path_sign() {
        name = cursor.take_ident()?;
    }
    if cursor.peek_punct('<') {
        let mut depth = 0;
        loop {
            match () {
                () if cursor.peek_punct('<') => depth += 1,
                () if cursor.peek_punct('>') => depth -= 1,
                () if cursor.is_end() || cursor.peek_punct(';') => return None,
                () => {}
            }
            cursor.next();
            if depth == 0 {
                break;
            }
        }
    }
    Some(name)
}
