//! Recurrent layers. A batch is cut into blocks of samples, each of which runs through all steps by itself, its memory
//! in the order of time: `[step][sample][unit]`. So what a step works on lies together, the product of the inputs of
//! many steps with the weights is one product, and blocks need not wait for each other.

mod backward;
pub(crate) mod cells;
mod forward;
pub(crate) mod one_step;
pub(crate) mod sequences;
mod weights;

use crate::kernels::parallel::Shared;
use crate::kernels::tile::TileScalar;
use crate::layers::Mode;
use crate::layers::recurrent::{Cell, RecurrentSpec};
use crate::noise::Noise;
use crate::sequences::Sequences;
use core::ops::Range;

/// The samples of a block: as many as fill two of the widest tiles.
pub(crate) const BLOCK: usize = 16;
/// The steps whose input products are made at once.
pub(crate) const CHUNK: usize = 16;
/// The samples from which on weights are copied in the order in which tiles read them.
const PACK: usize = 4;
/// The scalars of a cache line of the narrower type.
const LINE: usize = 16;

/// What [`RecurrentKernels::recurrent_forward`] works on.
#[doc(hidden)]
pub struct ForwardRoom<'a, T> {
    pub mode: Mode,
    pub parameters: &'a [T],
    pub inputs: &'a [&'a [T]],
    pub outputs: &'a mut [&'a mut [T]],
    pub saved: &'a mut [T],
    pub scratch: &'a mut [T],
}

/// What [`RecurrentKernels::recurrent_backward`] works on.
#[doc(hidden)]
pub struct BackwardRoom<'a, T> {
    pub noise: Noise,
    pub parameters: &'a [T],
    pub saved: &'a mut [T],
    pub output_gradients: &'a [&'a [T]],
    pub input_gradients: &'a mut [&'a mut [T]],
    pub parameter_gradients: &'a mut [T],
    pub scratch: &'a mut [T],
}

/// The kernels of this module that exist once for each scalar type.
#[doc(hidden)]
pub trait RecurrentKernels: Sized {
    fn recurrent_forward(spec: &RecurrentSpec, samples: usize, room: ForwardRoom<'_, Self>);
    fn recurrent_backward(spec: &RecurrentSpec, samples: usize, room: BackwardRoom<'_, Self>);
    fn recurrent_forward_over(spec: &RecurrentSpec, sequences: Sequences<'_>, room: ForwardRoom<'_, Self>);
    fn recurrent_backward_over(spec: &RecurrentSpec, sequences: Sequences<'_>, room: BackwardRoom<'_, Self>);
}

macro_rules! recurrent_kernels {
    ($t:ty) => {
        impl RecurrentKernels for $t {
            fn recurrent_forward(spec: &RecurrentSpec, samples: usize, room: ForwardRoom<'_, $t>) {
                forward::forward(spec, samples, room);
            }

            fn recurrent_backward(spec: &RecurrentSpec, samples: usize, room: BackwardRoom<'_, $t>) {
                backward::backward(spec, samples, room);
            }

            fn recurrent_forward_over(
                spec: &RecurrentSpec,
                sequences: Sequences<'_>,
                room: ForwardRoom<'_, $t>,
            ) {
                sequences::forward(spec, sequences, room);
            }

            fn recurrent_backward_over(
                spec: &RecurrentSpec,
                sequences: Sequences<'_>,
                room: BackwardRoom<'_, $t>,
            ) {
                sequences::backward(spec, sequences, room);
            }
        }
    };
}

recurrent_kernels!(f32);
recurrent_kernels!(f64);

/// What the steps are made of: products, and the cells between them.
pub(super) trait Stepped:
    TileScalar + super::math::Elementary + super::map::CellKernels + super::map::MapKernels
{
}

impl Stepped for f32 {}
impl Stepped for f64 {}

/// How many blocks a batch is cut into.
const fn blocks(samples: usize) -> usize {
    samples.div_ceil(BLOCK)
}

/// Whether weights are copied for so many samples.
const fn packs(samples: usize) -> bool {
    samples >= PACK
}

/// The room for copies of the weights of one direction of one layer, and for its bias.
const fn copies(spec: &RecurrentSpec) -> usize {
    let (width, rows) = (spec.gate_units(), spec.widest_input() + spec.hidden);
    rows * width + width + 4 * LINE
}

/// The room for what forward copies for so many samples.
const fn copies_forward(spec: &RecurrentSpec, samples: usize) -> usize {
    if packs(samples) { copies(spec) } else { spec.gate_units() + 4 * LINE }
}

/// The same in backward, where pieces of the gates' gradients are copied after them.
const fn copies_back(spec: &RecurrentSpec) -> usize {
    let third = match spec.cell {
        Cell::Gru => spec.hidden,
        Cell::Tanh | Cell::Relu | Cell::Lstm => 0,
    };
    let pieces = (spec.gate_units() + third) * weights::OUTER_PIECE + 4 * LINE;
    if copies(spec) > pieces { copies(spec) } else { pieces }
}

/// Forward's scalars of room for each sample beside the copies: a chunk of inputs and gates, and states; and where layers
/// stand on one another what flows between them.
const fn forward_each(spec: &RecurrentSpec) -> usize {
    let chunk = if spec.steps < CHUNK { spec.steps } else { CHUNK };
    let between = if spec.layers > 2 { 2 } else { spec.layers - 1 };
    chunk * (spec.inputs + spec.gate_units())
        + 6 * spec.hidden
        + between * spec.steps * spec.width()
        + spec.masks()
}

pub(crate) const fn forward_scratch(spec: &RecurrentSpec, samples: usize) -> usize {
    copies_forward(spec, samples) + samples * forward_each(spec)
}

/// What prediction works in for one step of one sequence.
pub(crate) const fn step_scratch(spec: &RecurrentSpec) -> usize {
    if one_step::is_one(spec) { spec.hidden } else { forward_scratch(spec, 1) }
}

/// Backward's: the states' gradients, those of what flows between layers, and a mask.
const fn backward_each(spec: &RecurrentSpec) -> usize {
    let between = if spec.layers > 1 { 2 } else { 0 };
    2 * spec.hidden + between * spec.steps * spec.width() + spec.masks()
}

pub(crate) const fn backward_scratch(spec: &RecurrentSpec, samples: usize) -> usize {
    copies_back(spec) + samples * backward_each(spec)
}

/// Where one direction of one layer stands.
#[derive(Clone, Copy)]
struct Place {
    layer: usize,
    direction: usize,
}

impl Place {
    /// The number of its states among those of a sample.
    fn state(self, spec: &RecurrentSpec) -> usize {
        self.layer * spec.directions() + self.direction
    }

    fn reverse(self) -> bool {
        self.direction == 1
    }

    fn is_top(self, spec: &RecurrentSpec) -> bool {
        self.layer + 1 == spec.layers
    }

    /// The steps that it has to run: of the last step's output the way back needs but that one.
    fn times(self, spec: &RecurrentSpec) -> Range<usize> {
        if spec.last && self.reverse() && self.is_top(spec) {
            spec.steps.saturating_sub(1)..spec.steps
        } else {
            0..spec.steps
        }
    }

    /// The slots of the states before and after a step.
    fn slots(self, time: usize) -> [usize; 2] {
        if self.reverse() { [time + 1, time] } else { [time, time + 1] }
    }

    /// The slot of the state that it starts from.
    fn first_slot(self, spec: &RecurrentSpec) -> usize {
        if self.reverse() { spec.steps } else { 0 }
    }
}

/// The tensors of one direction of one layer.
#[derive(Clone, Copy)]
struct Tensors {
    input: usize,
    hidden: usize,
    bias: usize,
    end: usize,
}

impl Tensors {
    fn of(spec: &RecurrentSpec, place: Place) -> Tensors {
        let width = spec.gate_units();
        let mut start = 0;
        for layer in 0..=place.layer {
            let directions = if layer == place.layer { place.direction } else { spec.directions() };
            start += directions * spec.parameters_of(layer);
        }
        let hidden = start + spec.input_of(place.layer) * width;
        let bias = hidden + spec.hidden * width;
        Tensors { input: start, hidden, bias, end: start + spec.parameters_of(place.layer) }
    }
}

/// What forward keeps of a sample, as the places of its parts; a block's parts are as many times as long.
#[derive(Clone, Copy)]
struct Kept {
    /// The layer's input, `[step][input]`.
    input: usize,
    /// The layer's output, which is the next one's input.
    output: usize,
    /// The states, one more than there are steps.
    states: usize,
    /// The gates, `[step][gate][unit]`.
    gates: usize,
    /// Of an LSTM the cells' states as the states, then their tangents; of a GRU what the state gives its third gate.
    extra: usize,
}

impl Kept {
    fn of(spec: &RecurrentSpec, place: Place) -> Kept {
        let width = spec.width();
        let inputs = |layer: usize| match layer {
            0 => 0,
            _ => spec.steps * (spec.inputs + (layer - 1) * width),
        };
        let states = inputs(spec.layers) + place.state(spec) * spec.history();
        let gates = states + (spec.steps + 1) * spec.hidden;
        let extra = gates + spec.steps * spec.gate_units();
        Kept { input: inputs(place.layer), output: inputs(place.layer + 1), states, gates, extra }
    }
}

/// The part of a slice that belongs to a block, `each` scalars a sample; nothing of nothing.
///
/// # Safety
///
/// No two tasks ask for the same block of it at a time.
unsafe fn of_block<'a, T>(
    (slice, len): (Shared<T>, usize),
    each: usize,
    samples: &Range<usize>,
) -> &'a mut [T] {
    if len == 0 || each == 0 {
        return &mut [];
    }
    assert!(samples.end * each <= len);
    // SAFETY: within the slice, as was asserted, and the caller's alone.
    unsafe { core::slice::from_raw_parts_mut(slice.get().add(samples.start * each), samples.len() * each) }
}

/// A slice that tasks take parts of.
fn share<T>(slice: &mut [T]) -> (Shared<T>, usize) {
    let len = slice.len();
    (Shared::new(slice), len)
}

/// The factors that dropout between two layers multiplies a sample's values with.
fn mask<'a, T: Stepped>(
    spec: &RecurrentSpec,
    noise: Noise,
    sample: usize,
    layer: usize,
    room: &'a mut [T],
) -> &'a [T] {
    let between = spec.steps * spec.width();
    let room = &mut room[..spec.masks()];
    room.fill(T::one());
    let first = noise.first.wrapping_add(sample as u64);
    T::dropout(Noise { first, ..noise }, spec.node, room.len(), spec.dropout, &[], room);
    &room[(layer - 1) * between..][..between]
}

/// Multiplies what flows into a layer, in the order of time, with its mask.
fn drop_out<T: Stepped>(
    spec: &RecurrentSpec,
    noise: Noise,
    samples: &Range<usize>,
    layer: usize,
    values: &mut [T],
    room: &mut [T],
) {
    if spec.masks() == 0 || layer == 0 {
        return;
    }
    let (width, all) = (spec.width(), samples.len());
    for (s, sample) in samples.clone().enumerate() {
        let mask = mask(spec, noise, sample, layer, room);
        for (time, mask) in mask.chunks_exact(width).enumerate() {
            for (x, &m) in values[(time * all + s) * width..][..width].iter_mut().zip(mask) {
                *x *= m;
            }
        }
    }
}

/// The columns of a GRU's first two gates, or of all gates of another cell.
fn joint(spec: &RecurrentSpec) -> usize {
    if spec.cell == Cell::Gru { 2 * spec.hidden } else { spec.gate_units() }
}

/// Several places in one slice.
fn apart<T, const N: usize>(all: &mut [T], places: [Range<usize>; N]) -> [&mut [T]; N] {
    match all.get_disjoint_mut(places) {
        Ok(parts) => parts,
        Err(_) => unreachable!("what a step reads and writes lies apart"),
    }
}
