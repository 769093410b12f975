//! A program in the making: slots get buffers, operations become steps forward, and `reverse.rs` adds those backward.

use super::memory::{self, Memory};
use super::tape::{self, Op, SlotId, Tape};
use super::{Buffer, BufferId, Mode, Place, Program, Rooms, Round, Scope, Step, differs, reverse};
use crate::fields::Places;
use crate::graph::{GroupId, NodeId, Shaped};
use crate::shape::Dim;

/// The program of a network or of one round, inside of which repetitions are planned already.
pub fn program(
    shaped: &Shaped,
    places: &Places,
    rounds: &[Option<Round>],
    mode: Mode,
    scope: Scope,
) -> Program {
    let tape = tape::record(shaped, mode, scope);
    let saved = vec![None; shaped.graph.nodes.len()];
    let rooms = vec![Rooms::default(); shaped.graph.groups.len()];
    let (buffers, slots) = (Vec::new(), Vec::new());
    let mut builder = Builder { shaped, places, rounds, mode, scope, tape, buffers, slots, saved, rooms };
    builder.assign();
    let forward = builder.forward();
    let mut program = Program {
        buffers: Vec::new(),
        forward,
        backward: Vec::new(),
        asked: Vec::new(),
        outputs: builder.tape.results.iter().map(|s| builder.slots[s.0]).collect(),
        output_gradients: Vec::new(),
        input_gradients: Vec::new(),
        loads: builder.tape.loads.clone(),
        memory: Memory::default(),
        packings: Vec::new(),
    };
    if mode == Mode::Train {
        let reversed = reverse::reverse(&mut builder);
        program.backward = reversed.steps;
        program.asked = reversed.asked;
        program.output_gradients = reversed.output_gradients;
        program.input_gradients = reversed.input_gradients;
    }
    program.buffers = builder.buffers;
    memory::lay_out(&mut program, scope);
    program
}

/// What stages share while it is made.
pub struct Builder<'a> {
    pub shaped: &'a Shaped,
    pub places: &'a Places,
    pub rounds: &'a [Option<Round>],
    pub mode: Mode,
    pub scope: Scope,
    pub tape: Tape,
    pub buffers: Vec<Buffer>,
    /// The buffer of each slot.
    pub slots: Vec<BufferId>,
    /// What each node leaves for its backward step.
    pub saved: Vec<Option<BufferId>>,
    /// What each repetition leaves for its backward step.
    pub rooms: Vec<Rooms>,
}

impl Builder<'_> {
    pub fn buffer(&mut self, name: String, each: Dim, fixed: Dim, place: Place) -> BufferId {
        self.buffers.push(Buffer { name, each, steps: false, fixed, place, asked: false });
        BufferId(self.buffers.len() - 1)
    }

    /// The same, with a part for each step if the values do that it belongs to.
    pub fn buffer_of(&mut self, steps: bool, name: String, each: Dim, place: Place) -> BufferId {
        let buffer = self.buffer(name, each, Dim::ZERO, place);
        // All values of a round are of one kind, and it hears how many there are.
        self.buffers[buffer.0].steps = steps && self.scope == Scope::Network;
        buffer
    }

    /// The program of a round; it is planned before what is around it.
    pub fn round(&self, group: GroupId) -> &Round {
        let Some(round) = &self.rounds[group.0] else { unreachable!("inner repetitions are planned first") };
        round
    }

    /// Channels and pixels of an input that is loaded with its channels last, where that makes a difference.
    pub fn loaded_channels_last(&self, input: usize) -> Option<(Dim, Dim)> {
        let shape = &self.shaped.shape(crate::graph::ValueId(input)).0;
        let turned = differs(shape, self.tape.loads[input]);
        turned.then(|| (shape[0], shape[1..].iter().product()))
    }

    pub fn layer(&self, node: NodeId) -> &crate::layers::AnyLayer {
        self.shaped.layer(node)
    }

    /// Gives every slot a buffer: that of its operation's first input where the old content may be overwritten.
    fn assign(&mut self) {
        let last_read = self.tape.last_reads();
        let kept = self.kept_for_backward();
        for i in 0..self.tape.slots.len() {
            let slot = SlotId(i);
            let (name, len) = (self.tape.slots[i].name.clone(), self.tape.slots[i].len);
            let id = if let Some(first) = self.may_overwrite(slot, &last_read, &kept) {
                self.slots[first.0]
            } else {
                let place = match self.tape.slots[i].input {
                    Some(input) => Place::Input(input),
                    None => Place::Each { at: Dim::ZERO },
                };
                self.buffer_of(self.tape.slots[i].steps, name, len, place)
            };
            self.slots.push(id);
        }
        if self.mode != Mode::Train || self.scope != Scope::Network {
            for (port, result) in self.tape.results.iter().enumerate() {
                let output = self.slots[result.0];
                self.buffers[output.0].place = Place::Output(port);
            }
        }
    }

    /// The slot whose buffer this one takes over, if it may.
    fn may_overwrite(&self, slot: SlotId, last_read: &[Option<usize>], kept: &[bool]) -> Option<SlotId> {
        let at = self.tape.slots[slot.0].made_by?;
        let Op::Node { node, inputs, outputs } = &self.tape.ops[at] else { return None };
        let first = *inputs.first()?;
        let traits = self.layer(*node).traits(&self.shaped.input_shapes(*node));
        let once = inputs.iter().filter(|&&s| s == first).count() == 1;
        let free = traits.in_place
            && outputs[0] == slot
            && once
            && self.tape.slots[first.0].input.is_none()
            && last_read[first.0] == Some(at)
            && !kept[first.0]
            && !self.tape.results.contains(&first);
        free.then_some(first)
    }

    /// Which slots a backward step will read.
    fn kept_for_backward(&self) -> Vec<bool> {
        let mut kept = vec![false; self.tape.slots.len()];
        if self.mode == Mode::Train {
            for op in &self.tape.ops {
                if let Op::Node { node, inputs, outputs } = op {
                    let traits = self.layer(*node).traits(&self.shaped.input_shapes(*node));
                    let inputs = inputs.iter().filter(|_| traits.reads_inputs);
                    for slot in inputs.chain(outputs.iter().filter(|_| traits.reads_outputs)) {
                        kept[slot.0] = true;
                    }
                }
                if let Op::Repeat { group, inputs, outputs } = op {
                    let round = &self.round(*group).train;
                    let read_in = round.reads_back(|place| matches!(place, Place::Input(_)));
                    let read_out = round.reads_back(|place| matches!(place, Place::Output(_)));
                    let read = inputs.iter().filter(|_| read_in).chain(outputs.iter().filter(|_| read_out));
                    read.for_each(|slot| kept[slot.0] = true);
                }
            }
        }
        kept
    }

    fn forward(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        for at in 0..self.tape.ops.len() {
            let step = match self.tape.ops[at].clone() {
                Op::Convert { from, to, channels, pixels, to_channels_last } => Step::Convert {
                    from: self.slots[from.0],
                    to: self.slots[to.0],
                    channels,
                    pixels,
                    to_channels_last,
                },
                Op::Copy { from, to } => Step::Copy { from: self.slots[from.0], to: self.slots[to.0] },
                Op::Join { from, to } => {
                    let from = from.iter().map(|s| self.slots[s.0]).collect();
                    Step::Join { from, to: self.slots[to.0] }
                }
                Op::Repeat { group, inputs, outputs } => {
                    let inputs = inputs.iter().map(|s| self.slots[s.0]).collect();
                    let outputs = outputs.iter().map(|s| self.slots[s.0]).collect();
                    Step::Rounds { group, inputs, outputs, room: self.rooms(group) }
                }
                Op::Node { node, inputs, outputs } => {
                    let outputs: Vec<_> = outputs.iter().map(|s| self.slots[s.0]).collect();
                    let inputs = inputs.iter().map(|s| self.slots[s.0]);
                    let inputs = inputs.map(|b| (!outputs.contains(&b)).then_some(b)).collect();
                    let saved = self.saved(node);
                    Step::Forward { node, inputs, outputs, saved }
                }
            };
            steps.push(step);
        }
        steps
    }

    fn saved(&mut self, node: NodeId) -> Option<BufferId> {
        if self.mode == Mode::Step {
            if !self.shaped.works_on_a_row(node) {
                return None;
            }
            let len = self.layer(node).kept_at_a_step(&self.shaped.input_shapes(node));
            let name = format!("{}_kept", self.shaped.graph.nodes[node.0].name);
            return (!len.is(0))
                .then(|| self.buffer(name, Dim::ZERO, len, Place::KeptFixed { at: Dim::ZERO }));
        }
        let traits = self.layer(node).traits(&self.shaped.input_shapes(node));
        if self.mode == Mode::Predict || (traits.saved_each + traits.saved_fixed).is(0) {
            return None;
        }
        let place = if !traits.saved_each.is(0) {
            Place::Each { at: Dim::ZERO }
        } else {
            Place::Fixed { at: Dim::ZERO }
        };
        let name = format!("{}_saved", self.shaped.graph.nodes[node.0].name);
        let buffer = self.buffer(name, traits.saved_each, traits.saved_fixed, place);
        let node_of = &self.shaped.graph.nodes[node.0];
        let mut values = node_of.inputs.iter().chain(&node_of.outputs);
        let steps = values.any(|&value| self.shaped.is_each_step(value));
        self.buffers[buffer.0].steps = steps && self.scope == Scope::Network;
        self.saved[node.0] = Some(buffer);
        self.saved[node.0]
    }

    /// The memory for all rounds of a repetition, going forward.
    fn rooms(&mut self, group: GroupId) -> Rooms {
        let inner = &self.shaped.graph.groups[group.0];
        let name = inner.name.to_string();
        let between = inner.repeat.unwrap_or(Dim::ONE) - 1;
        let ports: Vec<Dim> = inner.taken.iter().map(|&v| self.shaped.shape(v).len()).collect();
        let train = self.mode == Mode::Train;
        let memory = match train {
            true => self.round(group).train.memory.clone(),
            false => self.round(group).predict.memory.clone(),
        };
        let rounds = between + 1;
        let links = if train { between } else { between.min(2) };
        let steps = inner.taken.iter().any(|&value| self.shaped.is_each_step(value));
        let mut each = |what: &str, len: Dim| {
            let place = Place::Each { at: Dim::ZERO };
            (!len.is(0)).then(|| self.buffer_of(steps, format!("{name}_{what}"), len, place))
        };
        let chain = ports.iter().map(|&len| each("chain", len * links)).collect();
        let kept = each("kept", memory.kept * rounds);
        let work = each("work", memory.each);
        let fixed = memory.kept_fixed * rounds;
        let place = match self.mode {
            Mode::Step => Place::KeptFixed { at: Dim::ZERO },
            Mode::Predict | Mode::Train => Place::Fixed { at: Dim::ZERO },
        };
        let kept_fixed =
            (!fixed.is(0)).then(|| self.buffer(format!("{name}_kept_fixed"), Dim::ZERO, fixed, place));
        self.rooms[group.0] = Rooms { chain, kept, kept_fixed, work, gradients: Vec::new() };
        self.rooms[group.0].clone()
    }
}
