//! Networks of other invocations and crates: what can be said of them where they cannot be seen.

use super::Builder;
use crate::ast::{Call, Outside};
use crate::errors::{Change, Error, How, Place};
use crate::graph::Scalar;
use crate::layers;
use proc_macro2::{Ident, TokenStream, TokenTree};

impl Builder<'_, '_> {
    /// The call as it is meant: without its claim where what it gives is known, which is an error.
    pub(super) fn without_needless_claim(&mut self, call: &Call) -> Call {
        let Some(outside) = &call.outside else { return call.clone() };
        let name = call.name.to_string();
        let mut tokens = outside.path.clone().into_iter();
        let is_plain = matches!((tokens.next(), tokens.next()), (Some(TokenTree::Ident(_)), None));
        let what = match () {
            () if !is_plain => None,
            () if layers::user_names().contains(&name.as_str()) => Some("is a layer"),
            () if self.program.blocks.iter().any(|block| block.name == name) => Some("is a block"),
            () if self.program.networks.iter().any(|network| network.name == name) => {
                Some("stands in this `network!`")
            }
            () => None,
        };
        let Some(what) = what else {
            self.check_outer_scalar(outside);
            return call.clone();
        };
        let known = Call { outside: None, ..call.clone() };
        let line = format!("`{name}` {what}: what it gives is worked out, and not claimed");
        let change = Change { place: Place::of(&outside.tokens), how: How::Replace, text: String::new() };
        self.errors.push(Error::new(&outside.tokens, line).help_with(format!("`{known}`"), vec![change]));
        known
    }

    /// A network inside of a generic one computes with the same scalar.
    fn check_outer_scalar(&mut self, outside: &Outside) {
        let Scalar::Generic(scalar) = &self.graph.header.scalar else { return };
        if !names(&outside.path, scalar) {
            let line = format!(
                "`{}` is generic over its scalar `{scalar}`, so `{}` must be so too",
                self.graph.header.name,
                outside.name()
            );
            let text = format!("<{scalar}>");
            let help = format!("`{}{text}`", outside.name());
            let change = Change { place: Place::of(&outside.path), how: How::After, text };
            self.errors.push(Error::new(&outside.path, line).help_with(help, vec![change]));
        }
    }
}

fn names(path: &TokenStream, scalar: &Ident) -> bool {
    path.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(name) if name == *scalar))
}
