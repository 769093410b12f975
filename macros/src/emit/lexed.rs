//! What holds no token of the user's is written as text and lexed at once: made one by one in an unoptimized build of the
//! macro, the tokens of a thousand layers take longer than all other stages together.
//!
//! Such text stands in the block of a network's items, where `__private` and `__layers` are those modules of the runtime.

use super::Emit;
use super::constants::replaced;
use crate::graph::NodeId;
use proc_macro2::TokenStream;

/// What begins the words that stand for networks from elsewhere, whose paths are the user's tokens.
const OUTSIDE: &str = "__outside_";

/// The word for such a network.
pub fn outside(node: NodeId) -> String {
    format!("{OUTSIDE}{}", node.0)
}

/// The same in constants, where the scalar of a generic network is not known.
pub fn outside_in_constants(node: NodeId) -> String {
    format!("{OUTSIDE}constant_{}", node.0)
}

impl Emit<'_> {
    /// The tokens of a text of ours.
    pub fn lexed(&self, text: &str) -> TokenStream {
        // A text that is parsed as any other is lexed twice, first by the macro itself, lest the compiler refuse it.
        let tokens = match proc_macro::is_available() {
            true => text.parse::<proc_macro::TokenStream>().map(TokenStream::from).map_err(|e| e.to_string()),
            false => text.parse::<TokenStream>().map_err(|e| e.to_string()),
        };
        let tokens =
            tokens.unwrap_or_else(|error| unreachable!("what is emitted can be lexed: {error}: {text}"));
        if !text.contains(OUTSIDE) {
            return tokens;
        }
        replaced(tokens, &|name| {
            let word = name.strip_prefix(OUTSIDE)?;
            let number = word.strip_prefix("constant_");
            let node = NodeId(number.unwrap_or(word).parse().ok()?);
            let network = self.plan.shaped.graph.nodes.get(node.0)?.layer.as_ref()?.network()?;
            Some(match number {
                None => self.names.outside(network.path()),
                Some(_) => self.names.outside(&self.names.in_constants(network.path())),
            })
        })
    }
}
