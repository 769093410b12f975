//! What stands where a value or a layer should: values in other brackets, numbers and shapes behind an arrow.

use super::cursor::Cursor;
use super::expression::parse_parentheses;
use crate::ast::Expression;
use crate::errors::{Error, Errors, Place};
use proc_macro2::{Delimiter, Group, Punct, Spacing, TokenStream, TokenTree};

/// Several values in other brackets, `[a, b]` or `{ mean: a, log_var: b }`.
pub(super) fn bracketed(cursor: &mut Cursor, errors: &mut Errors) -> Option<Expression> {
    let Some(TokenTree::Group(group)) = cursor.peek().cloned() else { return None };
    let parts: Vec<TokenStream> = crate::suggest::between_commas(group.stream());
    let is_sign = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ';');
    if parts.len() < 2 || group.stream().into_iter().any(|token| is_sign(&token)) {
        return None;
    }
    let unlabelled = |part: TokenStream| {
        let all: Vec<TokenTree> = part.into_iter().collect();
        match &all[..] {
            [TokenTree::Ident(_), TokenTree::Punct(p), rest @ ..]
                if p.as_char() == ':' && !rest.is_empty() =>
            {
                rest.iter().cloned().collect()
            }
            _ => all.into_iter().collect::<TokenStream>(),
        }
    };
    let parts: Vec<TokenStream> = parts.into_iter().map(unlabelled).collect();
    let texts: Vec<String> = parts.iter().map(crate::suggest::source).collect();
    let text = format!("({})", texts.join(", "));
    let found = if group.delimiter() == Delimiter::Bracket { "[" } else { "{" };
    let line = format!("several values stand in parentheses, found `{found}`");
    errors.push(Error::new(group.span(), line).help_replace(format!("`{text}`"), group.span(), text));
    cursor.next();
    let mut inner = TokenStream::new();
    for part in parts {
        inner.extend(part);
        inner.extend([TokenTree::from(Punct::new(',', Spacing::Alone))]);
    }
    let mut mended = Group::new(Delimiter::Parenthesis, inner);
    mended.set_span(group.span());
    Some(parse_parentheses(&mended, errors))
}

/// Numbers and commas alone.
pub(super) fn is_sizes(group: &Group) -> bool {
    let parts = crate::suggest::between_commas(group.stream());
    let is_number = |part: &TokenStream| crate::suggest::source(part).parse::<u32>().is_ok();
    !parts.is_empty() && parts.iter().all(is_number)
}

/// A number where a layer should stand: `-> 64`, `-> 4 * Dense(64)`.
pub(super) fn number_for_layer(cursor: &Cursor, error: Error) -> Error {
    let Some(TokenTree::Literal(number)) = cursor.peek() else { return error };
    let place = cursor.place();
    let rest: Vec<TokenTree> = cursor.to_end_of(&[';', ',']).into_iter().collect();
    let is = |token: &TokenTree, c: char| matches!(token, TokenTree::Punct(p) if p.as_char() == c);
    match &rest[..] {
        [_, sign, layer @ TokenTree::Ident(_), behind @ ..] if is(sign, '*') => {
            let arguments = behind.first().filter(|token| matches!(token, TokenTree::Group(_)));
            let layer: TokenStream = [layer].into_iter().chain(arguments).cloned().collect();
            let text = format!("[{}; {number}]", crate::suggest::source(&layer));
            error.help_replace(format!("`{text}`"), place.to(Place::of(&layer)), text)
        }
        [_] => error.help_replace(format!("`Dense({number})`"), place, format!("Dense({number})")),
        [_, sign, ..] if is(sign, '-') => {
            error.help_replace(format!("`Dense({number})`"), place, format!("Dense({number})"))
        }
        _ => error,
    }
}
