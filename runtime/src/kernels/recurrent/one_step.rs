//! One step of one sequence: what a stream asks for again and again.
//!
//! Weights are read as they lie, those for the inputs and behind them those for the state. Some units at a time are followed
//! from the products to the new state without leaving the registers. A stream waits for its own state, so nothing stands in
//! the way from there that need not: the inputs' sums have accumulators of their own, and the state's two sets.

use super::cells::sigmoid;
use super::{ForwardRoom, Stepped};
use crate::Real;
use crate::kernels::math::Elementary;
use crate::kernels::short_row::Rows;
use crate::layers::recurrent::{Cell, RecurrentSpec};

/// Whether the layer over a sequence does no more than this.
pub(super) const fn is_one(spec: &RecurrentSpec) -> bool {
    spec.steps == 1 && spec.layers == 1 && !spec.bidirectional
}

pub(super) fn forward<T: Stepped>(spec: &RecurrentSpec, room: ForwardRoom<'_, T>) {
    let ForwardRoom { parameters, inputs, outputs, scratch, .. } = room;
    let given = |i: usize, len: usize| inputs.get(i).and_then(|input| input.get(..len)).unwrap_or(&[]);
    let (x, h, c) = (given(0, spec.inputs), given(1, spec.hidden), given(2, spec.hidden));
    let mut outputs = outputs.iter_mut();
    let mut next = || outputs.next().map_or(&mut [][..], |output| &mut **output);
    let (y, h_n, c_n) = (next(), next(), next());
    // The cell's state, if nobody wants it.
    let c_n = if c_n.is_empty() { scratch } else { c_n };
    let mut stepping = Stepping { parameters, x, h, c, y, c_n };
    match spec.cell {
        Cell::Tanh | Cell::Relu => T::plain_step(spec, &mut stepping),
        Cell::Gru => T::gru_step(spec, &mut stepping),
        Cell::Lstm => T::lstm_step(spec, &mut stepping),
    }
    let y = stepping.y;
    if !h_n.is_empty() {
        h_n.copy_from_slice(&y[..spec.hidden]);
    }
}

/// The step in a function whose sizes are constants, its states carried in place; of `c` an LSTM's alone has numbers.
#[inline(always)]
pub(crate) fn in_place<T: Elementary<M>, M, const H: usize>(
    spec: &RecurrentSpec,
    parameters: &[T],
    x: &[T],
    [h, c]: [&mut [T]; 2],
) -> [T; H] {
    let mut y = [T::zero(); H];
    let before = [load::<T, H>(h, 0), load::<T, H>(c, 0)];
    let mut stepping = Stepping { parameters, x, h: &before[0], c: &before[1], y: &mut y, c_n: c };
    match spec.cell {
        Cell::Tanh | Cell::Relu => plain_step(spec, &mut stepping),
        Cell::Gru => gru_step(spec, &mut stepping),
        Cell::Lstm => lstm_step(spec, &mut stepping),
    }
    h.copy_from_slice(&y);
    y
}

/// What a step reads and writes; an empty state before is zero.
#[doc(hidden)]
#[allow(missing_debug_implementations)]
pub struct Stepping<'a, T> {
    parameters: &'a [T],
    x: &'a [T],
    h: &'a [T],
    c: &'a [T],
    y: &'a mut [T],
    c_n: &'a mut [T],
}

/// Calls a function over pieces of so many units: as many as fill the registers, and of the rest rather some units again
/// than each by itself. Two vectors side by side are done in little more than the time of one, as neither waits for the
/// other.
macro_rules! in_pieces {
    ($function:ident, $scalar:ident, $m:ident, $spec:expr, $stepping:expr) => {
        match $spec.hidden {
            hidden @ 32.. if size_of::<$scalar>() == 4 && (hidden % 32 == 0 || hidden > 64) => {
                $function::<$scalar, $m, 16, 2>($spec, $stepping);
            }
            16.. => $function::<$scalar, $m, 16, 1>($spec, $stepping),
            8.. => $function::<$scalar, $m, 8, 1>($spec, $stepping),
            _ => $function::<$scalar, $m, 1, 1>($spec, $stepping),
        }
    };
}

/// Each cell is a function of its own: what one prepares for its loops is a burden to the others.
#[inline(always)]
pub(crate) fn plain_step<T: Elementary<M>, M>(spec: &RecurrentSpec, s: &mut Stepping<'_, T>) {
    in_pieces!(plain, T, M, spec, s);
}

#[inline(always)]
pub(crate) fn gru_step<T: Elementary<M>, M>(spec: &RecurrentSpec, s: &mut Stepping<'_, T>) {
    in_pieces!(gru, T, M, spec, s);
}

#[inline(always)]
pub(crate) fn lstm_step<T: Elementary<M>, M>(spec: &RecurrentSpec, s: &mut Stepping<'_, T>) {
    in_pieces!(lstm, T, M, spec, s);
}

/// Where the pieces begin.
#[inline(always)]
fn pieces(hidden: usize, width: usize) -> impl Iterator<Item = usize> {
    (0..hidden).step_by(width).map(move |from| from.min(hidden - width))
}

#[inline(always)]
fn plain<T: Elementary<M>, M, const W: usize, const P: usize>(spec: &RecurrentSpec, s: &mut Stepping<'_, T>) {
    for from in pieces(spec.hidden, P * W) {
        let Sums { even, odd, .. } = sums::<T, M, W, 1, P>(spec, s, from);
        for part in 0..P {
            let ([a], [b]) = (&odd[part], &even[part]);
            let mut new = [T::zero(); W];
            for k in 0..W {
                let sum = a[k] + b[k];
                new[k] = match spec.cell {
                    Cell::Relu if sum <= T::zero() => T::zero(),
                    Cell::Relu => sum,
                    _ => sum.tanh_of(),
                };
            }
            store(&new, s.y, from + part * W);
        }
    }
}

#[inline(always)]
fn gru<T: Elementary<M>, M, const W: usize, const P: usize>(spec: &RecurrentSpec, s: &mut Stepping<'_, T>) {
    for from in pieces(spec.hidden, P * W) {
        let Sums { of_input, even, odd } = sums::<T, M, W, 3, P>(spec, s, from);
        for part in 0..P {
            let ([r, z, n], [r_a, z_a, n_a], [r_b, z_b, n_b]) = (&of_input[part], &even[part], &odd[part]);
            let before = load::<T, W>(s.h, from + part * W);
            let mut new = [T::zero(); W];
            for k in 0..W {
                let (r, z) = (sigmoid(r[k] + (r_a[k] + r_b[k])), sigmoid(z[k] + (z_a[k] + z_b[k])));
                let n = r.multiply_add(n_a[k] + n_b[k], n[k]).tanh_of();
                new[k] = z.multiply_add(before[k] - n, n);
            }
            store(&new, s.y, from + part * W);
        }
    }
}

#[inline(always)]
fn lstm<T: Elementary<M>, M, const W: usize, const P: usize>(spec: &RecurrentSpec, s: &mut Stepping<'_, T>) {
    for from in pieces(spec.hidden, P * W) {
        let Sums { even, odd, .. } = sums::<T, M, W, 4, P>(spec, s, from);
        for part in 0..P {
            let [[i, f, g, o], [i_h, f_h, g_h, o_h]] = [odd[part], even[part]];
            let before = load::<T, W>(s.c, from + part * W);
            let (mut state, mut new) = ([T::zero(); W], [T::zero(); W]);
            for k in 0..W {
                let (i, f) = (sigmoid(i[k] + i_h[k]), sigmoid(f[k] + f_h[k]));
                let (g, o) = ((g[k] + g_h[k]).tanh_of(), sigmoid(o[k] + o_h[k]));
                state[k] = f.multiply_add(before[k], i * g);
                new[k] = o * state[k].tanh_of();
            }
            store(&state, s.c_n, from + part * W);
            store(&new, s.y, from + part * W);
        }
    }
}

/// The rows of weights, behind them the biases, from one unit on.
#[derive(Clone, Copy)]
struct Weights<'a, T> {
    rows: Rows<'a, T>,
    hidden: usize,
    from: usize,
}

impl<T: Real> Weights<'_, T> {
    /// Where the units of a part begin in the row of a gate.
    #[inline(always)]
    fn place(self, gate: usize, part: usize, width: usize) -> usize {
        gate * self.hidden + self.from + part * width
    }

    /// What a row has for `W` units of a gate.
    ///
    /// # Safety
    ///
    /// The parameters have such a row with that gate, and the gate these units.
    #[inline(always)]
    unsafe fn piece<const W: usize>(self, row: usize, gate: usize, part: usize) -> [T; W] {
        // SAFETY: by the contract.
        unsafe { self.rows.piece(row, self.place(gate, part, W)) }
    }

    /// Adds `x` times a row.
    ///
    /// # Safety
    ///
    /// As for `piece`, for all gates and parts of the sums.
    #[inline(always)]
    unsafe fn add<M, const W: usize, const G: usize, const P: usize>(
        self,
        sums: &mut [[[T; W]; G]; P],
        row: usize,
        x: T,
    ) where
        T: Elementary<M>,
    {
        for (part, sums) in sums.iter_mut().enumerate() {
            for (gate, sums) in sums.iter_mut().enumerate() {
                // SAFETY: by the contract.
                unsafe { self.rows.add(sums, row, self.place(gate, part, W), x) };
            }
        }
    }
}

/// Parts of the sums of `P` pieces of `W` units for each of `G` gates, biases included: what the inputs give, and two of what
/// the state gives, which are ready at the same time. Of all cells but a GRU, whose inputs stand apart, `odd` has both.
struct Sums<T, const W: usize, const G: usize, const P: usize> {
    of_input: [[[T; W]; G]; P],
    even: [[[T; W]; G]; P],
    odd: [[[T; W]; G]; P],
}

#[inline(always)]
fn sums<T: Elementary<M>, M, const W: usize, const G: usize, const P: usize>(
    spec: &RecurrentSpec,
    &mut Stepping { parameters, x, h, .. }: &mut Stepping<'_, T>,
    from: usize,
) -> Sums<T, W, G, P> {
    let (hidden, width) = (spec.hidden, G * spec.hidden);
    let rows = spec.inputs + hidden;
    let biases = if spec.bias { 2 } else { 0 };
    assert!(parameters.len() >= (rows + biases) * width && from + P * W <= hidden);
    assert!(x.len() <= spec.inputs && h.len() <= hidden);
    let weights = Weights { rows: Rows { values: parameters, width }, hidden, from };
    let zero = [[[T::zero(); W]; G]; P];
    let (mut of_input, mut even) = (zero, zero);
    if spec.bias {
        for part in 0..P {
            for gate in 0..G {
                // SAFETY: all rows and biases are there, and the units are the layer's, as was asserted.
                unsafe {
                    of_input[part][gate] = weights.piece(rows, gate, part);
                    even[part][gate] = weights.piece(rows + 1, gate, part);
                }
            }
        }
    }
    for (row, &x) in x.iter().enumerate() {
        // SAFETY: as above; there are as many rows.
        unsafe { weights.add(&mut of_input, row, x) };
    }
    let mut odd = if G == 3 { zero } else { of_input };
    let (pairs, last) = h.as_chunks::<2>();
    for (i, &[a, b]) in pairs.iter().enumerate() {
        // SAFETY: as above.
        unsafe {
            weights.add(&mut even, spec.inputs + 2 * i, a);
            weights.add(&mut odd, spec.inputs + 2 * i + 1, b);
        }
    }
    if let [x] = last {
        // SAFETY: as above.
        unsafe { weights.add(&mut even, spec.inputs + h.len() - 1, *x) };
    }
    Sums { of_input, even, odd }
}

/// `W` units from one on; of an empty state, zeros.
#[inline(always)]
fn load<T: Real, const W: usize>(x: &[T], from: usize) -> [T; W] {
    x.get(from..).and_then(|x| x.first_chunk()).copied().unwrap_or([T::zero(); W])
}

/// Puts them back.
#[inline(always)]
fn store<T: Real, const W: usize>(units: &[T; W], x: &mut [T], from: usize) {
    x[from..][..W].copy_from_slice(units);
}
