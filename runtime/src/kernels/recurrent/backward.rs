//! Backward through all steps, blocks, directions and layers: the gates' gradients take the gates' places, step by step, and
//! the weights' gradients are products over all steps at the end.

use super::weights::{Bias, Matrix, OUTER_PIECE, Outer, outer};
use super::{
    BackwardRoom, Kept, LINE, Place, Stepped, Tensors, apart, backward_each, blocks, drop_out, joint,
    of_block, share,
};
use crate::kernels::dense::{PARALLEL, aligned, column_sums};
use crate::kernels::isa::isa;
use crate::kernels::panel::{Panels, Start, part};
use crate::kernels::parallel::{Shared, for_each};
use crate::kernels::tile::TileSet;
use crate::layers::recurrent::{Cell, RecurrentSpec};
use crate::noise::Noise;
use core::ops::Range;

/// The memory of one block.
struct Block<'a, T> {
    samples: Range<usize>,
    /// What forward kept.
    saved: &'a mut [T],
    dy: &'a [T],
    /// The gradients by the states at the end, and by those given.
    last: [&'a [T]; 2],
    given: [&'a mut [T]; 2],
    dx: &'a mut [T],
    /// The gradients by what flows out of this layer and into it.
    between: [&'a mut [T]; 2],
    /// The gradients by the states.
    states: &'a mut [T],
    mask: &'a mut [T],
}

pub(super) fn backward<T: Stepped>(spec: &RecurrentSpec, samples: usize, room: BackwardRoom<'_, T>) {
    if samples == 0 || spec.steps == 0 || spec.hidden == 0 {
        return;
    }
    let isa = isa();
    let set = T::tiles(isa);
    let BackwardRoom {
        noise,
        parameters,
        saved,
        output_gradients,
        input_gradients,
        parameter_gradients,
        scratch,
    } = room;
    let (copied, work) = aligned(scratch).split_at_mut(super::copies_back(spec) - LINE);
    let each = spec.steps * spec.width();
    let flow = if spec.layers > 1 { samples * each } else { 0 };
    let (masks, work) = work.split_at_mut(samples * spec.masks());
    let (first, work) = work.split_at_mut(flow);
    let (second, work) = work.split_at_mut(flow);
    let state = spec.layers * spec.directions() * spec.hidden;
    let mut wanted = input_gradients.iter_mut();
    let mut next = || wanted.next().map_or(&mut [][..], |gradient| &mut **gradient);
    let dx = next();
    let needs_dx = !dx.is_empty();
    let (dx, dh, dc) = (share(dx), share(next()), share(next()));
    let (saved, masks, work) = (share(saved), share(masks), share(work));
    let flows = [share(first), share(second)];
    let output = |i: usize| output_gradients.get(i).copied().unwrap_or(&[]);
    let of = |x: &[T], each: usize, samples: &Range<usize>| -> Range<usize> {
        if x.is_empty() { 0..0 } else { samples.start * each..samples.end * each }
    };
    let states_each = backward_each(spec) - spec.masks() - 2 * flow / samples;
    let count = blocks(samples);
    for layer in (0..spec.layers).rev() {
        for direction in 0..spec.directions() {
            let place = Place { layer, direction };
            let (width, inputs) = (spec.gate_units(), spec.input_of(layer));
            let tensors = Tensors::of(spec, place);
            let wants_input = layer > 0 || needs_dx;
            let sizes = [spec.hidden * width, if wants_input { inputs * width } else { 0 }];
            let (to_hidden, to_input) = copied.split_at_mut(sizes[0].next_multiple_of(LINE));
            let u = &parameters[tensors.hidden..tensors.bias];
            let w = &parameters[tensors.input..][..sizes[1]];
            let hidden = Matrix::transposed(isa, u, [width, spec.hidden], to_hidden);
            let input = Matrix::transposed(isa, w, [width, if wants_input { inputs } else { 0 }], to_input);
            let work_done = samples * spec.steps * width * (inputs + spec.hidden);
            for_each(count, work_done >= PARALLEL, &|block| {
                let samples = part(samples, count, block);
                let (y, h, c) = (output(0), output(1), output(2));
                // SAFETY: no two tasks have the same block.
                let mut block = unsafe {
                    Block {
                        saved: of_block(saved, spec.saved_each(), &samples),
                        dy: &y[of(y, spec.output_each(), &samples)],
                        last: [&h[of(h, state, &samples)], &c[of(c, state, &samples)]],
                        given: [of_block(dh, state, &samples), of_block(dc, state, &samples)],
                        dx: of_block(dx, spec.steps * spec.inputs, &samples),
                        between: flows.map(|flow| of_block(flow, each, &samples)),
                        states: of_block(work, states_each, &samples),
                        mask: of_block(masks, spec.masks(), &samples),
                        samples,
                    }
                };
                // A layer reads what the one above wrote.
                if layer % 2 == 1 {
                    block.between.swap(0, 1);
                }
                block.run(spec, place, set, noise, &hidden, wants_input.then_some(&input));
            });
            if !parameter_gradients.is_empty() {
                let gradient = &mut parameter_gradients[tensors.input..tensors.end];
                parameters_of(spec, place, set, samples, saved, (gradient, &mut *copied));
            }
        }
    }
}

impl<T: Stepped> Block<'_, T> {
    fn run(
        &mut self,
        spec: &RecurrentSpec,
        place: Place,
        set: &TileSet<T>,
        noise: Noise,
        weights: &Matrix<'_, T>,
        to_input: Option<&Matrix<'_, T>>,
    ) {
        let (s, hidden, width) = (self.samples.len(), spec.hidden, spec.gate_units());
        let (inputs, out) = (spec.input_of(place.layer), spec.width());
        let kept = Kept::of(spec, place);
        let across = place.direction * hidden;
        if !place.is_top(spec) && place.direction == 0 {
            drop_out(spec, noise, &self.samples, place.layer + 1, self.between[0], self.mask);
        }
        let all = spec.layers * spec.directions() * hidden;
        let own = place.state(spec) * hidden;
        let (dh, dc) = self.states.split_at_mut(s * hidden);
        let start = |to: &mut [T], last: &[T]| match last {
            [] => to.fill(T::zero()),
            last => {
                for (to, from) in to.chunks_exact_mut(hidden).zip(last.chunks_exact(all)) {
                    to.copy_from_slice(&from[own..][..hidden]);
                }
            }
        };
        start(dh, self.last[0]);
        start(dc, self.last[1]);
        let at =
            |start: usize, each: usize, i: usize| start * s + i * each * s..start * s + (i + 1) * each * s;
        let times = place.times(spec);
        for i in 0..times.len() {
            let time = if place.reverse() { times.start + i } else { times.end - 1 - i };
            let [before, after] = place.slots(time);
            let (from, row, begin): (&[T], _, _) = match (place.is_top(spec), spec.last) {
                (true, true) if time + 1 < spec.steps => (&[], 0, 0),
                (true, true) => (self.dy, out, across),
                (true, false) => (self.dy, spec.steps * out, time * out + across),
                (false, _) => (&*self.between[0], out, time * s * out + across),
            };
            if !from.is_empty() {
                for (i, dh) in dh.chunks_exact_mut(hidden).enumerate() {
                    for (dh, &dy) in dh.iter_mut().zip(&from[begin + i * row..][..hidden]) {
                        *dh += dy;
                    }
                }
            }
            let gates = at(kept.gates, width, time);
            match spec.cell {
                Cell::Tanh | Cell::Relu => {
                    let gates = &mut self.saved[gates.clone()];
                    T::plain_cell_backward(spec.cell == Cell::Relu, gates, dh);
                    weights.multiply_all(set, s, (gates, width), (dh, hidden), Bias::Zero);
                }
                Cell::Lstm => {
                    let tangents = kept.extra + (spec.steps + 1) * hidden;
                    let parts = [gates.clone(), at(kept.extra, hidden, before), at(tangents, hidden, time)];
                    let [gates, before, tangents] = apart(self.saved, parts);
                    T::lstm_cell_backward(hidden, gates, before, tangents, dh, dc);
                    weights.multiply_all(set, s, (gates, width), (dh, hidden), Bias::Zero);
                }
                Cell::Gru => {
                    let parts =
                        [gates.clone(), at(kept.extra, hidden, time), at(kept.states, hidden, before)];
                    let [gates, p, before] = apart(self.saved, parts);
                    T::gru_cell_backward(hidden, gates, p, before, dh);
                    let joint = joint(spec);
                    weights.multiply(set, s, 0..joint, (gates, width), (dh, hidden), Bias::Add);
                    weights.multiply(set, s, joint..width, (p, hidden), (dh, hidden), Bias::Add);
                }
            }
            let _ = after;
            if spec.cuts_before(if place.reverse() { spec.steps - 1 - time } else { time }) {
                dh.fill(T::zero());
                dc.fill(T::zero());
            }
            if let Some(weights) = to_input {
                let start = if place.direction == 0 { Bias::Zero } else { Bias::Add };
                let to = match place.layer {
                    0 => (&mut self.dx[time * inputs..], spec.steps * inputs),
                    _ => (&mut self.between[1][time * s * inputs..], inputs),
                };
                weights.multiply_all(set, s, (&self.saved[gates], width), to, start);
            }
        }
        for (given, d) in self.given.iter_mut().zip([dh, dc]) {
            for (to, from) in given.chunks_exact_mut(all).zip(d.chunks_exact(hidden)) {
                to[own..][..hidden].copy_from_slice(from);
            }
        }
    }
}

/// The gradient by the tensors of one direction of one layer, from the gates' gradients.
fn parameters_of<T: Stepped>(
    spec: &RecurrentSpec,
    place: Place,
    set: &TileSet<T>,
    samples: usize,
    saved: (Shared<T>, usize),
    (gradient, room): (&mut [T], &mut [T]),
) {
    let (hidden, width, inputs) = (spec.hidden, spec.gate_units(), spec.input_of(place.layer));
    let (kept, times, joint) = (Kept::of(spec, place), place.times(spec), joint(spec));
    let count = blocks(samples);
    // SAFETY: nobody writes what forward kept any more.
    let of_all = |block: usize| unsafe { &*of_block(saved, spec.saved_each(), &part(samples, count, block)) };
    let from = times.start;
    let x = kept.input + from * inputs;
    let before = kept.states + (from + usize::from(place.reverse())) * hidden;
    let (gates, third) = (kept.gates + from * width, kept.extra + from * hidden);
    let rows = times.len();
    let (tensors, biases) = gradient.split_at_mut((inputs + hidden) * width);
    // The columns of the first gates, of what else the inputs have, and of a GRU's third gate as the state has it.
    let panels = [joint, width - joint, width - joint].map(|columns| Panels::new(set, columns));
    let tasks = panels.iter().map(|p| p.count).sum();
    let parallel = samples * rows * width * (inputs + hidden) >= PARALLEL;
    let (to, room) = (Shared::new(tensors), share(room));
    for_each(tasks, parallel, &|task| {
        let (mut panel, mut which) = (task, 0);
        while panel >= panels[which].count {
            panel -= panels[which].count;
            which += 1;
        }
        let columns = panels[which].columns(panel);
        let at = columns.start + if which > 0 { joint } else { 0 };
        // Every task has the room of its columns.
        let begin = at + if which == 2 { width - joint } else { 0 };
        let own = begin * OUTER_PIECE..(begin + columns.len()) * OUTER_PIECE;
        assert!(own.end <= room.1);
        for block in 0..count {
            let s = part(samples, count, block).len();
            let all = of_all(block);
            // SAFETY: the columns lie within the tensors and the room, and no two tasks share any of one tensor.
            unsafe {
                let room = core::slice::from_raw_parts_mut(room.0.get().add(own.start), own.len());
                let by_input = Outer { a: &all[x * s..], m: inputs, c: to.get().add(at), c_row: width };
                let by_state = Outer {
                    a: &all[before * s..],
                    m: hidden,
                    c: to.get().add(inputs * width + at),
                    c_row: width,
                };
                let k = rows * s;
                let of_gates = (&all[gates * s + at..], width);
                let add = block > 0;
                match which {
                    0 => outer(set, k, of_gates, columns.len(), &[by_input, by_state], room, add),
                    1 => outer(set, k, of_gates, columns.len(), &[by_input], room, add),
                    _ => {
                        let of_third = (&all[third * s + columns.start..], hidden);
                        outer(set, k, of_third, columns.len(), &[by_state], room, add);
                    }
                }
            }
        }
    });
    if !spec.bias {
        return;
    }
    let (first, second) = biases.split_at_mut(width);
    for block in 0..count {
        let s = part(samples, count, block).len();
        let start = || if block == 0 { Start::Zero } else { Start::Add };
        let all = of_all(block);
        column_sums(set, rows * s, &all[gates * s..][..rows * s * width], first, start());
        if joint < width {
            let third = &all[third * s..][..rows * s * hidden];
            column_sums(set, rows * s, third, &mut second[joint..], start());
        }
    }
    second[..joint].copy_from_slice(&first[..joint]);
}
