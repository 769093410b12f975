//! The reverse walk: from the gradients by the outputs to those by all parameters.

use super::tape::{Op, SlotId};
use super::{BufferId, Builder, Place, Step};
use crate::graph::NodeId;
use crate::layers::Role;
use crate::shape::Dim;

/// The gradients on their way. A buffer may be the pending gradient of several slots at once (`+` passes its gradient
/// to both sides); it may be overwritten only by the last that needs it.
struct Reverse<'b, 'a> {
    builder: &'b mut Builder<'a>,
    /// The pending gradient of each slot.
    pending: Vec<Option<BufferId>>,
    /// Whether any parameter stands upstream of a slot.
    needed: Vec<bool>,
    steps: Vec<Step>,
}

/// The backward steps, and the buffer into which the loss writes.
pub fn reverse(builder: &mut Builder) -> (Vec<Step>, BufferId) {
    let needed = needed(builder);
    let pending = vec![None; builder.tape.slots.len()];
    let mut reverse = Reverse { builder, pending, needed, steps: Vec::new() };
    let result = reverse.builder.result();
    let output_gradient = reverse.fresh(result);
    if reverse.needed[result.0] {
        reverse.pending[result.0] = Some(output_gradient);
    }
    for at in (0..reverse.builder.tape.ops.len()).rev() {
        match reverse.builder.tape.ops[at].clone() {
            Op::Node { node, inputs, outputs } => reverse.node(node, &inputs, &outputs),
            Op::Convert { from, to, channels, pixels, to_channels_last } => {
                if let Some(gradient) = reverse.pending[to.0].take() {
                    let back = reverse.fresh(from);
                    let to_channels_last = !to_channels_last;
                    let step = Step::Convert { from: gradient, to: back, channels, pixels, to_channels_last };
                    reverse.steps.push(step);
                    reverse.contribute(from, back);
                }
            }
            Op::Copy { from, to } => {
                if let Some(gradient) = reverse.pending[to.0].take() {
                    reverse.contribute(from, gradient);
                }
            }
            Op::Join { from, to } => {
                if let Some(gradient) = reverse.pending[to.0].take() {
                    reverse.part(&from, gradient);
                }
            }
        }
    }
    let live = reverse.builder.shaped.graph.is_live();
    for node in (0..live.len()).filter(|&node| !live[node]).map(NodeId) {
        if keeps_numbers(reverse.builder, node) {
            reverse.steps.push(Step::ZeroParameters { node });
        }
    }
    (reverse.steps, output_gradient)
}

/// Whether a parameter stands upstream.
fn needed(builder: &Builder) -> Vec<bool> {
    let mut needed = vec![false; builder.tape.slots.len()];
    for op in &builder.tape.ops {
        let any = op.reads().iter().any(|s| needed[s.0]);
        match op {
            Op::Node { node, outputs, .. } => {
                let keeps = keeps_numbers(builder, *node);
                for slot in outputs {
                    needed[slot.0] = any || keeps;
                }
            }
            Op::Convert { to, .. } | Op::Copy { to, .. } | Op::Join { to, .. } => needed[to.0] = any,
        }
    }
    needed
}

/// Whether a backward step has something to leave: gradients, or statistics for running averages.
fn keeps_numbers(builder: &Builder, node: NodeId) -> bool {
    let shapes = builder.shaped.input_shapes(node);
    let parameters = builder.layer(node).parameters(&shapes);
    parameters.iter().any(|p| matches!(p.role, Role::Learned | Role::Average { .. }))
}

impl Reverse<'_, '_> {
    fn fresh(&mut self, slot: SlotId) -> BufferId {
        let slot = &self.builder.tape.slots[slot.0];
        let (name, len) = (format!("{}_gradient", slot.name), slot.len);
        self.builder.buffer(name, len, Dim::ZERO, Place::Each { at: Dim::ZERO })
    }

    /// Each of the joined values gets its part of the gradient.
    fn part(&mut self, slots: &[SlotId], gradient: BufferId) {
        let parts: Vec<_> = slots
            .iter()
            .map(|&slot| {
                let part = self.needed[slot.0].then(|| self.fresh(slot));
                (self.builder.tape.slots[slot.0].len, part)
            })
            .collect();
        self.steps.push(Step::Part { from: gradient, to: parts.clone() });
        for (&slot, (_, part)) in slots.iter().zip(parts) {
            if let Some(part) = part {
                self.contribute(slot, part);
            }
        }
    }

    /// How many slots wait for this gradient.
    fn owners(&self, gradient: BufferId) -> usize {
        self.pending.iter().filter(|&&p| p == Some(gradient)).count()
    }

    fn node(&mut self, node: NodeId, inputs: &[SlotId], outputs: &[SlotId]) {
        let given: Vec<_> = outputs.iter().map(|s| self.pending[s.0].take()).collect();
        if given.iter().all(Option::is_none) {
            if keeps_numbers(self.builder, node) {
                self.steps.push(Step::ZeroParameters { node });
            }
            return;
        }
        let given: Vec<_> = given
            .into_iter()
            .zip(outputs)
            .map(|(g, &slot)| {
                g.unwrap_or_else(|| {
                    let buffer = self.fresh(slot);
                    self.steps.push(Step::Zero { buffer });
                    buffer
                })
            })
            .collect();
        let traits = self.builder.layer(node).traits(&self.builder.shaped.input_shapes(node));
        if traits.passes_gradient {
            for &slot in inputs {
                if self.needed[slot.0] {
                    self.contribute(slot, given[0]);
                }
            }
            return;
        }
        let in_place = traits.gradient_in_place && self.needed[inputs[0].0] && self.owners(given[0]) == 0;
        let input_gradients: Vec<_> = inputs
            .iter()
            .enumerate()
            .map(|(i, &slot)| match self.needed[slot.0] {
                true if i == 0 && in_place => Some(given[0]),
                true => Some(self.fresh(slot)),
                false => None,
            })
            .collect();
        let slots = &self.builder.slots;
        let read = |slots_of: &[SlotId], reads: bool| -> Vec<_> {
            slots_of.iter().map(|s| reads.then_some(slots[s.0])).collect()
        };
        let saved = self.builder.saved[node.0];
        self.steps.push(Step::Backward {
            node,
            inputs: read(inputs, traits.reads_inputs),
            outputs: read(outputs, traits.reads_outputs),
            saved,
            output_gradients: given
                .iter()
                .enumerate()
                .map(|(i, &g)| (i > 0 || !in_place).then_some(g))
                .collect(),
            input_gradients: input_gradients.clone(),
        });
        for (&slot, gradient) in inputs.iter().zip(input_gradients) {
            if let Some(gradient) = gradient {
                self.contribute(slot, gradient);
            }
        }
    }

    /// Adds a gradient to what a slot has so far, without touching what another slot still waits for.
    fn contribute(&mut self, slot: SlotId, gradient: BufferId) {
        let Some(so_far) = self.pending[slot.0] else {
            self.pending[slot.0] = Some(gradient);
            return;
        };
        if so_far != gradient && self.owners(so_far) == 1 {
            self.steps.push(Step::Add { into: so_far, from: gradient });
        } else if so_far != gradient && self.owners(gradient) == 0 {
            self.steps.push(Step::Add { into: gradient, from: so_far });
            self.pending[slot.0] = Some(gradient);
        } else {
            let sum = self.fresh(slot);
            self.steps.push(Step::Copy { from: so_far, to: sum });
            self.steps.push(Step::Add { into: sum, from: gradient });
            self.pending[slot.0] = Some(sum);
        }
    }
}
