//! Warnings about what is legal and yet most likely a mistake. Stable Rust lets no macro warn in its own words, so
//! these are rustc's lints on the user's own tokens, and obey the same attributes.

use crate::graph::Graph;
use proc_macro2::TokenStream;
use quote::quote;

/// A variable of each name that no result needs, which rustc then reports as unused.
pub fn unused(graph: &Graph) -> TokenStream {
    let names = graph.unused();
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
