//! One step of one sequence: what a stream asks for again and again.
//!
//! Weights are read as they lie, those for the inputs and behind them those for the state, so a step is one product of both
//! with a row of gates, and one pass of the cell.

use super::{ForwardRoom, LINE, Stepped, joint};
use crate::kernels::dense::aligned;
use crate::kernels::isa::isa;
use crate::kernels::panel::{Product, Start};
use crate::layers::recurrent::{Cell, RecurrentSpec};

/// Whether the layer over a sequence does no more than this.
pub(super) const fn is_one(spec: &RecurrentSpec) -> bool {
    spec.steps == 1 && spec.layers == 1 && !spec.bidirectional
}

pub(super) fn forward<T: Stepped>(spec: &RecurrentSpec, room: ForwardRoom<'_, T>) {
    let ForwardRoom { parameters, inputs, outputs, scratch, .. } = room;
    let (hidden, width) = (spec.hidden, spec.gate_units());
    let rows = spec.inputs + hidden;
    let (tensors, biases) = parameters[..spec.parameters()].split_at(rows * width);
    let (first, second) = biases.split_at(biases.len() / 2);
    let joint = joint(spec);
    // The input and the state side by side, the gates, the cell's tangents or the third gate's part.
    let (from, rest) = aligned(scratch).split_at_mut(rows.next_multiple_of(LINE));
    let (gates, extra) = rest.split_at_mut(width.next_multiple_of(LINE));
    let (extra, states) = extra.split_at_mut(hidden);
    let (before, after) = states[..2 * hidden].split_at_mut(hidden);
    let (from, gates) = (&mut from[..rows], &mut gates[..width]);
    let given = |i: usize| inputs.get(i).copied().unwrap_or(&[]);
    from[..spec.inputs].copy_from_slice(&inputs[0][..spec.inputs]);
    match given(1) {
        [] => from[spec.inputs..].fill(T::zero()),
        h => from[spec.inputs..].copy_from_slice(&h[..hidden]),
    }
    if spec.bias {
        for ((gate, &a), &b) in gates[..joint].iter_mut().zip(first).zip(second) {
            *gate = a + b;
        }
        gates[joint..].copy_from_slice(&first[joint..]);
    } else {
        gates.fill(T::zero());
    }
    let set = T::tiles(isa());
    let multiply = |k: core::ops::Range<usize>, columns: core::ops::Range<usize>, to: &mut [T]| {
        if k.is_empty() || columns.is_empty() {
            return;
        }
        assert!(k.end <= rows && columns.end <= width && to.len() >= columns.len());
        let sizes = (1, k.len(), columns.len());
        // SAFETY: A, B and C are as long as was asserted, and by the lengths that they were made of.
        unsafe {
            let weights = tensors.as_ptr().add(k.start * width + columns.start);
            let from = (from.as_ptr().add(k.start), k.len(), 1);
            let plain = Product::plain(sizes, from, weights, to.as_mut_ptr(), Start::Add);
            Product { b_step: width, ..plain }.run_panels(set);
        }
    };
    let (state, third) = (spec.inputs..rows, joint..width);
    let mut outputs = outputs.iter_mut();
    let mut next = || outputs.next().map_or(&mut [][..], |output| &mut **output);
    let (y, h_n, c_n) = (next(), next(), next());
    let y = &mut y[..hidden];
    match spec.cell {
        Cell::Tanh | Cell::Relu => {
            multiply(0..rows, 0..width, gates);
            T::plain_cell(spec.cell == Cell::Relu, gates, y);
        }
        Cell::Gru => {
            multiply(0..rows, 0..joint, gates);
            multiply(0..spec.inputs, third.clone(), &mut gates[joint..]);
            if spec.bias {
                extra.copy_from_slice(&second[joint..])
            } else {
                extra.fill(T::zero())
            }
            multiply(state, third, extra);
            T::gru_cell(hidden, gates, extra, &from[spec.inputs..], y);
        }
        Cell::Lstm => {
            multiply(0..rows, 0..width, gates);
            // The cell's states, if nobody gives or wants them.
            before.fill(T::zero());
            let before = if given(2).is_empty() { &*before } else { &given(2)[..hidden] };
            let after = if c_n.is_empty() { after } else { c_n };
            T::lstm_cell(hidden, gates, before, after, extra, y);
        }
    }
    if !h_n.is_empty() {
        h_n.copy_from_slice(y);
    }
}
