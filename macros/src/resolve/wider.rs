//! Layers that give more values where more are asked for: `let (y, h) = x -> Gru(32);`.

use super::Builder;
use crate::ast::Expression;
use crate::errors::Error;
use crate::graph::{Source, ValueId};
use proc_macro2::{Ident, TokenStream};

impl Builder<'_, '_> {
    /// All that the last layer of a chain gives if it is asked for so many values; what there is already if it has no more
    /// to give.
    pub(super) fn widened(
        &mut self,
        values: Vec<ValueId>,
        count: usize,
        written: &Expression,
    ) -> Vec<ValueId> {
        let (&[value], Expression::Chain(..), 2..) = (&values[..], written, count) else { return values };
        let Source::Node { node: id, port: 0 } = self.graph.values[value.0].source else { return values };
        let node = &mut self.graph.nodes[id.0];
        // What comes out of a block is what its declaration says.
        if node.group != self.frame.group || !node.layer.as_mut().is_some_and(|layer| layer.ask(count)) {
            return values;
        }
        let shapes = self.outputs_of(&self.graph.nodes[id.0]).unwrap_or_default();
        let more =
            (1..count).map(|port| self.value(Source::Node { node: id, port }, shapes.get(port).cloned()));
        let all: Vec<ValueId> = std::iter::once(value).chain(more).collect();
        self.graph.nodes[id.0].outputs.clone_from(&all);
        all
    }

    /// Says to who binds another number of names what there is.
    pub(super) fn with_offer(
        &self,
        error: Error,
        values: &[ValueId],
        names: &[Option<Ident>],
        tokens: &TokenStream,
    ) -> Error {
        let Some(&Source::Node { node, .. }) = values.first().map(|value| &self.graph.values[value.0].source)
        else {
            return error;
        };
        let node = &self.graph.nodes[node.0];
        let layer = node.layer.as_ref().filter(|_| node.group == self.frame.group);
        let Some(offer) = layer.and_then(crate::layers::AnyLayer::offers) else { return error };
        let error = error.note(format!("`{}` gives one value, the sequence, or `{offer}`", node.text));
        let named: Vec<String> =
            names.iter().map(|name| name.as_ref().map_or("_".into(), ToString::to_string)).collect();
        let places = offer.split(',').count();
        let help = match places.checked_sub(named.len()) {
            Some(missing) => {
                let all: Vec<_> =
                    named.into_iter().chain(std::iter::repeat_n("_".to_string(), missing)).collect();
                format!("({})", all.join(", "))
            }
            None => format!("({})", named[..places].join(", ")),
        };
        error.help_replace(format!("`{help}`"), tokens, help)
    }
}
