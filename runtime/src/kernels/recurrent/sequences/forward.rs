//! Forward through all layers, blocks and steps.

use super::super::forward::{Weights, weights};
use super::super::weights::Bias;
use super::super::{BLOCK, CHUNK, ForwardRoom, LINE, Stepped, share};
use super::{Block, History, Part, drop_out, in_blocks, kept, masks, place, rows_of};
use crate::kernels::dense::{PARALLEL, aligned};
use crate::kernels::isa::isa;
use crate::kernels::parallel::for_each;
use crate::kernels::tile::TileSet;
use crate::layers::Mode;
use crate::layers::recurrent::{Cell, RecurrentSpec};
use crate::sequences::Sequences;

/// The memory of one block.
struct Memory<'a, T> {
    input: &'a mut [T],
    gates: &'a mut [T],
    state: &'a mut [T],
    extra: [&'a mut [T]; 2],
    /// The input of the layer above.
    above: &'a mut [T],
    /// The states after a step.
    after: [&'a mut [T]; 2],
    mask: &'a mut [T],
}

/// What a block gives.
#[derive(Clone, Copy)]
enum Given {
    /// The top layer's state after a step.
    Output,
    /// The state of that number at the end of a sequence.
    State(usize),
}

/// The states before the first step: zeros, or what is given.
fn start<T: Stepped>(spec: &RecurrentSpec, layer: usize, block: &Block<'_>, given: &[T], to: &mut [T]) {
    if given.is_empty() {
        return to.fill(T::zero());
    }
    for (to, sequence) in to.chunks_exact_mut(spec.hidden).zip(block.order) {
        to.copy_from_slice(&given[(sequence * spec.layers + layer) * spec.hidden..][..spec.hidden]);
    }
}

pub(in super::super) fn forward<T: Stepped>(
    spec: &RecurrentSpec,
    sequences: Sequences<'_>,
    room: ForwardRoom<'_, T>,
) {
    let rows = sequences.steps();
    if rows == 0 || spec.hidden == 0 {
        return;
    }
    let set = T::tiles(isa());
    let ForwardRoom { mode, parameters, inputs, outputs, saved, scratch } = room;
    let (copied, work) = aligned(scratch).split_at_mut(super::super::copies(spec) - LINE);
    let (history, work) = if saved.is_empty() { work.split_at_mut(rows * kept(spec)) } else { (saved, work) };
    let count = sequences.len();
    let (states, room) = work.split_at_mut(in_blocks(count) * 2 * spec.hidden);
    let (history, states, room) = (share(history), share(states), share(room));
    let x = inputs[0];
    let y_each = spec.hidden;
    let mut outputs = outputs.iter_mut();
    let mut next = || share(outputs.next().map_or(&mut [][..], |y| &mut **y));
    let (y, last) = (next(), [next(), next()]);
    let given = [1, 2].map(|i| inputs.get(i).copied().unwrap_or(&[]));
    let gives_states = last[0].1 > 0;
    for layer in 0..spec.layers {
        let weights = weights(spec, place(layer), set, count, parameters, copied);
        let parts = History::of(spec, layer, rows);
        let above = if layer + 1 < spec.layers {
            History::of(spec, layer + 1, rows).input
        } else {
            Part { start: 0, each: 0 }
        };
        let blocks = sequences.blocks().len() - 1;
        let work_done = rows * spec.gate_units() * (spec.input_of(layer) + spec.hidden);
        for_each(blocks, work_done >= PARALLEL, &|number| {
            let (block, rows) = Block::of(sequences, number);
            let room_of = |each: usize| (Part { start: 0, each }, number * BLOCK..(number + 1) * BLOCK);
            // SAFETY: no two tasks have the same block.
            let memory = unsafe {
                let (two, own) = room_of(2 * spec.hidden);
                let (h, c) = rows_of(states, two, &own).split_at_mut(BLOCK * spec.hidden);
                let (mask, own) = room_of(masks(spec));
                Memory {
                    input: rows_of(history, parts.input, &rows),
                    gates: rows_of(history, parts.gates, &rows),
                    state: rows_of(history, parts.state, &rows),
                    extra: parts.extra.map(|part| rows_of(history, part, &rows)),
                    above: rows_of(history, above, &rows),
                    after: [h, c],
                    mask: rows_of(room, mask, &own),
                }
            };
            memory.run(
                spec,
                layer,
                set,
                mode,
                &weights,
                &block,
                (x, given, gives_states),
                &mut |what, row, values| {
                    let (to, row) = match what {
                        Given::Output => (y, row),
                        Given::State(which) => (last[which], row * spec.layers + layer),
                    };
                    // SAFETY: a step is in one block, and so is a sequence.
                    let to = unsafe { rows_of(to, Part { start: 0, each: y_each }, &(row..row + 1)) };
                    to.copy_from_slice(values);
                },
            );
        });
    }
}

impl<T: Stepped> Memory<'_, T> {
    #[expect(clippy::too_many_arguments, reason = "what a block is, and what flows in and out")]
    fn run(
        mut self,
        spec: &RecurrentSpec,
        layer: usize,
        set: &TileSet<T>,
        mode: Mode,
        weights: &Weights<'_, T>,
        block: &Block<'_>,
        (x, starts, gives_states): (&[T], [&[T]; 2], bool),
        give: &mut dyn FnMut(Given, usize, &[T]),
    ) {
        let (hidden, width, inputs) = (spec.hidden, spec.gate_units(), spec.input_of(layer));
        let is_top = layer + 1 == spec.layers;
        let longest = block.longest();
        // The row at which the current step begins.
        let mut row = 0;
        // All sequences have a first step.
        let begin = block.running(0) * hidden;
        start(spec, layer, block, starts[0], &mut self.state[..begin]);
        if spec.cell == Cell::Lstm {
            start(spec, layer, block, starts[1], &mut self.extra[0][..begin]);
        }
        for from in (0..longest).step_by(CHUNK) {
            let times = from..longest.min(from + CHUNK);
            let mut end = row;
            for time in times.clone() {
                let running = block.running(time);
                let to = &mut self.input[end * inputs..(end + running) * inputs];
                if layer == 0 {
                    for (i, to) in to.chunks_exact_mut(inputs.max(1)).enumerate() {
                        to.copy_from_slice(&x[block.step(i, time) * inputs..][..inputs]);
                    }
                } else if let Mode::Train(noise) = mode {
                    drop_out(spec, noise, layer, (block, time), to, self.mask);
                }
                end += running;
            }
            let given = (&self.input[row * inputs..end * inputs], inputs);
            let gates = (&mut self.gates[row * width..end * width], width);
            weights.input.multiply_all(set, end - row, given, gates, Bias::Row(weights.bias));
            for time in times {
                let (running, left) = (block.running(time), block.running(time + 1));
                self.step(spec, set, weights, row, running);
                let next = row + running;
                let [h, c] = [&self.after[0][..running * hidden], &self.after[1][..running * hidden]];
                self.state[next * hidden..][..left * hidden].copy_from_slice(&h[..left * hidden]);
                if spec.cell == Cell::Lstm {
                    self.extra[0][next * hidden..][..left * hidden].copy_from_slice(&c[..left * hidden]);
                }
                if !is_top {
                    self.above[row * hidden..next * hidden].copy_from_slice(h);
                } else if spec.last {
                    for i in left..running {
                        give(Given::Output, block.order[i], &h[i * hidden..][..hidden]);
                    }
                } else {
                    for (i, h) in h.chunks_exact(hidden).enumerate() {
                        give(Given::Output, block.step(i, time), h);
                    }
                }
                if gives_states {
                    for i in left..running {
                        give(Given::State(0), block.order[i], &h[i * hidden..][..hidden]);
                        if spec.cell == Cell::Lstm {
                            give(Given::State(1), block.order[i], &c[i * hidden..][..hidden]);
                        }
                    }
                }
                row = next;
            }
        }
    }

    /// One step of the first so many sequences, from the row on.
    fn step(
        &mut self,
        spec: &RecurrentSpec,
        set: &TileSet<T>,
        weights: &Weights<'_, T>,
        row: usize,
        count: usize,
    ) {
        let (hidden, width) = (spec.hidden, spec.gate_units());
        let units = row * hidden..(row + count) * hidden;
        let gates = &mut self.gates[row * width..(row + count) * width];
        let before = &self.state[units.clone()];
        weights.hidden.multiply_all(set, count, (before, hidden), (gates, width), Bias::Add);
        let [h, c] = &mut self.after;
        let (h, c) = (&mut h[..count * hidden], &mut c[..count * hidden]);
        let [first, second] = &mut self.extra;
        match spec.cell {
            Cell::Tanh | Cell::Relu => T::plain_cell(spec.cell == Cell::Relu, gates, h),
            Cell::Gru => {
                let p = &mut first[units];
                let bias = if spec.bias { Bias::Row(weights.third_bias) } else { Bias::Zero };
                weights.third.multiply_all(set, count, (before, hidden), (p, hidden), bias);
                T::gru_cell(hidden, gates, p, before, h);
            }
            Cell::Lstm => {
                T::lstm_cell(hidden, gates, &first[units.clone()], c, &mut second[units], h);
            }
        }
    }
}
