//! The same over sequences of any length, whose steps lie one behind the other.
//!
//! Sequences are sorted by length, the longest first, and cut into blocks of up to 16. A block's memory is in the order of
//! time, `[step][sequence][unit]`: at each step the sequences that still run are the first of its rows, so nothing is
//! padded, and a step's products have as many rows as there are sequences left. A *row* is a step of a sequence; all that
//! is kept lies row by row, blocks one behind the other, and so the gradients by weights are one product over all rows.

mod backward;
mod forward;

pub(super) use backward::backward;
pub(super) use forward::forward;

use super::{BLOCK, LINE, Place, Shared, Stepped};
use crate::layers::recurrent::{Cell, RecurrentSpec};
use crate::noise::Noise;
use crate::sequences::Sequences;
use core::ops::Range;

/// What a layer keeps of a row: its input, its gates, the state before, of an LSTM the cell's state before and the tangent
/// of the one after, of a GRU what the state gives its third gate.
const fn kept_of(spec: &RecurrentSpec, layer: usize) -> usize {
    let extra = match spec.cell {
        Cell::Tanh | Cell::Relu => 0,
        Cell::Gru => 1,
        Cell::Lstm => 2,
    };
    spec.input_of(layer) + spec.gate_units() + (1 + extra) * spec.hidden
}

/// What all layers keep of a row.
const fn kept(spec: &RecurrentSpec) -> usize {
    kept_of(spec, 0) + (spec.layers - 1) * kept_of(spec, 1)
}

/// The blocks that so many sequences are cut into take the room of so many whole ones.
const fn in_blocks(sequences: usize) -> usize {
    sequences.div_ceil(BLOCK) * BLOCK
}

pub(crate) const fn forward_scratch(
    spec: &RecurrentSpec,
    rows: usize,
    sequences: usize,
    trains: bool,
) -> usize {
    let history = if trains { 0 } else { rows * kept(spec) };
    super::copies(spec) + history + in_blocks(sequences) * (2 * spec.hidden + masks(spec)) + 2 * LINE
}

pub(crate) const fn backward_scratch(spec: &RecurrentSpec, rows: usize, sequences: usize) -> usize {
    super::copies_back(spec)
        + rows * spec.widest_input()
        + in_blocks(sequences) * (2 * spec.hidden + masks(spec))
        + 2 * LINE
}

/// The elements of a row that dropout may drop, between all layers.
const fn masks(spec: &RecurrentSpec) -> usize {
    if spec.dropout > 0.0 { (spec.layers - 1) * spec.hidden } else { 0 }
}

/// Where the parts of what is kept begin, and what they have of a row.
#[derive(Clone, Copy)]
struct History {
    input: Part,
    gates: Part,
    state: Part,
    /// Of a GRU the third gate's part of the state; of an LSTM the cell's state, and its tangent.
    extra: [Part; 2],
}

#[derive(Clone, Copy)]
struct Part {
    start: usize,
    each: usize,
}

impl History {
    fn of(spec: &RecurrentSpec, layer: usize, rows: usize) -> History {
        let mut start = (0..layer).map(|layer| rows * kept_of(spec, layer)).sum();
        let mut part = |each: usize| {
            let part = Part { start, each };
            start += rows * each;
            part
        };
        let (input, gates, state) = (part(spec.input_of(layer)), part(spec.gate_units()), part(spec.hidden));
        let extra = match spec.cell {
            Cell::Tanh | Cell::Relu => [0, 0],
            Cell::Gru => [spec.hidden, 0],
            Cell::Lstm => [spec.hidden; 2],
        };
        History { input, gates, state, extra: extra.map(part) }
    }
}

/// A block's rows of a part.
///
/// # Safety
///
/// No two tasks ask for the same rows of it at a time.
unsafe fn rows_of<'a, T>(all: (Shared<T>, usize), part: Part, rows: &Range<usize>) -> &'a mut [T] {
    if part.each == 0 || rows.is_empty() {
        return &mut [];
    }
    assert!(part.start + rows.end * part.each <= all.1);
    // SAFETY: within the slice, as was asserted, and the caller's alone.
    unsafe {
        let start = all.0.get().add(part.start + rows.start * part.each);
        core::slice::from_raw_parts_mut(start, rows.len() * part.each)
    }
}

/// Some sequences, the longest first.
#[derive(Clone, Copy)]
struct Block<'a> {
    sequences: Sequences<'a>,
    order: &'a [usize],
}

impl<'a> Block<'a> {
    fn of(sequences: Sequences<'a>, block: usize) -> (Block<'a>, Range<usize>) {
        let order = sequences.order();
        let order = &order[block * BLOCK..order.len().min((block + 1) * BLOCK)];
        let rows = sequences.blocks()[block]..sequences.blocks()[block + 1];
        (Block { sequences, order }, rows)
    }

    /// How many sequences have a step at this time.
    fn running(&self, time: usize) -> usize {
        self.order.iter().take_while(|&&i| self.sequences.steps_of(i).len() > time).count()
    }

    fn longest(&self) -> usize {
        self.order.first().map_or(0, |&i| self.sequences.steps_of(i).len())
    }

    /// The step of a sequence of the block among the steps of all.
    fn step(&self, i: usize, time: usize) -> usize {
        self.sequences.steps_of(self.order[i]).start + time
    }
}

/// Multiplies what flows into a layer at one time with its mask.
fn drop_out<T: Stepped>(
    spec: &RecurrentSpec,
    noise: Noise,
    layer: usize,
    (block, time): (&Block<'_>, usize),
    values: &mut [T],
    room: &mut [T],
) {
    if masks(spec) == 0 || layer == 0 {
        return;
    }
    let room = &mut room[..masks(spec)];
    for (i, values) in values.chunks_exact_mut(spec.hidden).enumerate() {
        room.fill(T::one());
        let first = noise.first.wrapping_add(block.step(i, time) as u64);
        T::dropout(Noise { first, ..noise }, spec.node, room.len(), spec.dropout, &[], room);
        let mask = &room[(layer - 1) * spec.hidden..][..spec.hidden];
        values.iter_mut().zip(mask).for_each(|(x, &m)| *x *= m);
    }
}

/// The only direction.
fn place(layer: usize) -> Place {
    Place { layer, direction: 0 }
}
