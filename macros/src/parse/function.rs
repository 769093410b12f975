//! Functions of values: `concat(a, b, axis: 0)`, `slice(x, axis: 1, 2..5)`, and how they are miswritten.

use super::argument::parse_argument;
use super::closure::{parse_closure, peek_function};
use super::cursor::Cursor;
use super::expression::parse_expression;
use crate::ast::{Argument, Call, Expression, Function, Value, ValueKind};
use crate::errors::{Error, Errors, Place};
use crate::layers;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// The arguments behind a function's name: values, and what says how: `axis: 0`, `[3, 8]`, `2..5`.
pub(super) fn parse_function(name: Ident, cursor: &mut Cursor, errors: &mut Errors) -> Function {
    let mut tokens: TokenStream = TokenTree::from(name.clone()).into();
    let (mut values, mut arguments) = (Vec::new(), Vec::new());
    if let Some(group) = cursor.take_group(Delimiter::Parenthesis) {
        tokens.extend([TokenTree::from(group.clone())]);
        let mut inside = Cursor::inside(&group);
        let known = layers::is_function(&name.to_string());
        // What an unknown function's arguments mean, nobody knows.
        let mut unread = Errors::new();
        let errors = if known { &mut *errors } else { &mut unread };
        if known && let Some(listed) = unlisted(&name, &group, errors) {
            inside = Cursor::new(listed, group.span_close());
        }
        while !inside.is_end() {
            if inside.peek_punct('|') || name == "map" && peek_function(&inside) {
                arguments.push(parse_closure(&mut inside, errors));
            } else if inside.peek_label()
                || inside.peek_equals_after()
                || inside.peek_group(Delimiter::Bracket)
                || inside.peek_range()
                || inside.peek_ident().is_some_and(|name| is_constant(&name.to_string()))
            {
                arguments.extend(parse_argument(&mut inside, errors));
            } else {
                let start = inside.at();
                let value = parse_expression(&mut inside, errors);
                if inside.at() == start {
                    inside.next();
                }
                let tokens = inside.since(start);
                let kind = match &value {
                    #[expect(clippy::cast_possible_truncation, reason = "only whole numbers that were read")]
                    Expression::Number(x, _) if x.fract() == 0.0 => ValueKind::Integer((*x as i128).into()),
                    Expression::Number(x, _) => ValueKind::Float(*x, format!("{x:?}")),
                    _ => ValueKind::Given(crate::suggest::source(&tokens)),
                };
                let value_of = Value::new(kind, tokens.clone());
                arguments.push(Argument { name: None, value: value_of, tokens });
                values.push(value);
            }
            if !inside.is_end() && !inside.take_punct(',') {
                let line = format!("expected `,`, found {}", inside.found());
                errors.push(Error::new(inside.place(), line));
                values.push(Expression::Unknown(TokenStream::new()));
                inside.skip_to(&[',']);
                inside.take_punct(',');
            }
        }
        let _ = unread.take();
    }
    Function { values, call: Call { name, arguments, tokens, outside: None } }
}

/// The arguments of a function as they should stand where values are a list, `concat([a, b], axis: 0)`, or a shape has
/// no brackets, `reshape(4, 25)`; the mistake is reported.
fn unlisted(name: &Ident, group: &Group, errors: &mut Errors) -> Option<TokenStream> {
    let all: Vec<TokenTree> = group.stream().into_iter().collect();
    let is_number = |token: &TokenTree| matches!(token, TokenTree::Literal(_));
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
    let takes_shape =
        ["reshape", "expand", "zeros", "ones", "normal", "permute"].contains(&name.to_string().as_str());
    // A run of numbers, bare or in parentheses, is a shape.
    if takes_shape {
        // Where a shape stands, in brackets as it should, parentheses and numbers are a value's.
        let has_shape = all
            .iter()
            .any(|token| matches!(token, TokenTree::Group(g) if g.delimiter() == Delimiter::Bracket));
        if has_shape {
            return None;
        }
        let group_at = all.iter().position(|token| {
            matches!(token, TokenTree::Group(g) if g.delimiter() == Delimiter::Parenthesis
                && g.stream().into_iter().all(|t| is_number(&t) || is_comma(&t)) && !g.stream().is_empty())
        });
        let bare_at = all.iter().position(is_number);
        let (at, end, inner) = match (group_at, bare_at) {
            (Some(at), None) => {
                let TokenTree::Group(inner) = &all[at] else { return None };
                (at, at + 1, inner.stream())
            }
            (None, Some(at)) => {
                let run = all[at..].iter().take_while(|t| is_number(t) || is_comma(t)).count();
                let run = if all[at + run - 1..].first().is_some_and(is_comma) { run - 1 } else { run };
                (at, at + run, all[at..at + run].iter().cloned().collect())
            }
            _ => return None,
        };
        let place = Place { first: all[at].span(), last: all[end - 1].span() };
        let text = format!("[{}]", crate::suggest::source(&inner).trim_end_matches([',', ' ']));
        let written: TokenStream = all[at..end].iter().cloned().collect();
        let line =
            format!("`{name}` takes a shape in brackets, found `{}`", crate::suggest::source(&written));
        errors.push(Error::new(place, line).help_replace(format!("`{text}`"), place, text));
        let mut shape = Group::new(Delimiter::Bracket, inner);
        shape.set_span(place.first);
        let before = all[..at].iter().cloned();
        return Some(before.chain([shape.into()]).chain(all[end..].iter().cloned()).collect());
    }
    let [TokenTree::Group(list), rest @ ..] = &all[..] else { return None };
    let is_list = matches!(list.delimiter(), Delimiter::Bracket | Delimiter::Parenthesis)
        && list.stream().into_iter().any(|token| is_comma(&token))
        && rest.first().is_none_or(is_comma);
    if !is_list || name == "map" {
        return None;
    }
    let text = crate::suggest::source(&list.stream());
    let found = if list.delimiter() == Delimiter::Bracket { "[" } else { "(" };
    let line = format!("`{name}` takes its values one by one, found a list in `{found}`");
    errors.push(Error::new(list.span(), line).help_replace(format!("`{text}`"), list.span(), text));
    Some(list.stream().into_iter().chain(rest.iter().cloned()).collect())
}

/// `PARTS` and no layer, which has small letters too.
fn is_constant(name: &str) -> bool {
    name.len() > 1 && name.starts_with(char::is_uppercase) && !name.contains(char::is_lowercase)
}
