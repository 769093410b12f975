//! The procedural macro behind formwork's `network!`: an implementation detail of formwork, which re-exports it.

mod ast;
mod blocks;
mod check;
mod demands;
mod emit;
mod errors;
mod expand;
mod fields;
mod formula;
mod graph;
mod infer;
mod layers;
mod limits;
mod lints;
mod maps;
mod parse;
mod plan;
mod remedies;
mod resolve;
mod shape;
mod suggest;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Declares networks; formwork's `network!` hands its `$crate` and all tokens on to this.
#[proc_macro]
pub fn network(tokens: TokenStream) -> TokenStream {
    expand::expand(tokens.into()).into()
}

/// Declares sets of blocks; formwork's `blocks!` hands its `$crate` and all tokens on to this.
#[proc_macro]
pub fn blocks(tokens: TokenStream) -> TokenStream {
    blocks::expand(tokens.into()).into()
}
