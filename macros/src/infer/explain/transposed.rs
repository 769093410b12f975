//! Transposed convolutions that miss the size on the other side of a decoder.

use super::edits::{replace, with_argument};
use super::upstream::textual;
use super::{Candidate, Explainer, Fault, Gives, definition};
use crate::ast::{Call, ValueKind};
use crate::graph::ValueId;
use crate::shape::Dim;

impl Explainer<'_> {
    /// Every transposed convolution on the way to a value padded so that it multiplies the size by its stride, which is
    /// what a decoder wants of it: `(n - 1) * stride - 2 * padding + kernel + output_padding` is then `n * stride`.
    pub(super) fn multiplied(&self, value: ValueId) -> Option<Candidate> {
        let (mut edits, mut changes, mut names) = (Vec::new(), Vec::new(), Vec::new());
        let (mut seen, mut is_general) = (Vec::new(), false);
        for id in self.ancestors(&[value]) {
            let node = &self.graph.nodes[id.0];
            let Some(call) = node.call.as_ref().filter(|c| c.name.to_string().starts_with("ConvTranspose"))
            else {
                continue;
            };
            let [kernel, stride] = ["kernel", "stride"].map(|name| number(call, name));
            let (Some(kernel), stride) = (kernel?, stride?.unwrap_or(1)) else { return None };
            if kernel < stride || number(call, "dilation")?.is_some_and(|n| n != 1) {
                return None;
            }
            let over = kernel - stride;
            let (padding, added) = (over.div_ceil(2), over % 2);
            let mut padded = call.clone();
            for (name, wanted) in [("padding", padding), ("output_padding", added)] {
                if number(call, name)?.unwrap_or(0) != wanted {
                    padded = with_argument(&padded, Some(name), &wanted.to_string())?;
                }
            }
            if padded.to_string() == call.to_string() {
                continue;
            }
            let place = definition(self.graph, Fault::Node(id));
            if place.is_some() && seen.contains(&place) {
                continue;
            }
            seen.push(place);
            let text = self.written(id, &padded);
            names.push(format!("`{text}`"));
            changes.push(replace(&node.tokens, text));
            is_general |= self.is_general(id);
            edits.push(super::super::trial::Edit::Replace { node: id, call: padded });
        }
        let text = match &names[..] {
            [] => return None,
            [one] => one.clone(),
            many => format!("each multiplies the size by its stride: {}", many.join(", ")),
        };
        if is_general {
            return Some(textual(text, changes));
        }
        Some(Candidate { edits, text, changes, gives: Some(Gives::Value(value)) })
    }
}

/// An argument that is one whole number; `None` inside if it is not given, outside if it is something else.
fn number(call: &Call, name: &str) -> Option<Option<usize>> {
    let argument = call.arguments.iter().find(|a| a.name.as_ref().is_some_and(|given| given == name));
    match argument.map(|argument| &argument.value.kind) {
        None => Some(None),
        Some(ValueKind::Integer(n)) => Dim::known(*n).map(Some),
        Some(_) => None,
    }
}
