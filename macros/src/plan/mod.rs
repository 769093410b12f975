//! Shaped -> Plan: which kernel calls, in which order, over which memory.
//!
//! A network has two programs, one for prediction and one for training. Each is straight-line: first the *tape*
//! (`tape.rs`) turns nodes into operations over slots, a slot being a value in one layout; then buffers are given to
//! slots (in place where nobody needs the old content), the reverse walk (`reverse.rs`) adds the backward steps, and
//! `memory.rs` lays the buffers out by their lifetimes.

mod listing;
mod memory;
mod reverse;
mod tape;
mod verify;

use crate::graph::{NodeId, Shaped};
use crate::layers::Layout;
use crate::shape::Dim;
pub use memory::{LINE, Memory, Packing};
use tape::{Op, SlotId, Tape};

/// Everything that emission needs to know.
#[derive(Debug)]
pub struct Plan {
    pub shaped: Shaped,
    pub predict: Program,
    pub train: Program,
}

/// Straight-line work over numbered buffers.
#[derive(Debug)]
pub struct Program {
    pub buffers: Vec<Buffer>,
    pub forward: Vec<Step>,
    /// Empty for prediction.
    pub backward: Vec<Step>,
    /// The buffer of the network's output; several outputs lie in it as one struct for each sample.
    pub output: BufferId,
    /// The buffer into which the loss writes the gradient by the output; `None` for prediction.
    pub output_gradient: Option<BufferId>,
    /// For each input the layout in which it is loaded.
    pub loads: Vec<Layout>,
    pub memory: Memory,
    /// The buffers that the compiler lays out, where their lengths hang on constants.
    pub packing: Option<Packing>,
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
    /// Scalars beside that.
    pub fixed: Dim,
    pub place: Place,
}

/// Where a buffer lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// The network's input of that number: where the caller has it, or gathered. Never written by a step.
    Input(usize),
    /// The caller's room for the output (prediction).
    Output,
    /// In the workspace, from `at` scalars a sample on.
    Each { at: Dim },
    /// In the workspace behind all that is per sample.
    Fixed { at: Dim },
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
    },
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
    ZeroParameters { node: NodeId },
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
            Step::Backward { inputs, outputs, saved, output_gradients, input_gradients, .. } => {
                let read = [inputs, outputs, output_gradients].into_iter().flatten().flatten();
                let mut reads: Vec<_> = read.chain(saved).copied().collect();
                if output_gradients.iter().any(Option::is_none) {
                    reads.extend(input_gradients[0]);
                }
                (reads, input_gradients.iter().flatten().copied().collect())
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
}

/// Plans both programs of a network.
pub fn plan(shaped: Shaped) -> Plan {
    let predict = program(&shaped, Mode::Predict);
    let train = program(&shaped, Mode::Train);
    let plan = Plan { shaped, predict, train };
    if cfg!(debug_assertions) {
        plan.verify();
    }
    plan
}

fn program(shaped: &Shaped, mode: Mode) -> Program {
    let tape = tape::record(shaped, mode);
    let saved = vec![None; shaped.graph.nodes.len()];
    let mut builder = Builder { shaped, mode, tape, buffers: Vec::new(), slots: Vec::new(), saved };
    builder.assign();
    let forward = builder.forward();
    let (backward, output_gradient) = match mode {
        Mode::Predict => (Vec::new(), None),
        Mode::Train => {
            let (backward, gradient) = reverse::reverse(&mut builder);
            (backward, Some(gradient))
        }
    };
    let output = builder.slots[builder.result().0];
    let mut program = Program {
        buffers: builder.buffers,
        forward,
        backward,
        output,
        output_gradient,
        loads: builder.tape.loads,
        memory: Memory::default(),
        packing: None,
    };
    memory::lay_out(&mut program);
    program
}

/// A program in the making.
struct Builder<'a> {
    shaped: &'a Shaped,
    mode: Mode,
    tape: Tape,
    buffers: Vec<Buffer>,
    /// The buffer of each slot.
    slots: Vec<BufferId>,
    /// What each node leaves for its backward step.
    saved: Vec<Option<BufferId>>,
}

impl Builder<'_> {
    fn buffer(&mut self, name: String, each: Dim, fixed: Dim, place: Place) -> BufferId {
        self.buffers.push(Buffer { name, each, fixed, place });
        BufferId(self.buffers.len() - 1)
    }

    fn result(&self) -> SlotId {
        let Some(result) = self.tape.result else { unreachable!("planned before gate 2") };
        result
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
                self.buffer(name, len, Dim::ZERO, place)
            };
            self.slots.push(id);
        }
        if self.mode == Mode::Predict {
            let output = self.slots[self.result().0];
            self.buffers[output.0].place = Place::Output;
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
            && self.result() != first;
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
        self.saved[node.0] = Some(self.buffer(name, traits.saved_each, traits.saved_fixed, place));
        self.saved[node.0]
    }
}

/// The layout in which a slot lies: images and volumes with one channel or one pixel, and all that is neither, lie the
/// same way in both.
fn differs(shape: &[Dim], layout: Layout) -> bool {
    let [c, pixels @ ..] = shape else { return false };
    let pixels: Dim = if matches!(shape.len(), 3 | 4) { pixels.iter().product() } else { Dim::ONE };
    layout == Layout::ChannelsLast && !c.is(1) && !pixels.is(1)
}
