//! Shaped -> Plan: which kernel calls, in which order, over which memory.
//!
//! A network has two programs, one for prediction and one for training. Each is straight-line: first the *tape*
//! (`tape.rs`) turns nodes into operations over slots, a slot being a value in one layout; then buffers are given to
//! slots (in place where nobody needs the old content), the reverse walk (`reverse.rs`) adds the backward steps, and
//! `memory.rs` lays the buffers out by their lifetimes.

mod builder;
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
use builder::{Builder, program};
pub use memory::{Memory, Packing};

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

impl Program {
    /// Whether a backward step reads what came in, or what went out.
    fn reads_back(&self, is_wanted: impl Fn(Place) -> bool) -> bool {
        let reads = self.backward.iter().flat_map(|step| step.accesses().0);
        reads.into_iter().any(|buffer| is_wanted(self.buffers[buffer.0].place))
    }
}

/// The layout in which a slot lies: images and volumes with one channel or one pixel, and all that is neither, lie the
/// same way in both.
fn differs(shape: &[Dim], layout: Layout) -> bool {
    let [c, pixels @ ..] = shape else { return false };
    let pixels: Dim = if matches!(shape.len(), 3 | 4) { pixels.iter().product() } else { Dim::ONE };
    layout == Layout::ChannelsLast && !c.is(1) && !pixels.is(1)
}
