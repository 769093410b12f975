//! Tables whose rows are taken by index.
//!
//! Indices stand as scalars, which hold them exactly; that they are in range was checked where they entered.

use super::columns::column_sums;
use super::math::Elementary;

/// `y = x` as scalars.
#[inline(always)]
pub(super) fn numbers_of<T: Elementary>(x: &[u32], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = T::of(f64::from(x));
    }
}

/// `y[i] = table[indices[i]]`, rows of `width`.
#[inline(always)]
pub(super) fn look_up<T: Elementary>(width: usize, indices: &[T], table: &[T], y: &mut [T]) {
    for (y, &index) in y.chunks_exact_mut(width).zip(indices) {
        y.copy_from_slice(&table[place(index) * width..][..width]);
    }
}

/// `sums[r] = Σ dy[i]` over all `i` with `indices[i] = first + r`, in their order; the row `skipped` stays zero.
#[inline(always)]
pub(super) fn add_rows<T: Elementary>(
    first: usize,
    skipped: usize,
    width: usize,
    indices: &[T],
    dy: &[T],
    sums: &mut [T],
) {
    sums.fill(T::zero());
    let rows = sums.len() / width;
    for (dy, &index) in dy.chunks_exact(width).zip(indices) {
        let index = place(index);
        if index == skipped || !(first..first + rows).contains(&index) {
            continue;
        }
        for (sum, &dy) in sums[(index - first) * width..][..width].iter_mut().zip(dy) {
            *sum += dy;
        }
    }
}

#[inline(always)]
fn place<T: Elementary>(index: T) -> usize {
    index.widen() as usize
}

/// `sums[i] = Σ x[n][from + i]` over all samples `n` of `len` numbers each.
#[inline(always)]
pub(super) fn sum_samples<T: Elementary>(len: usize, from: usize, x: &[T], sums: &mut [T]) {
    let samples = x.len() / len.max(1);
    column_sums(samples, sums.len(), [sums], |sample, first, count, [partial]| {
        let row = &x[sample * len + from + first..][..count];
        for (sum, &x) in partial.iter_mut().zip(row) {
            *sum += x;
        }
    });
}
