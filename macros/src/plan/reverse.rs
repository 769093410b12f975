//! The reverse walk: from the gradients by the outputs to those by all parameters.

use super::tape::{Op, SlotId};
use super::{BufferId, Builder, Place, Scope, Step, Tensors};
use crate::graph::{GroupId, NodeId};
use crate::shape::Dim;

/// The gradients on their way. A buffer may be the pending gradient of several slots at once (`+` passes its gradient
/// to both sides); it may be overwritten only by the last that needs it.
struct Reverse<'b, 'a> {
    builder: &'b mut Builder<'a>,
    /// The pending gradient of each slot.
    pending: Vec<Option<BufferId>>,
    /// Whether a gradient is needed: any parameter stands upstream of a slot, or it goes on to an earlier round.
    needed: Vec<bool>,
    /// Whether it is wanted, needed or not: an input of the network stands upstream too.
    wanted: Vec<bool>,
    steps: Vec<Step>,
    /// For each of them whether it is only for who asks for the gradients by the network's inputs.
    asked: Vec<bool>,
    /// The tensors whose gradient has been written, with how many times.
    written: Vec<(Tensors, usize)>,
}

/// The backward steps, the buffers of the gradients that come from outside, and those that go there.
pub struct Reversed {
    pub steps: Vec<Step>,
    /// For each step whether it only serves the gradients by the network's inputs.
    pub asked: Vec<bool>,
    pub output_gradients: Vec<BufferId>,
    pub input_gradients: Vec<BufferId>,
}

pub fn reverse(builder: &mut Builder) -> Reversed {
    let from_outside = |input: usize| {
        builder.scope != Scope::Network || builder.shaped.graph.header.inputs[input].indices.is_none()
    };
    let needed = upstream(builder, |_| builder.scope != Scope::Network);
    let wanted = upstream(builder, from_outside);
    let pending = vec![None; builder.tape.slots.len()];
    let (steps, asked, written) = (Vec::new(), Vec::new(), Vec::new());
    let mut reverse = Reverse { builder, pending, needed, wanted, steps, asked, written };
    let output_gradients = reverse.output_gradients();
    for at in (0..reverse.builder.tape.ops.len()).rev() {
        match reverse.builder.tape.ops[at].clone() {
            Op::Node { node, inputs, outputs } => reverse.node(node, &inputs, &outputs),
            Op::Repeat { group, inputs, outputs } => reverse.rounds(group, &inputs, &outputs),
            Op::Convert { from, to, channels, pixels, to_channels_last } => {
                if let Some(gradient) = reverse.pending[to.0].take() {
                    let back = reverse.fresh(from);
                    let to_channels_last = !to_channels_last;
                    let step = Step::Convert { from: gradient, to: back, channels, pixels, to_channels_last };
                    reverse.push_for(from, step);
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
    reverse.unreached();
    let input_gradients = match reverse.builder.scope {
        Scope::Network => reverse.network_gradients(),
        Scope::Round(_) => reverse.round_gradients(),
    };
    Reversed { steps: reverse.steps, asked: reverse.asked, output_gradients, input_gradients }
}

/// Whether a parameter stands upstream of each slot, or one of these inputs.
fn upstream(builder: &Builder, counts: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut needed = vec![false; builder.tape.slots.len()];
    for (i, slot) in builder.tape.inputs.iter().enumerate() {
        needed[slot.0] = counts(i);
    }
    for op in &builder.tape.ops {
        let any = op.reads().iter().any(|s| needed[s.0]);
        match op {
            Op::Node { node, outputs, .. } => {
                let keeps = builder.shaped.keeps_numbers(*node);
                for slot in outputs {
                    needed[slot.0] = any || keeps;
                }
            }
            Op::Repeat { group, outputs, .. } => {
                let keeps = keeps_numbers(builder, *group);
                for slot in outputs {
                    needed[slot.0] = any || keeps;
                }
            }
            Op::Convert { to, .. } | Op::Copy { to, .. } | Op::Join { to, .. } => needed[to.0] = any,
        }
    }
    needed
}

/// Whether any node of a repetition has something to leave.
fn keeps_numbers(builder: &Builder, group: GroupId) -> bool {
    let nodes = builder.shaped.graph.groups[group.0].nodes.clone();
    nodes.into_iter().any(|node| builder.shaped.keeps_numbers(NodeId(node)))
}

impl Reverse<'_, '_> {
    fn push(&mut self, step: Step, asked: bool) {
        self.steps.push(step);
        self.asked.push(asked);
    }

    /// A step that is needed if the gradient by this slot is.
    fn push_for(&mut self, slot: SlotId, step: Step) {
        self.push(step, !self.needed[slot.0]);
    }

    fn fresh(&mut self, slot: SlotId) -> BufferId {
        let asked = !self.needed[slot.0];
        let slot = &self.builder.tape.slots[slot.0];
        let (name, len, steps) = (format!("{}_gradient", slot.name), slot.len, slot.steps);
        let buffer = self.builder.buffer_of(steps, name, len, Place::Each { at: Dim::ZERO });
        self.builder.buffers[buffer.0].asked = asked;
        buffer
    }

    /// The gradients by what leaves: a network's loss writes into a buffer, a round's stand where the next one left them.
    fn output_gradients(&mut self) -> Vec<BufferId> {
        let results = self.builder.tape.results.clone();
        let mut gradients = Vec::new();
        for (port, result) in results.into_iter().enumerate() {
            let gradient = self.fresh(result);
            if self.builder.scope != Scope::Network {
                self.builder.buffers[gradient.0].place = Place::OutputGradient(port);
            }
            // It is there whoever asks for what.
            self.builder.buffers[gradient.0].asked = false;
            if self.wanted[result.0] {
                self.pending[result.0] = Some(gradient);
            }
            gradients.push(gradient);
        }
        gradients
    }

    /// The gradients by what came into a round, each in a place of its own.
    fn round_gradients(&mut self) -> Vec<BufferId> {
        let inputs = self.builder.tape.inputs.clone();
        let mut gradients: Vec<BufferId> = Vec::new();
        for (port, input) in inputs.into_iter().enumerate() {
            let own = self.pending[input.0].filter(|g| self.is_ours(*g) && !gradients.contains(g));
            let gradient = own.unwrap_or_else(|| {
                let to = self.fresh(input);
                let step = match self.pending[input.0] {
                    Some(from) => Step::Copy { from, to },
                    None => Step::Zero { buffer: to },
                };
                self.push_for(input, step);
                to
            });
            self.builder.buffers[gradient.0].place = Place::InputGradient(port);
            gradients.push(gradient);
        }
        gradients
    }

    /// The gradients by a network's inputs, row-major as the inputs are: for those who ask.
    fn network_gradients(&mut self) -> Vec<BufferId> {
        let inputs = self.builder.tape.inputs.clone();
        let mut gradients: Vec<BufferId> = Vec::new();
        for (port, input) in inputs.into_iter().enumerate() {
            if !self.wanted[input.0] {
                continue;
            }
            let turned = self.builder.loaded_channels_last(port);
            // A buffer that is there only if somebody asks can be the caller's.
            let usable = |g: &BufferId| {
                turned.is_none()
                    && self.builder.buffers[g.0].asked
                    && self.is_ours(*g)
                    && !gradients.contains(g)
            };
            let gradient = self.pending[input.0].filter(usable).unwrap_or_else(|| {
                let to = self.fresh(input);
                let step = match (self.pending[input.0], turned) {
                    (Some(from), Some((channels, pixels))) => {
                        Step::Convert { from, to, channels, pixels, to_channels_last: false }
                    }
                    (Some(from), None) => Step::Copy { from, to },
                    (None, _) => Step::Zero { buffer: to },
                };
                self.push_for(input, step);
                to
            });
            self.builder.buffers[gradient.0].place = Place::InputGradient(port);
            gradients.push(gradient);
        }
        gradients
    }

    /// Whether a step may write into a gradient's buffer: not if it is another round's.
    fn is_ours(&self, gradient: BufferId) -> bool {
        matches!(self.builder.buffers[gradient.0].place, Place::Each { .. })
    }

    /// Tensors that nothing reached get a gradient of zero.
    fn unreached(&mut self) {
        let graph = &self.builder.shaped.graph;
        let inside = |around: Option<GroupId>| match self.builder.scope {
            Scope::Network => graph.repetition(around).is_none(),
            Scope::Round(group) => graph.repetition(around) == Some(group),
        };
        let nodes = (0..graph.nodes.len()).map(NodeId).filter(|&node| {
            let own = graph.nodes[node.0].shares.is_none() && inside(graph.nodes[node.0].group);
            own && self.builder.shaped.keeps_numbers(node)
        });
        let groups = (0..graph.groups.len()).map(GroupId).filter(|&id| {
            let group = &graph.groups[id.0];
            let own = group.repeat.is_some() && group.shares.is_none() && inside(group.parent);
            own && keeps_numbers(self.builder, id)
        });
        let all: Vec<Tensors> = nodes.map(Tensors::Node).chain(groups.map(Tensors::Group)).collect();
        for tensors in all {
            if self.written.iter().all(|(written, _)| *written != tensors) {
                self.push(Step::ZeroParameters { tensors }, false);
            }
        }
    }

    /// How many times these tensors' gradient is written with the time that comes now.
    fn uses(&mut self, tensors: Tensors) -> usize {
        if let Some((_, uses)) = self.written.iter_mut().find(|(written, _)| *written == tensors) {
            *uses += 1;
            return *uses;
        }
        self.written.push((tensors, 1));
        1
    }

    /// A place for a gradient by tensors that have one already.
    fn added(&mut self, name: &str, len: Dim, uses: usize) -> Option<BufferId> {
        let place = Place::Fixed { at: Dim::ZERO };
        (uses > 1).then(|| self.builder.buffer(format!("{name}_{uses}_added"), Dim::ZERO, len, place))
    }

    fn rounds(&mut self, group: GroupId, inputs: &[SlotId], outputs: &[SlotId]) {
        let given: Vec<_> = outputs.iter().map(|s| self.pending[s.0].take()).collect();
        if given.iter().all(Option::is_none) {
            return;
        }
        let output_gradients = self.or_zeros(given, outputs);
        let inner = &self.builder.shaped.graph.groups[group.0];
        let name = inner.name.to_string();
        let rounds = inner.repeat.unwrap_or(Dim::ONE);
        let owner = Tensors::Group(inner.shares.unwrap_or(group));
        let len = self.builder.places.group(self.builder.shaped, group).len * rounds;
        let program = &self.builder.round(group).train;
        // What is needed once only, for gradients of shared tensors, stands in the room of the first sample.
        let work = program.memory.each + program.memory.fixed;
        let read_in = program.reads_back(|place| matches!(place, Place::Input(_)));
        let read_out = program.reads_back(|place| matches!(place, Place::Output(_)));
        let each = Place::Each { at: Dim::ZERO };
        let steps = inputs.iter().any(|slot| self.builder.tape.slots[slot.0].steps);
        let mut room = self.builder.rooms[group.0].clone();
        room.work =
            (!work.is(0)).then(|| self.builder.buffer_of(steps, format!("{name}_work_back"), work, each));
        for &slot in inputs {
            let len = self.builder.tape.slots[slot.0].len * (rounds - 1).min(2);
            let gradient =
                (!len.is(0)).then(|| self.builder.buffer_of(steps, format!("{name}_gradients"), len, each));
            room.gradients.push(gradient);
        }
        let input_gradients: Vec<_> = inputs.iter().map(|&slot| self.fresh(slot)).collect();
        let keeps = keeps_numbers(self.builder, group);
        let asked = !keeps && inputs.iter().all(|slot| !self.needed[slot.0]);
        // All rounds but the last write into such places, so what runs for the parameters needs them too.
        input_gradients.iter().for_each(|buffer| self.builder.buffers[buffer.0].asked = asked);
        let read = |slots: &[SlotId], is_read: bool| -> Vec<BufferId> {
            slots.iter().filter(|_| is_read).map(|s| self.builder.slots[s.0]).collect()
        };
        let (inputs_read, outputs_read) = (read(inputs, read_in), read(outputs, read_out));
        let uses = if keeps { self.uses(owner) } else { 1 };
        let added = self.added(&name, len, uses);
        let back = Step::RoundsBackward {
            group,
            inputs: inputs_read,
            outputs: outputs_read,
            room,
            output_gradients,
            input_gradients: input_gradients.clone(),
            added,
        };
        self.push(back, asked);
        if let Some(from) = added {
            self.push(Step::AddParameters { tensors: owner, from, uses }, false);
        }
        for (&slot, gradient) in inputs.iter().zip(input_gradients) {
            if self.wanted[slot.0] {
                self.contribute(slot, gradient);
            }
        }
    }

    /// Zeros in the place of gradients that nobody gave.
    fn or_zeros(&mut self, given: Vec<Option<BufferId>>, slots: &[SlotId]) -> Vec<BufferId> {
        let mut gradients = Vec::new();
        for (given, &slot) in given.into_iter().zip(slots) {
            gradients.push(given.unwrap_or_else(|| {
                let buffer = self.fresh(slot);
                self.push_for(slot, Step::Zero { buffer });
                buffer
            }));
        }
        gradients
    }

    /// Each of the joined values gets its part of the gradient.
    fn part(&mut self, slots: &[SlotId], gradient: BufferId) {
        let parts: Vec<_> = slots
            .iter()
            .map(|&slot| {
                let part = self.wanted[slot.0].then(|| self.fresh(slot));
                (self.builder.tape.slots[slot.0].len, part)
            })
            .collect();
        let asked = slots.iter().all(|slot| !self.needed[slot.0]);
        self.push(Step::Part { from: gradient, to: parts.clone() }, asked);
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
            return;
        }
        let given = self.or_zeros(given, outputs);
        let traits = self.builder.layer(node).traits(&self.builder.shaped.input_shapes(node));
        if traits.passes_gradient {
            for &slot in inputs {
                if self.wanted[slot.0] {
                    self.contribute(slot, given[0]);
                }
            }
            return;
        }
        let keeps = self.builder.shaped.keeps_numbers(node);
        let asked = !keeps && inputs.iter().all(|slot| !self.needed[slot.0]);
        // A step that runs for the parameters leaves out what only somebody else may ask for.
        let in_place = traits.gradient_in_place
            && self.wanted[inputs[0].0]
            && (asked || self.needed[inputs[0].0])
            && self.owners(given[0]) == 0
            && self.is_ours(given[0]);
        let input_gradients: Vec<_> = inputs
            .iter()
            .enumerate()
            .map(|(i, &slot)| match self.wanted[slot.0] {
                true if i == 0 && in_place => Some(given[0]),
                true => Some(self.fresh(slot)),
                false => None,
            })
            .collect();
        let owner = Tensors::Node(self.builder.shaped.owner(node));
        let uses = if keeps { self.uses(owner) } else { 1 };
        let len = self.builder.places.node(self.builder.shaped, node).len;
        let name = self.builder.shaped.graph.nodes[node.0].name.to_string();
        let added = self.added(&name, len, uses);
        let slots = &self.builder.slots;
        let read = |slots_of: &[SlotId], reads: bool| -> Vec<_> {
            slots_of.iter().map(|s| reads.then_some(slots[s.0])).collect()
        };
        let saved = self.builder.saved[node.0];
        let back = Step::Backward {
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
            added,
        };
        self.push(back, asked);
        if let Some(from) = added {
            self.push(Step::AddParameters { tensors: owner, from, uses }, false);
        }
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
        if so_far != gradient && self.owners(so_far) == 1 && self.is_ours(so_far) {
            self.push_for(slot, Step::Add { into: so_far, from: gradient });
        } else if so_far != gradient && self.owners(gradient) == 0 && self.is_ours(gradient) {
            self.push_for(slot, Step::Add { into: gradient, from: so_far });
            self.pending[slot.0] = Some(gradient);
        } else {
            let sum = self.fresh(slot);
            self.push_for(slot, Step::Copy { from: so_far, to: sum });
            self.push_for(slot, Step::Add { into: sum, from: gradient });
            self.pending[slot.0] = Some(sum);
        }
    }
}
