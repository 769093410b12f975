//! Numbers that only the compiler knows, in what is written: placeholders, which `table.rs` turns into references to one
//! constant.

use crate::demands::Part;
use crate::graph::Graph;
use crate::shape::{Dim, NUMBER, PLURAL, Piece, Test, Tree, any_open, pieces};
use proc_macro2::{Group, Literal, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// A number without a suffix; where constants are in it, a placeholder.
pub fn number(n: impl Into<Dim>) -> TokenStream {
    let n = n.into();
    let token: TokenTree = match n.open() {
        None => {
            let n = n.integer().and_then(|n| u64::try_from(n).ok()).unwrap_or(u64::MAX);
            Literal::u64_unsuffixed(n).into()
        }
        Some(place) => format_ident!("__size_{place}").into(),
    };
    token.into()
}

/// The same in a text.
pub fn digits(n: impl Into<Dim>) -> String {
    let n = n.into();
    match n.open() {
        None => n.integer().and_then(|n| u64::try_from(n).ok()).unwrap_or(u64::MAX).to_string(),
        Some(place) => format!("__size_{place}"),
    }
}

/// A text with its numbers apart: how many bytes it takes at most, what stands still, and the numbers.
pub fn template(text: &str) -> (Literal, String, Vec<TokenStream>) {
    let (mut bytes, mut still, mut numbers) = (0, String::new(), Vec::new());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => {
                bytes += text.len();
                still += &text;
            }
            Piece::Number(n) => {
                bytes += 40;
                still.push(NUMBER);
                numbers.push(value(n));
            }
            Piece::Plural(n) => {
                bytes += 1;
                still.push(PLURAL);
                numbers.push(value(n));
            }
        }
    }
    (Literal::usize_unsuffixed(bytes), still, numbers)
}

/// A text: a literal, or what the compiler makes of it.
pub fn text(text: &str) -> String {
    let (bytes, still, numbers) = template(text);
    if numbers.is_empty() {
        return format!("{text:?}");
    }
    let numbers: String = numbers.iter().map(|number| format!("{number}, ")).collect();
    format!(
        "{{ const __TEXT: &__private::constants::Text<{bytes}> = \
         &__private::constants::Text::new({still:?}, &[{numbers}]); __TEXT.as_str() }}"
    )
}

/// One text or another, as the compiler finds.
pub fn text_of(texts: &Tree<String>) -> String {
    match texts {
        Tree::Leaf(leaf) => text(leaf),
        Tree::Fork(test, yes, no) => {
            let (test, yes, no) = (holds(*test, value), text_of(yes), text_of(no));
            format!("if {test} {{ {yes} }} else {{ {no} }}")
        }
    }
}

/// One expression or another, as the compiler finds.
pub fn chosen(tree: &Tree<TokenStream>) -> TokenStream {
    match tree {
        Tree::Leaf(leaf) => leaf.clone(),
        Tree::Fork(test, yes, no) => {
            let (test, yes, no) = (holds(*test, value), chosen(yes), chosen(no));
            quote!(if #test { #yes } else { #no })
        }
    }
}

/// The number itself, negative or not.
fn value(n: Dim) -> TokenStream {
    match n.open() {
        None => integer(n.integer().unwrap_or(0)),
        Some(place) => {
            let name = format_ident!("__value_{place}", span = Span::call_site());
            quote!(#name)
        }
    }
}

pub fn integer(n: i128) -> TokenStream {
    let size = Literal::u128_unsuffixed(n.unsigned_abs());
    if n < 0 { quote!((-#size)) } else { quote!(#size) }
}

pub fn holds(test: Test, value: impl Fn(Dim) -> TokenStream) -> TokenStream {
    let (n, zero) = test.parts();
    let n = value(n);
    if zero { quote!((#n == 0)) } else { quote!((#n < 0)) }
}

/// What stands for the numbers of a part that may be good where others are not: its types.
pub fn of_part(tokens: TokenStream, part: usize) -> TokenStream {
    if !any_open() {
        return tokens;
    }
    replaced(tokens, &|name| {
        let place = name.strip_prefix("__size_").filter(|place| place.parse::<usize>().is_ok())?;
        let name = format_ident!("__size_{place}_of_{part}", span = Span::call_site());
        Some(quote!(#name))
    })
}

pub fn replaced(tokens: TokenStream, change: &dyn Fn(&str) -> Option<TokenStream>) -> TokenStream {
    let tokens = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            let mut inside = Group::new(group.delimiter(), replaced(group.stream(), change));
            inside.set_span(group.span());
            TokenTree::from(inside).into()
        }
        TokenTree::Ident(name) => change(&name.to_string()).unwrap_or_else(|| TokenTree::from(name).into()),
        other => other.into(),
    });
    tokens.collect()
}

/// A placeholder: the number's place in the table, and the part whose goodness is enough.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    Size(usize, Option<usize>),
    Value(usize),
}

impl Use {
    pub fn read(name: &str) -> Option<Use> {
        if let Some(place) = name.strip_prefix("__value_") {
            return place.parse().ok().map(Use::Value);
        }
        let size = name.strip_prefix("__size_")?;
        match size.split_once("_of_") {
            None => size.parse().ok().map(|place| Use::Size(place, None)),
            Some((place, part)) => Some(Use::Size(place.parse().ok()?, part.parse().ok())),
        }
    }

    pub fn place(self) -> usize {
        match self {
            Use::Size(place, _) | Use::Value(place) => place,
        }
    }
}

pub fn uses(tokens: &TokenStream, all: &mut BTreeSet<Use>) {
    for token in tokens.clone() {
        match token {
            TokenTree::Group(group) => uses(&group.stream(), all),
            TokenTree::Ident(name) => all.extend(Use::read(&name.to_string())),
            _ => {}
        }
    }
}

/// The number of a part in the table.
pub fn part_index(graph: &Graph, part: Part) -> usize {
    let (inputs, outputs) = (graph.header.inputs.len(), graph.header.outputs.len());
    let (nodes, groups) = (graph.nodes.len(), graph.groups.len());
    match part {
        Part::Input(i) => i,
        Part::Output(i) => inputs + i,
        Part::Node(node) => inputs + outputs + node.0,
        Part::Open(group) => inputs + outputs + nodes + group.0,
        Part::Close(group) => inputs + outputs + nodes + groups + group.0,
        Part::Result(i) => inputs + outputs + nodes + 2 * groups + i,
    }
}
