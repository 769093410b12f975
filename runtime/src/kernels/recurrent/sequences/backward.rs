//! Backward through all steps, blocks and layers.

use super::super::weights::{Bias, Matrix, OUTER_PIECE, Outer, outer};
use super::super::{BLOCK, BackwardRoom, LINE, Stepped, Tensors, joint, share};
use super::{Block, History, Part, drop_out, in_blocks, masks, place, rows_of};
use crate::kernels::dense::{PARALLEL, aligned, column_sums};
use crate::kernels::isa::isa;
use crate::kernels::panel::{Panels, Start};
use crate::kernels::parallel::{Shared, for_each};
use crate::kernels::tile::TileSet;
use crate::layers::recurrent::{Cell, RecurrentSpec};
use crate::noise::Noise;
use crate::sequences::Sequences;

/// The memory of one block.
struct Memory<'a, T> {
    gates: &'a mut [T],
    state: &'a mut [T],
    extra: [&'a mut [T]; 2],
    /// Row by row the gradient by what flows out of this layer, and then that by what flows in.
    flow: &'a mut [T],
    /// The gradients by the states.
    dh: &'a mut [T],
    dc: &'a mut [T],
    mask: &'a mut [T],
}

/// What a gradient is by.
#[derive(Clone, Copy)]
enum By {
    /// What came in at a step.
    Input,
    /// The state of that number that a sequence started from.
    State(usize),
}

/// The weights of a layer, turned.
struct Turned<'a, T> {
    hidden: Matrix<'a, T>,
    input: Option<Matrix<'a, T>>,
}

pub(in super::super) fn backward<T: Stepped>(
    spec: &RecurrentSpec,
    sequences: Sequences<'_>,
    room: BackwardRoom<'_, T>,
) {
    let rows = sequences.steps();
    if rows == 0 || spec.hidden == 0 {
        return;
    }
    let isa = isa();
    let set = T::tiles(isa);
    let BackwardRoom { noise, parameters, saved, output_gradients, input_gradients, .. } = room;
    let parameter_gradients = room.parameter_gradients;
    let (copied, work) = aligned(room.scratch).split_at_mut(super::super::copies_back(spec) - LINE);
    let (flow, work) = work.split_at_mut(rows * spec.widest_input());
    let (states, room) = work.split_at_mut(in_blocks(sequences.len()) * 2 * spec.hidden);
    let mut wanted = input_gradients.iter_mut();
    let mut next = || share(wanted.next().map_or(&mut [][..], |dx| &mut **dx));
    let (dx, given) = (next(), [next(), next()]);
    let needs_dx = dx.1 > 0;
    let dy = [0, 1, 2].map(|i| output_gradients.get(i).copied().unwrap_or(&[]));
    let (saved, flow, states, room) = (share(saved), share(flow), share(states), share(room));
    for layer in (0..spec.layers).rev() {
        let (width, inputs) = (spec.gate_units(), spec.input_of(layer));
        let tensors = Tensors::of(spec, place(layer));
        let wants_input = layer > 0 || needs_dx;
        let (to_hidden, to_input) = copied.split_at_mut((spec.hidden * width).next_multiple_of(LINE));
        let u = &parameters[tensors.hidden..tensors.bias];
        let w = &parameters[tensors.input..tensors.hidden];
        let weights = Turned {
            hidden: Matrix::transposed(isa, u, [width, spec.hidden], to_hidden),
            input: wants_input.then(|| Matrix::transposed(isa, w, [width, inputs], to_input)),
        };
        let parts = History::of(spec, layer, rows);
        let flow_part = Part { start: 0, each: spec.widest_input() };
        let work_done = rows * width * (inputs + spec.hidden);
        let blocks = sequences.blocks().len() - 1;
        for_each(blocks, work_done >= PARALLEL, &|number| {
            let (block, rows) = Block::of(sequences, number);
            let room_of = |each: usize| (Part { start: 0, each }, number * BLOCK..(number + 1) * BLOCK);
            // SAFETY: no two tasks have the same block.
            let memory = unsafe {
                let (two, own) = room_of(2 * spec.hidden);
                let (dh, dc) = rows_of(states, two, &own).split_at_mut(BLOCK * spec.hidden);
                let (mask, own) = room_of(masks(spec));
                Memory {
                    gates: rows_of(saved, parts.gates, &rows),
                    state: rows_of(saved, parts.state, &rows),
                    extra: parts.extra.map(|part| rows_of(saved, part, &rows)),
                    flow: rows_of(flow, flow_part, &rows),
                    dh,
                    dc,
                    mask: rows_of(room, mask, &own),
                }
            };
            memory.run(spec, layer, set, noise, &weights, &block, dy, &mut |by, row, gradient| {
                let (to, each, row) = match by {
                    By::Input => (dx, spec.inputs, row),
                    By::State(which) => (given[which], spec.hidden, row * spec.layers + layer),
                };
                if to.1 > 0 {
                    // SAFETY: a step is in one block, and so is a sequence.
                    let to = unsafe { rows_of(to, Part { start: 0, each }, &(row..row + 1)) };
                    to.copy_from_slice(gradient);
                }
            });
        });
        if !parameter_gradients.is_empty() {
            let gradient = &mut parameter_gradients[tensors.input..tensors.end];
            // SAFETY: nobody writes what is kept any more.
            let saved = unsafe { core::slice::from_raw_parts(saved.0.get(), saved.1) };
            parameters_of(spec, layer, set, rows, saved, (gradient, &mut *copied));
        }
    }
}

impl<T: Stepped> Memory<'_, T> {
    #[expect(clippy::too_many_arguments, reason = "what a block is, and what flows in and out")]
    fn run(
        self,
        spec: &RecurrentSpec,
        layer: usize,
        set: &TileSet<T>,
        noise: Noise,
        weights: &Turned<'_, T>,
        block: &Block<'_>,
        [dy, last @ ..]: [&[T]; 3],
        give: &mut dyn FnMut(By, usize, &[T]),
    ) {
        let Memory { gates, state, extra: [first, second], flow, dh, dc, mask } = self;
        let (hidden, width, inputs) = (spec.hidden, spec.gate_units(), spec.input_of(layer));
        let is_top = layer + 1 == spec.layers;
        let rows = gates.len() / width;
        let mut row = rows;
        let mut left = 0;
        for time in (0..block.longest()).rev() {
            let running = block.running(time);
            row -= running;
            // To sequences that end here comes from behind what their last states have.
            for (gradients, last) in [&mut *dh, &mut *dc].into_iter().zip(last) {
                for (i, to) in (left..running).zip(gradients[left * hidden..].chunks_exact_mut(hidden)) {
                    match last {
                        [] => to.fill(T::zero()),
                        last => {
                            let place = (block.order[i] * spec.layers + layer) * hidden;
                            to.copy_from_slice(&last[place..place + hidden]);
                        }
                    }
                }
            }
            for (i, dh) in dh[..running * hidden].chunks_exact_mut(hidden).enumerate() {
                let from = match (is_top, spec.last) {
                    (true, true) if i < left => continue,
                    (true, true) => &dy[block.order[i] * hidden..][..hidden],
                    (true, false) => &dy[block.step(i, time) * hidden..][..hidden],
                    (false, _) => {
                        let from = &mut flow[(row + i) * hidden..][..hidden];
                        &*from
                    }
                };
                dh.iter_mut().zip(from).for_each(|(dh, &dy)| *dh += dy);
            }
            let units = row * hidden..(row + running) * hidden;
            let gates = &mut gates[row * width..(row + running) * width];
            let dh = &mut dh[..running * hidden];
            let dc = &mut dc[..running * hidden];
            match spec.cell {
                Cell::Tanh | Cell::Relu => {
                    T::plain_cell_backward(spec.cell == Cell::Relu, gates, dh);
                    weights.hidden.multiply_all(set, running, (gates, width), (dh, hidden), Bias::Zero);
                }
                Cell::Lstm => {
                    T::lstm_cell_backward(hidden, gates, &first[units.clone()], &second[units], dh, dc);
                    weights.hidden.multiply_all(set, running, (gates, width), (dh, hidden), Bias::Zero);
                }
                Cell::Gru => {
                    let p = &mut first[units.clone()];
                    T::gru_cell_backward(hidden, gates, p, &state[units], dh);
                    let (joint, to) = (joint(spec), (&mut *dh, hidden));
                    weights.hidden.multiply(set, running, 0..joint, (gates, width), to, Bias::Add);
                    weights.hidden.multiply(set, running, joint..width, (p, hidden), (dh, hidden), Bias::Add);
                }
            }
            if spec.cuts_before(time) {
                dh.fill(T::zero());
                dc.fill(T::zero());
            }
            left = running;
        }
        for (which, gradients) in [&*dh, &*dc].into_iter().enumerate() {
            for (&sequence, gradient) in block.order.iter().zip(gradients.chunks_exact(hidden)) {
                give(By::State(which), sequence, gradient);
            }
        }
        let Some(by_input) = &weights.input else { return };
        // All rows of what flowed out have been read.
        let flow = &mut flow[..rows * inputs];
        by_input.multiply_all(set, rows, (gates, width), (flow, inputs), Bias::Zero);
        let mut row = 0;
        for time in 0..block.longest() {
            let running = block.running(time);
            let gradients = &mut flow[row * inputs..(row + running) * inputs];
            if layer > 0 {
                drop_out(spec, noise, layer, (block, time), gradients, mask);
            } else {
                for (i, gradient) in gradients.chunks_exact(inputs.max(1)).enumerate() {
                    give(By::Input, block.step(i, time), gradient);
                }
            }
            row += running;
        }
    }
}

/// The gradient by the tensors of a layer, from the gates' gradients.
fn parameters_of<T: Stepped>(
    spec: &RecurrentSpec,
    layer: usize,
    set: &TileSet<T>,
    rows: usize,
    saved: &[T],
    (gradient, room): (&mut [T], &mut [T]),
) {
    let (hidden, width, inputs) = (spec.hidden, spec.gate_units(), spec.input_of(layer));
    let (parts, joint) = (History::of(spec, layer, rows), joint(spec));
    let of = |part: Part| &saved[part.start..part.start + rows * part.each];
    let (x, before, gates) = (of(parts.input), of(parts.state), of(parts.gates));
    let third = if joint < width { of(parts.extra[0]) } else { &[] };
    let (tensors, biases) = gradient.split_at_mut((inputs + hidden) * width);
    // The columns of the first gates, of what else the inputs have, and of a GRU's third gate as the state has it.
    let panels = [joint, width - joint, width - joint].map(|columns| Panels::new(set, columns));
    let tasks = panels.iter().map(|p| p.count).sum();
    let parallel = rows * width * (inputs + hidden) >= PARALLEL;
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
        // SAFETY: the columns lie within the tensors and the room, and no two tasks share any of one tensor.
        unsafe {
            let room = core::slice::from_raw_parts_mut(room.0.get().add(own.start), own.len());
            let by_input = Outer { a: x, m: inputs, c: to.get().add(at), c_row: width };
            let by_state = Outer { a: before, m: hidden, c: to.get().add(inputs * width + at), c_row: width };
            let of_gates = (&gates[at..], width);
            match which {
                0 => outer(set, rows, of_gates, columns.len(), &[by_input, by_state], room, false),
                1 => outer(set, rows, of_gates, columns.len(), &[by_input], room, false),
                _ => {
                    let of_third = (&third[columns.start..], hidden);
                    outer(set, rows, of_third, columns.len(), &[by_state], room, false);
                }
            }
        }
    });
    if !spec.bias {
        return;
    }
    let (first, second) = biases.split_at_mut(width);
    column_sums(set, rows, gates, first, Start::Zero);
    if joint < width {
        column_sums(set, rows, third, &mut second[joint..], Start::Zero);
    }
    second[..joint].copy_from_slice(&first[..joint]);
}
