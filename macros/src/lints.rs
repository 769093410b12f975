//! Warnings about what is legal and yet most likely a mistake. Stable Rust lets no macro warn in its own words, so the
//! text is that of a deprecated constant, named after the lint, which is used at the user's token; an unused value is
//! rustc's own lint. `#[allow(formwork::name)]` at the struct, read and taken away here, silences one.

mod rules;

use crate::errors::{Error, Errors, Place};
use crate::graph::Shaped;
use crate::layers;
use crate::suggest;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// The names of all lints.
pub const NAMES: [&str; 10] = [
    "missing_activation",
    "relu_before_softmax",
    "repeated_softmax",
    "logarithm_of_softmax",
    "softmax_of_one",
    "dropout_at_the_end",
    "batch_norm_of_one_pixel",
    "bias_before_batch_norm",
    "unnamed_twins",
    "channels_last",
];

/// One warning.
#[derive(Debug)]
pub struct Warning {
    pub lint: &'static str,
    pub tokens: TokenStream,
    pub text: String,
}

/// What a struct's attributes say about our lints.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    allowed: Vec<String>,
    denied: Vec<String>,
}

/// Takes `#[allow(formwork::…)]` out of the attributes; rustc knows no such lint.
pub fn take_levels(attributes: &mut Vec<syn::Attribute>, errors: &mut Errors) -> Levels {
    let mut levels = Levels::default();
    for attribute in attributes.iter_mut() {
        let level = ["allow", "expect", "warn", "deny", "forbid"]
            .into_iter()
            .find(|level| attribute.path().is_ident(level));
        let (Some(level), syn::Meta::List(list)) = (level, &mut attribute.meta) else { continue };
        let mut kept = TokenStream::new();
        for part in suggest::between_commas(list.tokens.clone()) {
            let Some(name) = our_lint(&part) else {
                if !kept.is_empty() {
                    kept.extend(quote!(,));
                }
                kept.extend(part);
                continue;
            };
            if !NAMES.contains(&name.to_string().as_str()) {
                errors.push(no_such_lint(&name));
                continue;
            }
            match level {
                "allow" | "expect" => levels.allowed.push(name.to_string()),
                "deny" | "forbid" => levels.denied.push(name.to_string()),
                _ => {}
            }
        }
        list.tokens = kept;
    }
    let is_empty = |attribute: &syn::Attribute| match &attribute.meta {
        syn::Meta::List(list) => {
            list.tokens.is_empty()
                && ["allow", "expect", "warn", "deny", "forbid"].into_iter().any(|l| list.path.is_ident(l))
        }
        _ => false,
    };
    attributes.retain(|attribute| !is_empty(attribute));
    levels
}

fn no_such_lint(name: &Ident) -> Error {
    let error = Error::new(name, format!("there is no lint `formwork::{name}`"));
    match suggest::similar(&name.to_string(), &NAMES, &[]) {
        Some(found) => {
            error.help_replace(format!("a lint with a similar name exists: `{found}`"), name, found)
        }
        None => error.note(format!("the lints are {}", layers::list(&NAMES))),
    }
}

/// The name behind `formwork::`.
fn our_lint(part: &TokenStream) -> Option<Ident> {
    let tokens: Vec<TokenTree> = part.clone().into_iter().collect();
    match &tokens[..] {
        [TokenTree::Ident(tool), TokenTree::Punct(_), TokenTree::Punct(_), TokenTree::Ident(name)]
            if tool == "formwork" =>
        {
            Some(name.clone())
        }
        _ => None,
    }
}

/// The warnings about a network; those that its struct denies are errors.
pub fn warnings(shaped: &Shaped, errors: &mut Errors) -> Vec<Warning> {
    let levels = &shaped.graph.header.levels;
    let mut warnings: Vec<Warning> = Vec::new();
    let mut known = BTreeSet::new();
    for warning in rules::find(shaped) {
        let lint = warning.lint.to_string();
        let place = Place::of(&warning.tokens);
        // A block's text is one place, however often the block is used.
        let is_new = known.insert((warning.lint, crate::remedies::key(place.first)));
        if !is_new || levels.allowed.contains(&lint) {
            continue;
        }
        if levels.denied.contains(&lint) {
            let line = warning.text.split('\n').next().unwrap_or_default();
            let mut error = Error::new(place, line);
            let rest = warning.text.split('\n').skip(1);
            error.notes.extend(rest.map(|line| line.trim_start_matches("help: ").to_string()));
            errors.push(error.note(format!("`formwork::{lint}` is denied at the struct")));
            continue;
        }
        warnings.push(warning);
    }
    warnings
}

/// The code that makes rustc show them.
pub fn emit(warnings: &[Warning]) -> TokenStream {
    let shown = warnings.iter().map(|Warning { lint, tokens, text }| {
        let place = Place::of(tokens);
        let item = format_ident!("{lint}", span = Span::call_site());
        let mut used = item.clone();
        // rustc underlines the last part of a path; the rest of it says how the lint is called in `allow`.
        used.set_span(place.first);
        let module = Ident::new("formwork", Span::call_site());
        let text = crate::shape::source(text);
        quote! {
            const _: () = {
                mod #module {
                    #[deprecated(note = #text)]
                    #[allow(non_upper_case_globals)]
                    pub const #item: () = ();
                }
                #module::#used
            };
        }
    });
    shown.collect()
}

/// A variable of each name that no result needs, which rustc then reports as unused.
pub fn unused(shaped: &Shaped) -> TokenStream {
    let names = shaped.graph.unused();
    if names.is_empty() {
        return TokenStream::new();
    }
    quote! {
        const _: () = {
            #[allow(dead_code)]
            fn __unused() {
                #(let #names = ();)*
            }
        };
    }
}
