//! One row times a matrix of few numbers: most products of networks that run a sample at a time.
//!
//! A tile's call, which carries any distance and any size, takes longer than such a product. Here some columns at a time
//! stay in registers, with four sums apart that follow the rows in turn, since sums that each wait for the one before
//! would leave the machine idle.

use super::math::{Elementary, OPTIMIZED};
use crate::Real;
use crate::layers::dense::DenseSpec;

/// The multiply-adds up to which this is the shorter way.
const WORK: usize = 4096;
/// The sums of a column.
const APART: usize = 4;

/// Whether a product of one row is short. Without an optimizer these loops would be slower than a tile, which is assembly.
pub(super) const fn is_short(spec: &DenseSpec) -> bool {
    OPTIMIZED && spec.inputs * spec.outputs <= WORK
}

/// `y[o] = b[o] + Σᵢ x[i] w[i][o]`, with `b` behind `w`.
#[inline(always)]
pub(super) fn dense<T: Elementary<M>, M>(spec: &DenseSpec, parameters: &[T], x: &[T], y: &mut [T]) {
    let (inputs, outputs) = (spec.inputs, spec.outputs);
    let (weights, bias) = parameters.split_at(inputs * outputs);
    let bias = if spec.bias { &bias[..outputs] } else { &[] };
    let (x, y) = (&x[..inputs], &mut y[..outputs]);
    match outputs {
        16.. => columns::<T, M, 16>(weights, bias, x, y),
        8.. => columns::<T, M, 8>(weights, bias, x, y),
        4.. => columns::<T, M, 4>(weights, bias, x, y),
        2.. => columns::<T, M, 2>(weights, bias, x, y),
        1 => column::<T, M>(weights, bias, x, y),
        _ => {}
    }
}

/// `W` columns at a time; of the rest rather some again than each by itself.
#[inline(always)]
fn columns<T: Elementary<M>, M, const W: usize>(weights: &[T], bias: &[T], x: &[T], y: &mut [T]) {
    let weights = Rows { values: weights, width: y.len() };
    assert!(weights.values.len() >= x.len() * y.len() && y.len() >= W);
    for from in (0..y.len()).step_by(W) {
        let from = from.min(y.len() - W);
        let mut sums = [[T::zero(); W]; APART];
        if let Some(bias) = bias.get(from..).and_then(|bias| bias.first_chunk()) {
            sums[0] = *bias;
        }
        let (fours, rest) = x.as_chunks::<APART>();
        for (i, four) in fours.iter().enumerate() {
            for (u, (sums, &x)) in sums.iter_mut().zip(four).enumerate() {
                // SAFETY: there is a row for each x, and it has these columns, as was asserted.
                unsafe { weights.add(sums, APART * i + u, from, x) };
            }
        }
        for (u, (sums, &x)) in sums.iter_mut().zip(rest).enumerate() {
            // SAFETY: as above.
            unsafe { weights.add(sums, APART * fours.len() + u, from, x) };
        }
        let [a, b, c, d] = sums;
        let mut sum = [T::zero(); W];
        for k in 0..W {
            sum[k] = (a[k] + b[k]) + (c[k] + d[k]);
        }
        y[from..from + W].copy_from_slice(&sum);
    }
}

/// The only column: its weights lie side by side.
#[inline(always)]
fn column<T: Elementary<M>, M>(weights: &[T], bias: &[T], x: &[T], y: &mut [T]) {
    const LANES: usize = 8;
    let mut lanes = [T::zero(); LANES];
    let ((weights, last_weights), (x, last)) = (weights.as_chunks::<LANES>(), x.as_chunks::<LANES>());
    for (weights, x) in weights.iter().zip(x) {
        for k in 0..LANES {
            lanes[k] = weights[k].multiply_add(x[k], lanes[k]);
        }
    }
    let mut sum = bias.first().copied().unwrap_or(T::zero());
    for (&weight, &x) in last_weights.iter().zip(last) {
        sum = weight.multiply_add(x, sum);
    }
    let mut width = LANES / 2;
    while width > 0 {
        for k in 0..width {
            lanes[k] += lanes[k + width];
        }
        width /= 2;
    }
    y[0] = lanes[0] + sum;
}

/// Rows of weights, of which pieces are read without a check for each: there would be more of those than of
/// multiplications. By functions, not closures, since what is not put in place would not have the instructions of whoever
/// calls.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a, T> {
    /// Row after row.
    pub values: &'a [T],
    /// The length of one.
    pub width: usize,
}

impl<T: Real> Rows<'_, T> {
    /// `W` numbers of a row.
    ///
    /// # Safety
    ///
    /// There is such a row, and it has as many from there on.
    #[inline(always)]
    pub unsafe fn piece<const W: usize>(self, row: usize, from: usize) -> [T; W] {
        // SAFETY: what is read ends with the row at the latest, by the contract.
        unsafe { self.values.as_ptr().add(row * self.width + from).cast::<[T; W]>().read_unaligned() }
    }

    /// Adds `x` times `W` numbers of a row.
    ///
    /// # Safety
    ///
    /// As for [`piece`](Rows::piece).
    #[inline(always)]
    pub unsafe fn add<M, const W: usize>(self, sums: &mut [T; W], row: usize, from: usize, x: T)
    where
        T: Elementary<M>,
    {
        // SAFETY: by the contract.
        let weights: [T; W] = unsafe { self.piece(row, from) };
        for k in 0..W {
            sums[k] = weights[k].multiply_add(x, sums[k]);
        }
    }
}
