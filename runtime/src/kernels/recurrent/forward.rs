//! Forward through all layers, directions, blocks and steps.

use super::weights::{Bias, Matrix};
use super::{
    CHUNK, ForwardRoom, Kept, LINE, Place, Stepped, Tensors, apart, blocks, drop_out, forward_each, joint,
    of_block, one_step, packs, share,
};
use crate::kernels::dense::{PARALLEL, aligned};
use crate::kernels::isa::isa;
use crate::kernels::panel::part;
use crate::kernels::parallel::for_each;
use crate::kernels::tile::TileSet;
use crate::layers::Mode;
use crate::layers::recurrent::{Cell, RecurrentSpec};
use core::ops::Range;

/// The weights of one direction of one layer.
pub(super) struct Weights<'a, T> {
    pub input: Matrix<'a, T>,
    /// What the state gives the gates; of a GRU the first two.
    pub hidden: Matrix<'a, T>,
    /// What the state gives a GRU's third gate.
    pub third: Matrix<'a, T>,
    /// What the inputs' product starts from, and that of the third gate.
    pub bias: &'a [T],
    pub third_bias: &'a [T],
}

/// The memory of one block.
struct Block<'a, T> {
    samples: Range<usize>,
    /// The network's values, `[sample][step][feature]`.
    x: &'a [T],
    y: &'a mut [T],
    given: [&'a [T]; 2],
    last: [&'a mut [T]; 2],
    /// All that is kept for backward, or nothing.
    saved: &'a mut [T],
    /// What flows into this layer and out of it, in prediction.
    between: [&'a mut [T]; 2],
    /// The chunk's inputs and gates and the states in prediction, and the mask.
    room: &'a mut [T],
    mask: &'a mut [T],
}

pub(super) fn forward<T: Stepped>(spec: &RecurrentSpec, samples: usize, room: ForwardRoom<'_, T>) {
    if samples == 0 || spec.steps == 0 || spec.hidden == 0 {
        return;
    }
    if samples == 1 && one_step::is_one(spec) && room.saved.is_empty() {
        return one_step::forward(spec, room);
    }
    of_batch(spec, samples, room);
}

/// Apart from one step, which would pay for its stack.
#[inline(never)]
fn of_batch<T: Stepped>(spec: &RecurrentSpec, samples: usize, room: ForwardRoom<'_, T>) {
    let set = T::tiles(isa());
    let ForwardRoom { mode, parameters, inputs, outputs, saved, scratch } = room;
    let scratch = aligned(scratch);
    // What is left of a copy's room, if the scratch began elsewhere than on a line, is never needed.
    let (copied, work) = scratch.split_at_mut(super::copies_forward(spec, samples) - LINE);
    let flow = if spec.layers > 2 { 2 } else { spec.layers - 1 };
    let each = spec.steps * spec.width();
    let (masks, work) = work.split_at_mut(samples * spec.masks());
    let (flows, work) = work.split_at_mut(samples * flow * each);
    let (first, second) = flows.split_at_mut(samples * each * flow.min(1));
    let room_each = forward_each(spec) - spec.masks() - flow * each;
    let state = spec.layers * spec.directions() * spec.hidden;
    let mut outputs = outputs.iter_mut();
    let mut next = || outputs.next().map_or(&mut [][..], |output| &mut **output);
    let (y, h_n, c_n) = (share(next()), share(next()), share(next()));
    let (saved, masks, work) = (share(saved), share(masks), share(work));
    let flows = [share(first), share(second)];
    let input = |i: usize| inputs.get(i).copied().unwrap_or(&[]);
    let of = |x: &[T], each: usize, samples: &Range<usize>| -> Range<usize> {
        if x.is_empty() { 0..0 } else { samples.start * each..samples.end * each }
    };
    let out = spec.output_each();
    for layer in 0..spec.layers {
        for direction in 0..spec.directions() {
            let place = Place { layer, direction };
            let weights = weights(spec, place, set, samples, parameters, copied);
            let count = blocks(samples);
            let work_done = samples * spec.steps * spec.gate_units() * (spec.input_of(layer) + spec.hidden);
            for_each(count, work_done >= PARALLEL, &|block| {
                let samples = part(samples, count, block);
                let (x, h, c) = (input(0), input(1), input(2));
                // SAFETY: no two tasks have the same block.
                let mut block = unsafe {
                    Block {
                        x: &x[of(x, spec.steps * spec.inputs, &samples)],
                        y: of_block(y, out, &samples),
                        given: [&h[of(h, state, &samples)], &c[of(c, state, &samples)]],
                        last: [of_block(h_n, state, &samples), of_block(c_n, state, &samples)],
                        saved: of_block(saved, spec.saved_each(), &samples),
                        between: flows.map(|flow| of_block(flow, each, &samples)),
                        room: of_block(work, room_each, &samples),
                        mask: of_block(masks, spec.masks(), &samples),
                        samples,
                    }
                };
                // A layer reads what the one below wrote.
                if layer % 2 == 0 {
                    block.between.swap(0, 1);
                }
                block.run(spec, place, set, mode, &weights);
            });
        }
    }
}

/// The weights of one direction of one layer, copied if that pays.
pub(super) fn weights<'a, T: Stepped>(
    spec: &RecurrentSpec,
    place: Place,
    set: &TileSet<T>,
    samples: usize,
    parameters: &'a [T],
    room: &'a mut [T],
) -> Weights<'a, T> {
    let (width, hidden, inputs) = (spec.gate_units(), spec.hidden, spec.input_of(place.layer));
    let tensors = Tensors::of(spec, place);
    let (joint, third) = (joint(spec), width - joint(spec));
    let (bias, room) = room.split_at_mut(width.next_multiple_of(LINE));
    let bias = &mut bias[..width];
    let mut third_bias = &[][..];
    if spec.bias {
        let (first, second) = parameters[tensors.bias..tensors.end].split_at(width);
        bias.copy_from_slice(first);
        bias[..joint].iter_mut().zip(second).for_each(|(b, &other)| *b += other);
        third_bias = &second[joint..];
    } else {
        bias.fill(T::zero());
    }
    let packs = packs(samples);
    let sizes = [inputs * width, hidden * joint, hidden * third].map(|n| if packs { n } else { 0 });
    let (to_input, room) = room.split_at_mut(sizes[0].next_multiple_of(LINE));
    let (to_hidden, to_third) = room.split_at_mut(sizes[1].next_multiple_of(LINE));
    let (w, u) = (&parameters[tensors.input..tensors.hidden], &parameters[tensors.hidden..tensors.bias]);
    let third_columns = u.get(joint..).unwrap_or(&[]);
    let third_room = &mut to_third[..sizes[2]];
    Weights {
        input: Matrix::of(set, w, width, [inputs, width], to_input),
        hidden: Matrix::of(set, u, width, [hidden, joint], to_hidden),
        third: Matrix::of(set, third_columns, width, [if third > 0 { hidden } else { 0 }, third], third_room),
        bias,
        third_bias,
    }
}

/// Where things lie of which backward wants all steps and prediction none but the latest.
#[derive(Clone, Copy)]
struct Slots {
    start: usize,
    each: usize,
    /// How many there are.
    count: usize,
}

impl Slots {
    fn at(self, i: usize) -> Range<usize> {
        let start = self.start + i % self.count * self.each;
        start..start + self.each
    }
}

/// Two places in one slice, the first of which is read.
fn two<T>(all: &mut [T], read: Range<usize>, write: Range<usize>) -> (&[T], &mut [T]) {
    let [read, write] = apart(all, [read, write]);
    (read, write)
}

impl<T: Stepped> Block<'_, T> {
    fn run(
        &mut self,
        spec: &RecurrentSpec,
        place: Place,
        set: &TileSet<T>,
        mode: Mode,
        weights: &Weights<'_, T>,
    ) {
        let (s, hidden, width) = (self.samples.len(), spec.hidden, spec.gate_units());
        let inputs = spec.input_of(place.layer);
        let trains = !self.saved.is_empty();
        let kept = Kept::of(spec, place);
        if let (Mode::Train(noise), 0) = (mode, place.direction) {
            let flow = if trains { &mut self.saved[kept.input * s..] } else { &mut *self.between[0] };
            drop_out(spec, noise, &self.samples, place.layer, flow, self.mask);
        }
        // The places of all, in what is kept or in the room.
        let chunk = spec.steps.min(CHUNK);
        let all = |train: usize, predict: usize, each: usize, counts: [usize; 2]| match trains {
            true => Slots { start: train * s, each: each * s, count: counts[0] },
            false => Slots { start: predict * s, each: each * s, count: counts[1] },
        };
        let states_at = chunk * (spec.inputs + width);
        let steps = spec.steps;
        let xs = all(kept.input, 0, inputs, [steps, chunk]);
        let gates = all(kept.gates, chunk * spec.inputs, width, [steps, chunk]);
        let states = all(kept.states, states_at, hidden, [steps + 1, 2]);
        let cells = all(kept.extra, states_at + 2 * hidden, hidden, [steps + 1, 2]);
        let tangents = all(kept.extra + (steps + 1) * hidden, states_at + 4 * hidden, hidden, [steps, 1]);
        let thirds = all(kept.extra, states_at + 4 * hidden, hidden, [steps, 1]);
        let memory = if trains { &mut *self.saved } else { &mut *self.room };
        let first = place.first_slot(spec);
        // In prediction the two slots take turns.
        let start = |slots: Slots, memory: &mut [T], given: &[T]| {
            let memory = &mut memory[slots.at(first)];
            let all = spec.layers * spec.directions() * hidden;
            match given {
                [] => memory.fill(T::zero()),
                given => {
                    for (to, from) in memory.chunks_exact_mut(hidden).zip(given.chunks_exact(all)) {
                        to.copy_from_slice(&from[place.state(spec) * hidden..][..hidden]);
                    }
                }
            }
        };
        start(states, memory, self.given[0]);
        if spec.cell == Cell::Lstm {
            start(cells, memory, self.given[1]);
        }
        let times = place.times(spec);
        let chunks = times.len().div_ceil(chunk);
        for c in 0..chunks {
            // Chunks begin at multiples of their length, whichever way they are gone through.
            let c = if place.reverse() { chunks - 1 - c } else { c };
            let from = (times.start / chunk + c) * chunk;
            let steps_here = from.max(times.start)..(from + chunk).min(times.end);
            let rows = steps_here.len() * s;
            let within = gates.at(steps_here.start).start..gates.at(steps_here.end - 1).end;
            // The inputs, in the order of time.
            if place.layer == 0 && if trains { place.direction == 0 } else { s > 1 } {
                for time in steps_here.clone() {
                    let to = &mut memory[xs.at(time)];
                    for (to, x) in to.chunks_exact_mut(inputs).zip(self.x.chunks_exact(spec.steps * inputs)) {
                        to.copy_from_slice(&x[time * inputs..][..inputs]);
                    }
                }
            }
            let begin = steps_here.start;
            match (place.layer, trains) {
                (0, false) if s == 1 => {
                    let x = &self.x[begin * inputs..];
                    let to = &mut memory[within];
                    weights.input.multiply_all(set, rows, (x, inputs), (to, width), Bias::Row(weights.bias));
                }
                (1.., false) => {
                    let x = &self.between[0][begin * s * inputs..];
                    let to = &mut memory[within];
                    weights.input.multiply_all(set, rows, (x, inputs), (to, width), Bias::Row(weights.bias));
                }
                _ => {
                    let x = xs.at(begin).start..xs.at(steps_here.end - 1).end;
                    let (x, to) = two(memory, x, within);
                    weights.input.multiply_all(set, rows, (x, inputs), (to, width), Bias::Row(weights.bias));
                }
            }
            for i in 0..steps_here.len() {
                let time = if place.reverse() { steps_here.end - 1 - i } else { begin + i };
                let [before, after] = place.slots(time);
                let (h, g) = two(memory, states.at(before), gates.at(time));
                weights.hidden.multiply_all(set, s, (h, hidden), (g, width), Bias::Add);
                if spec.cell == Cell::Gru {
                    let (h, p) = two(memory, states.at(before), thirds.at(time));
                    let bias = if spec.bias { Bias::Row(weights.third_bias) } else { Bias::Zero };
                    weights.third.multiply_all(set, s, (h, hidden), (p, hidden), bias);
                }
                let [new, old] = [states.at(after), states.at(before)];
                match spec.cell {
                    Cell::Tanh | Cell::Relu => {
                        let [g, h] = apart(memory, [gates.at(time), new.clone()]);
                        T::plain_cell(spec.cell == Cell::Relu, g, h);
                    }
                    Cell::Gru => {
                        let parts = [gates.at(time), thirds.at(time), old, new.clone()];
                        let [g, p, old, h] = apart(memory, parts);
                        T::gru_cell(hidden, g, p, old, h);
                    }
                    Cell::Lstm => {
                        let parts = [
                            gates.at(time),
                            cells.at(before),
                            cells.at(after),
                            tangents.at(time),
                            new.clone(),
                        ];
                        let [g, old, c, t, h] = apart(memory, parts);
                        T::lstm_cell(hidden, g, old, c, t, h);
                    }
                }
                let h = &memory[new];
                let across = place.direction * hidden;
                let (to, row, at): (&mut [T], _, _) = match (place.is_top(spec), spec.last) {
                    (true, true) if time + 1 < spec.steps => continue,
                    (true, true) => (self.y, spec.width(), across),
                    (true, false) => (self.y, spec.steps * spec.width(), time * spec.width() + across),
                    (false, _) if trains => continue,
                    (false, _) => (self.between[1], spec.width(), time * s * spec.width() + across),
                };
                for (i, h) in h.chunks_exact(hidden).enumerate() {
                    to[at + i * row..][..hidden].copy_from_slice(h);
                }
            }
        }
        if trains && !place.is_top(spec) {
            self.flow_on(spec, place, kept);
        }
        let memory = if trains { &*self.saved } else { &*self.room };
        let end = if place.reverse() { 0 } else { spec.steps };
        for (last, slots) in self.last.iter_mut().zip([states, cells]).filter(|(last, _)| !last.is_empty()) {
            let all = spec.layers * spec.directions() * hidden;
            for (to, from) in last.chunks_exact_mut(all).zip(memory[slots.at(end)].chunks_exact(hidden)) {
                to[place.state(spec) * hidden..][..hidden].copy_from_slice(from);
            }
        }
    }

    /// In training, what flows into the next layer is kept, apart from the states: dropout may act on it.
    fn flow_on(&mut self, spec: &RecurrentSpec, place: Place, kept: Kept) {
        let (s, hidden) = (self.samples.len(), spec.hidden);
        let first = if place.reverse() { 0 } else { 1 };
        let states = (kept.states + first * hidden) * s;
        let (to, from) = self.saved.split_at_mut(states);
        let rows = to[kept.output * s..].chunks_exact_mut(spec.width());
        for (to, h) in rows.zip(from.chunks_exact(hidden)).take(spec.steps * s) {
            to[place.direction * hidden..][..hidden].copy_from_slice(h);
        }
    }
}
