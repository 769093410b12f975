//! `blocks! { pub vision { block … } }`: blocks for other modules and crates.
//!
//! A set becomes a `macro_rules!` of its name: a `network!` that says `use vision;` calls it with all its own tokens,
//! and it calls `network!` again with its blocks in front. So one macro learns what another was told.

use crate::ast::Program;
use crate::errors::{Error, Errors};
use crate::{limits, parse, resolve};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};

/// `/// docs` `pub vision { … }`
struct Set {
    attributes: Vec<syn::Attribute>,
    visibility: syn::Visibility,
    name: Ident,
    blocks: Group,
}

impl Parse for Set {
    fn parse(input: ParseStream) -> syn::Result<Set> {
        let attributes = input.call(syn::Attribute::parse_outer)?;
        let (visibility, name) = (input.parse()?, input.parse()?);
        let blocks: Group = input.parse()?;
        if blocks.delimiter() != Delimiter::Brace {
            return Err(syn::Error::new(
                blocks.span(),
                "a set of blocks stands in braces: `pub vision { block … }`",
            ));
        }
        Ok(Set { attributes, visibility, name, blocks })
    }
}

struct Sets(Vec<Set>);

impl Parse for Sets {
    fn parse(input: ParseStream) -> syn::Result<Sets> {
        let mut sets = Vec::new();
        while !input.is_empty() {
            sets.push(input.parse()?);
        }
        Ok(Sets(sets))
    }
}

/// Expands the tokens of one `blocks!`, behind `($crate)`.
pub fn expand(tokens: TokenStream) -> TokenStream {
    let _session = crate::shape::Session::begin();
    let (tokens, too_deep) = limits::shallow(tokens);
    if let Some(error) = too_deep {
        let mut errors = Errors::new();
        errors.push(error);
        return errors.into_compile_errors();
    }
    let mut tokens = tokens.into_iter();
    let krate = match tokens.next() {
        Some(TokenTree::Group(group)) => group.stream(),
        _ => quote!(::formwork),
    };
    let sets = match syn::parse2::<Sets>(tokens.collect()) {
        Ok(sets) => sets.0,
        Err(error) => return error.into_compile_error(),
    };
    let mut output = TokenStream::new();
    let mut errors = Errors::new();
    for set in &sets {
        check(set, &mut errors);
        output.extend(define(set, &krate));
    }
    output.extend(errors.into_compile_errors());
    output
}

/// What can be known about blocks before anybody uses them.
pub fn check_tokens(blocks: TokenStream, errors: &mut Errors) {
    let program = parse::parse(blocks, errors);
    if let Some(import) = &program.import {
        errors
            .push(Error::new(&import.path, "a set of blocks has blocks alone in it, and uses no other set"));
    }
    for network in &program.networks {
        let line = format!("`{}` is a network: a set has blocks alone in it", network.name);
        errors.push(Error::new(&network.name, line));
    }
    let program = Program { networks: Vec::new(), import: None, ..program };
    resolve::check_unused(&program, &[], errors);
}

fn check(set: &Set, errors: &mut Errors) {
    check_tokens(set.blocks.stream(), errors);
    for attribute in &set.attributes {
        if !attribute.path().is_ident("doc") {
            errors.push(Error::new(&quote!(#attribute), "a set of blocks takes documentation alone"));
        }
    }
}

fn define(set: &Set, krate: &TokenStream) -> TokenStream {
    let Set { attributes, visibility, name, blocks } = set;
    let hidden = format_ident!("__blocks_{}", name, span = name.span());
    let blocks = blocks.stream();
    // Only a public set is seen from other crates. What it expands to names the crate of whoever calls it.
    let _ = krate;
    let export = matches!(visibility, syn::Visibility::Public(_)).then(|| quote!(#[macro_export]));
    quote! {
        #[doc(hidden)]
        #export
        macro_rules! #hidden {
            (($($krate:tt)*) blocks { $($given:tt)* } $($rest:tt)*) => {
                $($krate)*::__private::network! { ($($krate)*) blocks { #blocks $($given)* } $($rest)* }
            };
            (($($krate:tt)*) $($rest:tt)*) => {
                $($krate)*::__private::network! { ($($krate)*) blocks { #blocks } $($rest)* }
            };
        }
        #(#attributes)*
        #[allow(unused_imports)]
        #visibility use #hidden as #name;
    }
}
