//! Shaped -> Plan: which kernel calls, in which order, over which memory.
//!
//! A network has two programs, one for prediction and one for training. Each is straight-line: first the *tape*
//! (`tape.rs`) turns nodes into operations over slots, a slot being a value in one layout; then buffers are given to
//! slots (in place where nobody needs the old content), the reverse walk (`reverse.rs`) adds the backward steps, and
//! `memory.rs` lays the buffers out by their lifetimes.

mod cache;
mod listing;
mod memory;
mod reverse;
mod rewrites;
mod steps;
mod tape;
mod verify;

pub use crate::fields::LINE;
use crate::fields::{self, Field, Places};
use crate::graph::{GroupId, NodeId, Shaped};
use crate::layers::Layout;
use crate::shape::Dim;
pub use memory::{Memory, Packing};
use tape::{Op, SlotId, Tape};

/// Everything that emission needs to know.
#[derive(Debug)]
pub struct Plan {
    pub shaped: Shaped,
    /// For each node a word of its own, made of its path.
    pub words: Vec<String>,
    /// The fields of the network's struct, and the places of all tensors.
    pub fields: Vec<Field>,
    pub places: Places,
    pub predict: Program,
    pub train: Program,
    /// One for each group that is a repetition.
    pub rounds: Vec<Option<Round>>,
    /// Of a network over sequences of any length the function of one step, which has the states as further inputs and
    /// outputs.
    pub step: Option<Box<Plan>>,
    /// Of a network with causal attention over a fixed length the function of one step, which has a program for prediction
    /// alone.
    pub cached: Option<Box<Plan>>,
}

/// One round of a repetition.
#[derive(Debug)]
pub struct Round {
    pub predict: Program,
    pub train: Program,
}

/// What a program is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Network,
    /// One round of a repetition.
    Round(GroupId),
}

/// Straight-line work over numbered buffers.
#[derive(Debug, Default)]
pub struct Program {
    pub buffers: Vec<Buffer>,
    pub forward: Vec<Step>,
    /// Empty for prediction.
    pub backward: Vec<Step>,
    /// For each backward step whether it only serves the gradients by the network's inputs, and so runs if they are
    /// asked for.
    pub asked: Vec<bool>,
    /// The buffers of what leaves. A network has one: several outputs lie in it as one struct for each sample.
    pub outputs: Vec<BufferId>,
    /// For each of them the gradient that comes from outside (for a network, from the loss); empty for prediction.
    pub output_gradients: Vec<BufferId>,
    /// The gradients by what comes in: by a round's inputs, and by those of a network's that are no indices.
    pub input_gradients: Vec<BufferId>,
    /// For each input the layout in which it is loaded.
    pub loads: Vec<Layout>,
    pub memory: Memory,
    /// The buffers that the compiler lays out, where their lengths hang on constants.
    pub packings: Vec<Packing>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BufferId(pub usize);

/// A run of scalars that steps read and write.
#[derive(Debug)]
pub struct Buffer {
    /// What it holds, in the user's names: for listings and for the names in emitted code.
    pub name: String,
    /// Scalars for each sample.
    pub each: Dim,
    /// Whether it has that for each step of sequences of any length, and not for each sample.
    pub steps: bool,
    /// Scalars beside that.
    pub fixed: Dim,
    pub place: Place,
    /// Whether it is written only if the gradients by the network's inputs are asked for.
    pub asked: bool,
}

/// Where a buffer lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// The network's input of that number: where the caller has it, or gathered. Never written by a step.
    Input(usize),
    /// The caller's room for the output of that number: in prediction, and in any round of a repetition.
    Output(usize),
    /// The gradient by that output, in a round. Never written by a step.
    OutputGradient(usize),
    /// The caller's room for the gradient by that input.
    InputGradient(usize),
    /// In what a round keeps from forward to backward: per sample, and beside that. In one step of a sequence the latter is
    /// what is kept for the next.
    Kept {
        at: Dim,
    },
    KeptFixed {
        at: Dim,
    },
    /// In the workspace, from `at` scalars a sample on.
    Each {
        at: Dim,
    },
    /// In the workspace behind all that is per sample.
    Fixed {
        at: Dim,
    },
}

/// One call.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// A layer forward.
    Forward {
        node: NodeId,
        /// `None`: the value stands in the first output already.
        inputs: Vec<Option<BufferId>>,
        outputs: Vec<BufferId>,
        saved: Option<BufferId>,
    },
    /// A layer backward.
    Backward {
        node: NodeId,
        /// `None`: not read.
        inputs: Vec<Option<BufferId>>,
        outputs: Vec<Option<BufferId>>,
        saved: Option<BufferId>,
        /// `None`: stands in the first input gradient already.
        output_gradients: Vec<Option<BufferId>>,
        /// `None`: nobody asks.
        input_gradients: Vec<Option<BufferId>>,
        /// Where the gradient by tensors goes that have one already, to be added to it.
        added: Option<BufferId>,
    },
    /// All rounds of a repetition forward.
    Rounds { group: GroupId, inputs: Vec<BufferId>, outputs: Vec<BufferId>, room: Rooms },
    /// All rounds of a repetition backward, the last first.
    RoundsBackward {
        group: GroupId,
        inputs: Vec<BufferId>,
        outputs: Vec<BufferId>,
        room: Rooms,
        output_gradients: Vec<BufferId>,
        input_gradients: Vec<BufferId>,
        added: Option<BufferId>,
    },
    /// The tensors' gradient that `added` speaks of.
    AddParameters { tensors: Tensors, from: BufferId, uses: usize },
    /// An image to the other layout.
    Convert { from: BufferId, to: BufferId, channels: Dim, pixels: Dim, to_channels_last: bool },
    /// A copy.
    Copy { from: BufferId, to: BufferId },
    /// `into += from`, where a value was used more than once.
    Add { into: BufferId, from: BufferId },
    /// Values one behind the other, for each sample.
    Join { from: Vec<BufferId>, to: BufferId },
    /// The parts of what `Join` made; `None`: nobody asks, with its scalars a sample.
    Part { from: BufferId, to: Vec<(Dim, Option<BufferId>)> },
    /// Zeros, for the gradient of an output that nobody used.
    Zero { buffer: BufferId },
    /// Zeros, for the gradient of parameters that cannot have one.
    ZeroParameters { tensors: Tensors },
}

/// The memory that the rounds of a repetition work in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rooms {
    /// For each port what goes from round to round; in prediction two of them take turns.
    pub chain: Vec<Option<BufferId>>,
    /// What all rounds keep from forward to backward.
    pub kept: Option<BufferId>,
    pub kept_fixed: Option<BufferId>,
    /// What one round works in.
    pub work: Option<BufferId>,
    /// For each port the gradients that go from round to round, taking turns.
    pub gradients: Vec<Option<BufferId>>,
}

impl Rooms {
    fn kept(&self) -> impl Iterator<Item = BufferId> {
        self.chain.iter().copied().chain([self.kept, self.kept_fixed]).flatten()
    }

    fn work(&self) -> impl Iterator<Item = BufferId> {
        self.gradients.iter().copied().chain([self.work]).flatten()
    }
}

/// Whose tensors: a layer's, or all of a repetition's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tensors {
    Node(NodeId),
    Group(GroupId),
}

impl Step {
    /// The buffers that are read, and those that are written (what works in place is both).
    pub fn accesses(&self) -> (Vec<BufferId>, Vec<BufferId>) {
        match self {
            Step::Forward { inputs, outputs, saved, .. } => {
                let mut reads: Vec<_> = inputs.iter().flatten().copied().collect();
                if inputs.iter().any(Option::is_none) {
                    reads.push(outputs[0]);
                }
                (reads, outputs.iter().chain(saved).copied().collect())
            }
            Step::Rounds { inputs, outputs, room, .. } => {
                let writes = outputs.iter().copied().chain(room.kept()).chain(room.work());
                (inputs.clone(), writes.collect())
            }
            Step::RoundsBackward {
                inputs, outputs, room, output_gradients, input_gradients, added, ..
            } => {
                let reads = [inputs, outputs, output_gradients].into_iter().flatten().copied();
                let writes = input_gradients.iter().chain(added).copied().chain(room.work());
                (reads.chain(room.kept()).collect(), writes.collect())
            }
            Step::AddParameters { from, .. } => (vec![*from], vec![]),
            Step::Backward { inputs, outputs, saved, output_gradients, input_gradients, added, .. } => {
                let read = [inputs, outputs, output_gradients].into_iter().flatten().flatten();
                let mut reads: Vec<_> = read.chain(saved).copied().collect();
                if output_gradients.iter().any(Option::is_none) {
                    reads.extend(input_gradients[0]);
                }
                (reads, input_gradients.iter().flatten().chain(added).copied().collect())
            }
            Step::Convert { from, to, .. } | Step::Copy { from, to } => (vec![*from], vec![*to]),
            Step::Join { from, to } => (from.clone(), vec![*to]),
            Step::Part { from, to } => (vec![*from], to.iter().filter_map(|(_, to)| *to).collect()),
            Step::Add { into, from } => (vec![*from, *into], vec![*into]),
            Step::Zero { buffer } => (vec![], vec![*buffer]),
            Step::ZeroParameters { .. } => (vec![], vec![]),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Predict,
    Train,
    /// One step of a sequence, of which layers keep something for the next.
    Step,
}

/// The longest plans that are verified in a build with assertions.
const VERIFIED: usize = 1024;

/// Plans both programs of a network, and before them those of what is repeated in it, from the inside outwards.
pub fn plan(mut shaped: Shaped) -> Plan {
    let step = steps::by_steps(&mut shaped).map(|step| Box::new(planned(step, None)));
    let cached = cache::one_step(&shaped).map(|step| Box::new(planned_step(step)));
    Plan { cached, ..planned(shaped, step) }
}

/// The function of one step of a network with causal attention, which is no more than predicted.
fn planned_step(shaped: Shaped) -> Plan {
    let fields = fields::fields(&shaped);
    let places = Places::new(&shaped, &fields);
    let rounds = rounds_of(&shaped, |rounds, scope| Round {
        predict: program(&shaped, &places, rounds, Mode::Step, scope),
        train: Program::default(),
    });
    let predict = program(&shaped, &places, &rounds, Mode::Step, Scope::Network);
    let words = shaped.graph.words();
    Plan {
        shaped,
        words,
        fields,
        places,
        predict,
        train: Program::default(),
        rounds,
        step: None,
        cached: None,
    }
}

/// What each repetition does in a round.
fn rounds_of(shaped: &Shaped, round: impl Fn(&[Option<Round>], Scope) -> Round) -> Vec<Option<Round>> {
    let mut rounds: Vec<Option<Round>> = shaped.graph.groups.iter().map(|_| None).collect();
    // What no result needs never runs, so it has no program.
    let live = shaped.graph.is_live_group();
    for group in (0..rounds.len()).rev().map(GroupId) {
        if shaped.graph.groups[group.0].repeat.is_some() && live[group.0] {
            rounds[group.0] = Some(round(&rounds, Scope::Round(group)));
        }
    }
    rounds
}

fn planned(mut shaped: Shaped, step: Option<Box<Plan>>) -> Plan {
    rewrites::keep_last(&mut shaped);
    rewrites::pool_relu(&mut shaped);
    let fields = fields::fields(&shaped);
    let places = Places::new(&shaped, &fields);
    let rounds = rounds_of(&shaped, |rounds, scope| {
        let program = |mode| program(&shaped, &places, rounds, mode, scope);
        Round { predict: program(Mode::Predict), train: program(Mode::Train) }
    });
    let program = |mode| program(&shaped, &places, &rounds, mode, Scope::Network);
    let (predict, train) = (program(Mode::Predict), program(Mode::Train));
    let words = shaped.graph.words();
    let plan = Plan { shaped, words, fields, places, predict, train, rounds, step, cached: None };
    // A user's unoptimized build has these assertions too, and they take the square of a plan's length.
    let steps = plan.train.forward.len() + plan.train.backward.len();
    if cfg!(debug_assertions) && steps <= VERIFIED {
        plan.verify();
    }
    plan
}

fn program(shaped: &Shaped, places: &Places, rounds: &[Option<Round>], mode: Mode, scope: Scope) -> Program {
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

/// A program in the making.
struct Builder<'a> {
    shaped: &'a Shaped,
    places: &'a Places,
    rounds: &'a [Option<Round>],
    mode: Mode,
    scope: Scope,
    tape: Tape,
    buffers: Vec<Buffer>,
    /// The buffer of each slot.
    slots: Vec<BufferId>,
    /// What each node leaves for its backward step.
    saved: Vec<Option<BufferId>>,
    /// What each repetition leaves for its backward step.
    rooms: Vec<Rooms>,
}

impl Program {
    /// Whether a backward step reads what came in, or what went out.
    fn reads_back(&self, is_wanted: impl Fn(Place) -> bool) -> bool {
        let reads = self.backward.iter().flat_map(|step| step.accesses().0);
        reads.into_iter().any(|buffer| is_wanted(self.buffers[buffer.0].place))
    }
}

impl Builder<'_> {
    fn buffer(&mut self, name: String, each: Dim, fixed: Dim, place: Place) -> BufferId {
        self.buffers.push(Buffer { name, each, steps: false, fixed, place, asked: false });
        BufferId(self.buffers.len() - 1)
    }

    /// The same, with a part for each step if the values do that it belongs to.
    fn buffer_of(&mut self, steps: bool, name: String, each: Dim, place: Place) -> BufferId {
        let buffer = self.buffer(name, each, Dim::ZERO, place);
        // All values of a round are of one kind, and it hears how many there are.
        self.buffers[buffer.0].steps = steps && self.scope == Scope::Network;
        buffer
    }

    /// The program of a round; it is planned before what is around it.
    fn round(&self, group: GroupId) -> &Round {
        let Some(round) = &self.rounds[group.0] else { unreachable!("inner repetitions are planned first") };
        round
    }

    /// Channels and pixels of an input that is loaded with its channels last, where that makes a difference.
    fn loaded_channels_last(&self, input: usize) -> Option<(Dim, Dim)> {
        let shape = &self.shaped.shape(crate::graph::ValueId(input)).0;
        let turned = differs(shape, self.tape.loads[input]);
        turned.then(|| (shape[0], shape[1..].iter().product()))
    }

    fn layer(&self, node: NodeId) -> &crate::layers::AnyLayer {
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

/// The layout in which a slot lies: images and volumes with one channel or one pixel, and all that is neither, lie the
/// same way in both.
fn differs(shape: &[Dim], layout: Layout) -> bool {
    let [c, pixels @ ..] = shape else { return false };
    let pixels: Dim = if matches!(shape.len(), 3 | 4) { pixels.iter().product() } else { Dim::ONE };
    layout == Layout::ChannelsLast && !c.is(1) && !pixels.is(1)
}
