//! The two passes of attention: dense layers before and behind, the heads between.

use super::{Backward, Forward, MultiHeadAttentionSpec, Piece, Sources};
use crate::Real;
use crate::kernels::attention::{Attention, Left};
use crate::kernels::positions::rotations;
use crate::kernels::split::parts;
use crate::layers::Mode;

/// Where among the parameters each of the three matrices begins, how far apart their rows are, and where the biases and
/// the last layer are.
struct Places {
    matrices: [[usize; 2]; 3],
    biases: usize,
    last: usize,
}

fn places(spec: &MultiHeadAttentionSpec) -> Places {
    let w = spec.width;
    let (matrices, biases) = if spec.separate {
        let k = w * w;
        let v = k + spec.key_width * w;
        ([[0, w], [k, w], [v, w]], v + spec.value_width * w)
    } else {
        ([[0, 3 * w], [w, 3 * w], [2 * w, 3 * w]], 3 * w * w)
    };
    Places { matrices, biases, last: biases + if spec.bias { 3 * w } else { 0 } }
}

/// The matrix of a piece, `[in][its columns]`, with its bias behind it, copied from the parameters.
fn gather<T: Real>(spec: &MultiHeadAttentionSpec, piece: Piece, parameters: &[T], copy: &mut [T]) -> usize {
    let (w, places) = (spec.width, places(spec));
    let columns = (piece.to - piece.from) * w;
    let (matrix, bias) = copy.split_at_mut(piece.inputs * columns);
    for i in piece.from..piece.to {
        let ([start, step], at) = (places.matrices[i], (i - piece.from) * w);
        T::copy_runs(piece.inputs, w, [step, start], [columns, at], parameters, matrix);
    }
    if spec.bias {
        bias[..columns].copy_from_slice(&parameters[places.biases + piece.from * w..][..columns]);
    }
    piece.inputs * columns + if spec.bias { columns } else { 0 }
}

/// The gradient of such a copy, put where it belongs.
fn scatter<T: Real>(spec: &MultiHeadAttentionSpec, piece: Piece, copy: &[T], gradients: &mut [T]) {
    let (w, places) = (spec.width, places(spec));
    let columns = (piece.to - piece.from) * w;
    let (matrix, bias) = copy.split_at(piece.inputs * columns);
    for i in piece.from..piece.to {
        let ([start, step], at) = (places.matrices[i], (i - piece.from) * w);
        T::copy_runs(piece.inputs, w, [columns, at], [step, start], matrix, gradients);
    }
    if spec.bias {
        gradients[places.biases + piece.from * w..][..columns].copy_from_slice(&bias[..columns]);
    }
}

/// The first `len` numbers of a slice, which keeps the rest.
fn take<'a, T>(rest: &mut &'a mut [T], len: usize) -> &'a mut [T] {
    let (first, behind) = core::mem::take(rest).split_at_mut(len);
    *rest = behind;
    first
}

/// Turns queries and keys, or their gradients, by their positions.
fn rotate<T: Real>(spec: &MultiHeadAttentionSpec, samples: usize, back: bool, table: &[T], x: &mut [T]) {
    let (w, attention) = (spec.width, spec.attention(samples));
    let width = spec.width / spec.heads;
    for (i, (place, rows)) in attention.places.into_iter().zip([spec.queries, spec.keys]).enumerate() {
        // Of one input all three stand side by side in its rows.
        let first = if spec.sources == Sources::One { i * w } else { 0 };
        let from = place.start - first;
        let len = samples * rows * place.step;
        let table = &table[..rows * width];
        parts(&mut x[from..from + len], rows * place.step, 4, |_, x| {
            T::attention_rotate([place.step, first, w, width], back, table, x);
        });
    }
}

pub(super) fn forward<T: Real>(spec: &MultiHeadAttentionSpec, pass: Forward<'_, T>) {
    let behind = match pass.mode {
        Mode::Step(position) if spec.sources == Sources::One => return step(spec, position, pass),
        Mode::Step(position) => position,
        Mode::Predict | Mode::Train(_) => 0,
    };
    let n = pass.samples;
    let (pieces, count) = spec.pieces();
    let [three, heads] = spec.made();
    let mut scratch = pass.scratch;
    // In prediction nobody keeps what the heads work on.
    let room = take(&mut scratch, n * spec.saved_each());
    let (mut room, kept) = if pass.saved.is_empty() { (room, false) } else { (pass.saved, true) };
    let (x, output, logs) = (take(&mut room, n * three), take(&mut room, n * heads), room);
    let copy = take(&mut scratch, spec.copy());
    let table = take(&mut scratch, spec.angles());
    let mut rest = &mut *x;
    for &piece in &pieces[..count] {
        let dense = spec.dense(piece);
        let y = take(&mut rest, n * dense.rows * dense.outputs);
        // In a step the keys and values of what is attended to stand there since the first.
        if behind > 0 && piece.input > 0 {
            continue;
        }
        let weights = match spec.is_whole() {
            true => &pass.parameters[..places(spec).last],
            false => {
                let len = gather(spec, piece, pass.parameters, copy);
                &copy[..len]
            }
        };
        T::dense_forward(&dense, n, weights, pass.inputs[piece.input], y, scratch);
    }
    if spec.rotary {
        rotations(0, spec.width / spec.heads, table);
        rotate(spec, n, false, table, x);
    }
    let noise = match pass.mode {
        Mode::Predict | Mode::Step(_) => None,
        Mode::Train(noise) => Some(noise),
    };
    let mask = pass.inputs.get(count).copied().unwrap_or_default();
    let logs = if kept { logs } else { &mut [] };
    T::attention(&spec.attention(n), x, mask, noise, output, logs, scratch);
    let last = &pass.parameters[places(spec).last..];
    T::dense_forward(&spec.last(), n, last, output, pass.outputs[0], scratch);
}

/// One query behind so many keys and values, which stand in `saved`: the query, then a row with key and value for each
/// position. What comes in makes all three.
fn step<T: Real>(spec: &MultiHeadAttentionSpec, position: usize, pass: Forward<'_, T>) {
    let (w, width) = (spec.width, spec.width / spec.heads);
    let mut scratch = pass.scratch;
    let (made, output) = (take(&mut scratch, 3 * w), take(&mut scratch, w));
    let table = take(&mut scratch, if spec.rotary { width } else { 0 });
    let places = places(spec);
    let dense = spec.dense(spec.pieces().0[0]);
    T::dense_forward(&dense, 1, &pass.parameters[..places.last], pass.inputs[0], made, scratch);
    if spec.rotary {
        rotations(position, width, table);
        for first in [0, w] {
            T::attention_rotate([3 * w, first, w, width], false, table, made);
        }
    }
    let (query, pair) = made.split_at(w);
    pass.saved[..w].copy_from_slice(query);
    pass.saved[w + position * 2 * w..][..2 * w].copy_from_slice(pair);
    let keys = position + 1;
    let attention = Attention { keys, causal: false, ..spec.cached() };
    T::attention(&attention, &pass.saved[..w + keys * 2 * w], &[], None, output, &mut [], scratch);
    T::dense_forward(&spec.last(), 1, &pass.parameters[places.last..], output, pass.outputs[0], scratch);
}

pub(super) fn backward<T: Real>(spec: &MultiHeadAttentionSpec, pass: Backward<'_, T>) {
    let n = pass.samples;
    let (pieces, count) = spec.pieces();
    let [three, heads] = spec.made();
    let (dy, last) = (pass.output_gradients[0], places(spec).last);
    let mut scratch = pass.scratch;
    let (dx, doutput) = (take(&mut scratch, n * three), take(&mut scratch, n * heads));
    let copy = take(&mut scratch, spec.copy());
    let table = take(&mut scratch, spec.angles());
    let (x, rest) = pass.saved.split_at(n * three);
    let (output, logs) = rest.split_at(n * heads);

    let learns = !pass.parameter_gradients.is_empty();
    if learns {
        let gradients = &mut pass.parameter_gradients[last..];
        T::dense_backward_parameters(&spec.last(), n, output, dy, gradients, scratch);
    }
    T::dense_backward_input(&spec.last(), n, &pass.parameters[last..], dy, doutput, scratch);

    let mask = pass.inputs.get(count).copied().unwrap_or_default();
    let (input_gradients, mask_gradient) = pass.input_gradients.split_at_mut(count);
    let dmask = match mask_gradient {
        [dmask] => &mut **dmask,
        _ => &mut [],
    };
    let left = Left { dy: &*doutput, y: output, logs };
    T::attention_backward(&spec.attention(n), x, mask, pass.noise, left, dx, dmask, scratch);
    if spec.rotary {
        rotations(0, spec.width / spec.heads, table);
        rotate(spec, n, true, table, dx);
    }

    let mut rest = &*dx;
    for &piece in &pieces[..count] {
        let dense = spec.dense(piece);
        let (dy, behind) = rest.split_at(n * dense.rows * dense.outputs);
        rest = behind;
        if learns {
            let x = pass.inputs[piece.input];
            if spec.is_whole() {
                let gradients = &mut pass.parameter_gradients[..last];
                T::dense_backward_parameters(&dense, n, x, dy, gradients, scratch);
            } else {
                T::dense_backward_parameters(&dense, n, x, dy, copy, scratch);
                scatter(spec, piece, copy, pass.parameter_gradients);
            }
        }
        let dx = &mut *input_gradients[piece.input];
        if dx.is_empty() {
            continue;
        }
        let weights = match spec.is_whole() {
            true => &pass.parameters[..last],
            false => {
                let len = gather(spec, piece, pass.parameters, copy);
                &copy[..len]
            }
        };
        T::dense_backward_input(&dense, n, weights, dy, dx, scratch);
    }
}
