//! Every step of a sequence where the last one is meant.

use super::upstream::textual;
use super::{Candidate, Explainer, source_node};
use crate::errors::{Change, How, Place};
use crate::graph::ValueId;
use crate::layers::AnyLayer;
use crate::shape::Shape;

impl Explainer<'_> {
    /// `-> Last` behind the recurrent layer that a sequence comes from, where a vector is wanted.
    pub(super) fn last_step(&self, value: ValueId, wanted: &Shape) -> Option<Candidate> {
        if self.shape(value)?.rank() != 2 || wanted.rank() != 1 {
            return None;
        }
        let mut value = value;
        loop {
            let node = &self.graph.nodes[source_node(self.graph, value)?.0];
            if node.layer.as_ref().and_then(AnyLayer::giving_last).is_some() {
                let text =
                    format!("`{}` gives every step; `-> Last` behind it keeps the last one", node.short());
                let change =
                    Change { place: Place::of(&node.tokens), how: How::After, text: " -> Last".into() };
                return Some(textual(text, vec![change]));
            }
            value = *node.inputs.first()?;
        }
    }
}
