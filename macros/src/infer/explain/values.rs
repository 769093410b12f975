//! Ways out at the values that come in: a tensor of another shape, a vector that is made an image.

use super::super::trial::source_node;
use super::edits::replace;
use super::upstream::textual;
use super::{Candidate, Explainer};
use crate::ast::ValueKind;
use crate::errors::{Change, How};
use crate::graph::{Node, ValueId};
use crate::layers::Mismatch;
use crate::shape::Shape;
use crate::suggest;

/// The longest side of an image that a vector may be meant as.
const LONGEST_SIDE: usize = 64;

impl Explainer<'_> {
    /// A tensor, constant or noise that is made where it is used, in the shape of the other side.
    pub(super) fn resized(&self, values: &[ValueId]) -> Vec<Candidate> {
        let &[a, b] = values else { return Vec::new() };
        let sides = [(a, b), (b, a)].into_iter();
        sides.filter_map(|(value, other)| self.resized_as(value, self.shape(other)?)).collect()
    }

    fn resized_as(&self, value: ValueId, shape: &Shape) -> Option<Candidate> {
        let id = source_node(self.graph, value)?;
        let node = &self.graph.nodes[id.0];
        let found = self.shape(value)?;
        // What is 1 long is meant to be spread.
        let spreads = found.0.iter().zip(&shape.0).any(|(a, b)| a != b && a.is(1));
        if !node.inputs.is_empty() || found.rank() != shape.rank() || spreads || self.is_general(id) {
            return None;
        }
        if let (None, [tokens]) = (&node.call, &node.operands[..]) {
            let text = format!("`param {}: {shape}`", node.name);
            return Some(textual(text, vec![replace(tokens, shape.to_string())]));
        }
        let call = node.call.as_ref()?;
        let argument = call.arguments.iter().find(|a| matches!(a.value.kind, ValueKind::Shape(_)))?;
        let text = format!("`{}({shape})`", call.name);
        Some(textual(text, vec![replace(&argument.value.tokens, shape.to_string())]))
    }

    /// A vector where an image is wanted: without the layer that made it flat, or made an image by the only division
    /// into channels and equal sides that fits.
    pub(super) fn as_image(&self, node: &Node, value: ValueId, mismatch: &Mismatch) -> Vec<Candidate> {
        let &[n] = &self.shape(value).map(|shape| shape.0.clone()).unwrap_or_default()[..] else {
            return Vec::new();
        };
        let wants_image = mismatch.line.contains("needs `[channels, height, width]`");
        let (Some(n), true) = (n.known(), wants_image) else { return Vec::new() };
        let feeder = source_node(self.graph, value).map(|id| &self.graph.nodes[id.0]);
        if let Some(feeder) =
            feeder.filter(|feeder| feeder.call.as_ref().is_some_and(|c| c.name == "Flatten"))
        {
            let text = self.labelled_as(node, &suggest::source(&node.tokens));
            let change = Change { place: self.placed(feeder).to(self.placed(node)), how: How::Replace, text };
            return vec![textual("leave `Flatten` out", vec![change])];
        }
        let Some(id) = node.outputs.first().and_then(|&value| source_node(self.graph, value)) else {
            return Vec::new();
        };
        let sides = (2..=LONGEST_SIDE).filter(|side| n % (side * side) == 0);
        let images = sides.filter_map(|side| {
            self.insert(id, 0, &format!("reshape([{}, {side}, {side}])", n / (side * side)))
        });
        let good: Vec<Candidate> = images.filter(|candidate| self.is_good(candidate)).take(2).collect();
        if good.len() == 1 { good } else { Vec::new() }
    }
}
