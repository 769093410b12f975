//! Where the numbers come from.

use super::super::trial::source_node;
use super::{Explainer, operand_name};
use crate::graph::{Node, NodeId, ValueId};
use crate::layers::Mismatch;
use crate::shape::{Shape, counted};

/// The most steps of a trail.
const MAX_STEPS: usize = 6;

impl Explainer<'_> {
    /// All that these values come from, in order.
    pub(super) fn ancestors(&self, values: &[ValueId]) -> Vec<NodeId> {
        let mut seen = vec![false; self.graph.nodes.len()];
        let mut open: Vec<ValueId> = values.to_vec();
        while let Some(value) = open.pop() {
            if let Some(id) = source_node(self.graph, value)
                && !std::mem::replace(&mut seen[id.0], true)
            {
                open.extend(&self.graph.nodes[id.0].inputs);
            }
        }
        (0..seen.len()).filter(|&i| seen[i]).map(NodeId).collect()
    }

    pub(super) fn shape(&self, value: ValueId) -> Option<&Shape> {
        self.before.shapes[value.0].as_ref()
    }

    /// The node that gave an axis of a value its size; `None` if an input brought it.
    pub(super) fn origin(&self, mut value: ValueId, axis: usize) -> Option<NodeId> {
        loop {
            let id = source_node(self.graph, value)?;
            let node = &self.graph.nodes[id.0];
            let shape = self.shape(value)?;
            let decides = node.layer.as_ref()?.decides_features() && shape.claimed_axis() == Some(axis);
            let input = *node.inputs.first()?;
            let passes =
                self.shape(input).is_some_and(|s| s.rank() == shape.rank() && s.0[axis] == shape.0[axis]);
            if decides || !passes {
                return Some(id);
            }
            value = input;
        }
    }

    /// Where the number at fault was made.
    pub(super) fn origins(&self, node: &Node, mismatch: &Mismatch) -> Vec<String> {
        let Some(axis) = mismatch.axis.map(|axis| axis as usize) else { return Vec::new() };
        let mut notes = Vec::new();
        for (i, &value) in node.inputs.iter().enumerate() {
            if node.inputs[..i].contains(&value) {
                continue;
            }
            let Some(shape) = self.shape(value).filter(|s| axis < s.rank()) else { continue };
            let Some(id) = self.origin(value, axis) else { continue };
            let maker = &self.graph.nodes[id.0];
            // The neighbour needs no introduction, except as a side of a sum.
            let itself = maker.outputs.contains(&value) && maker.named && node.operands.is_empty();
            // The same numbers in another shape.
            let view = maker.inputs.first().and_then(|v| self.shape(*v));
            let view = view.filter(|s| s.rank() != shape.rank() && s.len() == shape.len());
            let source = maker.inputs.first().and_then(|v| self.shape(*v));
            let is_passed =
                source.is_some_and(|s| s.rank() != shape.rank() && s.0.get(axis) == shape.0.get(axis));
            match view {
                None if is_passed => {}
                Some(source) if maker.call.is_some() => notes.push(format!(
                    "`{}` makes `{}` of `{source}` ({})",
                    maker.title(),
                    Shape(vec![shape.len()]),
                    source.product()
                )),
                _ if itself => {}
                // A size is often lost in many small steps.
                _ if !node.operands.is_empty()
                    && matches!((shape.rank(), axis), (2, 0) | (3, 1..))
                    && self.trail(value).is_some() =>
                {
                    let name = operand_name(self.graph, node, i);
                    notes.extend(self.trail(value).map(|trail| format!("{name} is {trail}")));
                }
                _ => {
                    let operand = operand_name(self.graph, node, i);
                    let name = match operand.is_empty() {
                        true => self.graph.describe_to(node.group, value),
                        false => operand,
                    };
                    let size = match shape.axis_name(axis).as_str() {
                        noun @ ("height" | "width") => {
                            format!("is {} {}", shape.0[axis], if noun == "height" { "high" } else { "wide" })
                        }
                        "time" => format!("is {} long", shape.0[axis]),
                        noun => format!("has {}", counted(shape.0[axis], noun)),
                    };
                    let title = maker.title();
                    if name != format!("`{title}`") {
                        notes.push(format!("{name} {size} since `{title}`"));
                    }
                }
            }
        }
        notes
    }

    /// The sizes on the way to a value: `image` [1, 28, 28] -> `conv1` [8, 26, 26].
    pub(super) fn trail(&self, mut value: ValueId) -> Option<String> {
        let mut steps = Vec::new();
        loop {
            let shape = self.shape(value)?;
            match source_node(self.graph, value) {
                None => {
                    steps.push(format!("{} {shape}", self.graph.describe(value)));
                    break;
                }
                Some(id) => {
                    let node = &self.graph.nodes[id.0];
                    let input = *node.inputs.first()?;
                    // What leaves the shape alone is no step, unless the user gave it a name.
                    if self.shape(input) != Some(shape) || node.named {
                        steps.push(format!("`{}` {shape}", node.short()));
                    }
                    value = input;
                }
            }
        }
        if steps.len() < 3 {
            return None;
        }
        steps.reverse();
        if steps.len() > MAX_STEPS {
            let tail = steps.split_off(steps.len() - (MAX_STEPS - 3));
            steps.truncate(2);
            steps.push("…".into());
            steps.extend(tail);
        }
        Some(steps.join(" -> "))
    }
}
