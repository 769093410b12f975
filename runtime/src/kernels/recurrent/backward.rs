//! Backward through all steps, blocks, directions and layers: the gates' gradients take the gates' places, step by step, and
//! the weights' gradients are products over all steps at the end.

use super::weights::{Bias, Matrix, outer};
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

/// The rows of a weight's gradient that make a task.
const TASK_ROWS: usize = 64;

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
    let (copied, work) = aligned(scratch).split_at_mut(super::copies(spec) - LINE);
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
                parameters_of(spec, place, set, samples, saved, gradient);
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

/// A product over all steps and samples that gives a part of the tensors' gradient: the places of A and B among what is
/// kept, their sizes, the distance of B's rows, and where the result begins.
struct Part {
    a: usize,
    b: usize,
    m: usize,
    n: usize,
    b_row: usize,
    to: usize,
}

/// The gradient by the tensors of one direction of one layer, from the gates' gradients.
fn parameters_of<T: Stepped>(
    spec: &RecurrentSpec,
    place: Place,
    set: &TileSet<T>,
    samples: usize,
    saved: (Shared<T>, usize),
    gradient: &mut [T],
) {
    let (hidden, width, inputs) = (spec.hidden, spec.gate_units(), spec.input_of(place.layer));
    let (kept, times, joint) = (Kept::of(spec, place), place.times(spec), joint(spec));
    let count = blocks(samples);
    // SAFETY: nobody writes what forward kept any more.
    let of_all = |block: usize| unsafe { &*of_block(saved, spec.saved_each(), &part(samples, count, block)) };
    let from = times.start;
    let before = kept.states + (from + usize::from(place.reverse())) * hidden;
    let (gates, third) = (kept.gates + from * width, kept.extra + from * hidden);
    let parts = [
        Part { a: kept.input + from * inputs, b: gates, m: inputs, n: width, b_row: width, to: 0 },
        Part { a: before, b: gates, m: hidden, n: joint, b_row: width, to: inputs * width },
        Part { a: before, b: third, m: hidden, n: width - joint, b_row: hidden, to: inputs * width + joint },
    ];
    let tasks = parts.each_ref().map(|p| Panels::new(set, p.n).count * p.m.div_ceil(TASK_ROWS));
    let rows = times.len();
    let parallel = samples * rows * width * (inputs + hidden) >= PARALLEL;
    let weights = (inputs + hidden) * width;
    let (tensors, biases) = gradient.split_at_mut(weights);
    let to = Shared::new(tensors);
    for_each(tasks.iter().sum(), parallel, &|task| {
        let (mut task, mut which) = (task, 0);
        while task >= tasks[which] {
            task -= tasks[which];
            which += 1;
        }
        let Part { a, b, m, n, b_row, to: at } = parts[which];
        let panels = Panels::new(set, n);
        let cuts = m.div_ceil(TASK_ROWS);
        for block in 0..count {
            let s = part(samples, count, block).len();
            let all = of_all(block);
            let tile = [part(m, cuts, task % cuts), panels.columns(task / cuts)];
            // SAFETY: the part's rows and columns lie within the tensors, and tasks have tiles of their own.
            unsafe {
                let c = to.get().add(at);
                outer(
                    set,
                    [rows * s, m, n],
                    &all[a * s..],
                    (&all[b * s..], b_row),
                    (c, width),
                    tile,
                    block > 0,
                );
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
