//! Ways out at the values that come in: a tensor of another shape, a vector that is made an image.

use super::super::trial::source_node;
use super::edits::{operand_text, replace};
use super::upstream::textual;
use super::{Candidate, Explainer};
use crate::ast::ValueKind;
use crate::errors::{Change, How};
use crate::graph::{Node, ValueId};
use crate::layers::Mismatch;
use crate::shape::{Dim, Shape};
use crate::{remedies, suggest};

/// The longest side of an image that a vector may be meant as.
const LONGEST_SIDE: usize = 64;

/// The longest side of an image that a vector may be declared as.
const MOST_PIXELS: usize = 1024;

impl Explainer<'_> {
    /// A tensor, constant or noise that is made where it is used, in the shape of the other side.
    pub(super) fn resized(&self, values: &[ValueId]) -> Vec<Candidate> {
        let &[a, b] = values else { return Vec::new() };
        let sides = [(a, b), (b, a)].into_iter();
        sides.filter_map(|(value, other)| self.resized_as(value, self.shape(other)?)).collect()
    }

    pub(super) fn resized_as(&self, value: ValueId, shape: &Shape) -> Option<Candidate> {
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
        // One pixel, or an image of one channel or of three.
        let square =
            |n: usize| (2..=MOST_PIXELS).take_while(|side| side * side <= n).find(|side| side * side == n);
        let color = square(n / 3).filter(|_| n.is_multiple_of(3));
        let shapes =
            square(n).map(|side| [1, side, side]).into_iter().chain(color.map(|side| [3, side, side]));
        let shapes = shapes.chain([[n, 1, 1]]).map(|shape| Shape(shape.map(Dim::from).to_vec()));
        let declared: Vec<Candidate> = shapes.filter_map(|shape| self.declared(value, shape)).collect();
        let declared: Vec<Candidate> =
            declared.into_iter().filter(|candidate| self.is_good(candidate)).collect();
        if !declared.is_empty() {
            return declared;
        }
        let images = sides.filter_map(|side| {
            self.insert(id, 0, &format!("reshape([{}, {side}, {side}])", n / (side * side)))
        });
        let good: Vec<Candidate> = images.filter(|candidate| self.is_good(candidate)).take(2).collect();
        if good.len() == 1 { good } else { Vec::new() }
    }

    /// A vector where more axes are wanted, without the layer further up that made a vector of them: `Flatten` before a
    /// convolution, `Last` before another recurrent layer.
    pub(super) fn unflattened(&self, node: &Node, value: ValueId, mismatch: &Mismatch) -> Vec<Candidate> {
        let is_vector = self.shape(value).is_some_and(|shape| shape.rank() == 1);
        if !is_vector || !mismatch.line.contains(" needs `[") {
            return Vec::new();
        }
        let flattens = |node: &Node| {
            let call = node.call.as_ref().map(|call| call.name.to_string()).unwrap_or_default();
            call == "Flatten" || call == "Last" || call.starts_with("Global")
        };
        let mut value = value;
        while let Some(id) = source_node(self.graph, value) {
            let before = &self.graph.nodes[id.0];
            if flattens(before) {
                let text = format!("leave `{}` out", suggest::source(&before.tokens));
                let here = self.labelled_as(node, &suggest::source(&node.tokens));
                let whole = self.placed(before).to(self.placed(node));
                let behind = Change { place: whole, how: How::Replace, text: here };
                let mut candidates = vec![textual(text, vec![behind])];
                candidates.extend(self.left_out(before));
                return candidates;
            }
            match before.inputs[..] {
                [input] => value = input,
                _ => break,
            }
        }
        Vec::new()
    }

    /// As many channels out as there are groups, where these are the channels that come in: a filter for each.
    pub(super) fn as_many_as_groups(&self, node: &Node) -> Option<Candidate> {
        let call = node.call.as_ref()?;
        let groups = call.arguments.iter().find(|a| a.name.as_ref().is_some_and(|name| name == "groups"))?;
        let main = call.arguments.iter().find(|a| a.name.is_none())?;
        let channels = self.shape(*node.inputs.first()?)?;
        let channels = channels.0[channels.claimed_axis()?];
        if node.group.is_none() || !matches!(groups.value.kind, ValueKind::Integer(n) if n == channels) {
            return None;
        }
        let change = replace(&main.value.tokens, suggest::source(&groups.value.tokens));
        let text = remedies::changed(&call.tokens, &change)?;
        Some(textual(format!("`{}`", self.labelled_as(node, &suggest::source(&text))), vec![change]))
    }

    /// Where one side was made smaller: the same on the other side, or this one made larger again.
    pub(super) fn alike(&self, node: &Node, axis: usize) -> Vec<Candidate> {
        let sides = node.inputs.iter().filter_map(|&value| self.shape(value)?.0[axis].known());
        let sides: Vec<usize> = sides.collect();
        let &[a, b] = &sides[..] else { return Vec::new() };
        if node.operands.len() != 2 {
            return Vec::new();
        }
        let (small, large) = if a < b { (0, 1) } else { (1, 0) };
        let written = |side: usize, layer: &str| {
            let text = format!("({} -> {layer})", suggest::source(&node.operands[side]));
            let mut operands: Vec<String> = node.operands.iter().map(operand_text).collect();
            operands[side] = text.clone();
            let shown = match (node.layer.as_ref().and_then(|layer| layer.sign()), &node.call) {
                (Some(sign), _) => operands.join(&format!(" {sign} ")),
                (None, Some(call)) => {
                    let axis = call.arguments.iter().find(|a| a.name.is_some());
                    let axis = axis.map(|a| format!(", {}", suggest::source(&a.tokens)));
                    format!("{}({}{})", call.name, operands.join(", "), axis.unwrap_or_default())
                }
                _ => text.clone(),
            };
            textual(format!("`{shown}`"), vec![replace(&node.operands[side], text)])
        };
        let mut candidates = Vec::new();
        let maker = self.origin(node.inputs[small], axis).map(|id| &self.graph.nodes[id.0]);
        let Some(call) = maker.and_then(|node| node.call.as_ref()) else { return candidates };
        if ["MaxPool", "AvgPool"].iter().any(|pool| call.name.to_string().starts_with(pool)) {
            candidates.push(written(large, &suggest::source(&call.tokens)));
        } else if !call.name.to_string().starts_with("Conv")
            || call.name.to_string().starts_with("ConvTranspose")
            || !call.arguments.iter().any(|a| a.name.as_ref().is_some_and(|name| name == "stride"))
        {
            return candidates;
        }
        let wanted = self.shape(node.inputs[large]).map(|shape| shape.0.clone()).unwrap_or_default();
        if let &[_, h, w] = &wanted[..] {
            let size = if h == w { h.to_string() } else { format!("({h}, {w})") };
            candidates.push(written(small, &format!("Upsample(size: {size})")));
        }
        candidates
    }
}
