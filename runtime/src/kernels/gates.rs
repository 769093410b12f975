//! The learned rectifier and the gated linear unit.

use super::math::Elementary;
use crate::Real;

/// `y = x` above 0 and else `slope x`, with as many slopes as a row has elements; an empty `x` stands in `y`.
#[inline(always)]
pub(super) fn prelu<T: Real>(slopes: &[T], x: &[T], y: &mut [T]) {
    if !x.is_empty() {
        y.copy_from_slice(x);
    }
    let bend = |slope: T, y: &mut T| *y = if *y > T::zero() { *y } else { *y * slope };
    match slopes {
        // A row of one would be no loop.
        &[slope] => y.iter_mut().for_each(|y| bend(slope, y)),
        _ => {
            for y in y.chunks_exact_mut(slopes.len().max(1)) {
                for (y, &slope) in y.iter_mut().zip(slopes) {
                    bend(slope, y);
                }
            }
        }
    }
}

/// `dx = dy` above 0 and else `slope dy`; an empty `dy` stands in `dx`.
#[inline(always)]
pub(super) fn prelu_backward<T: Real>(slopes: &[T], x: &[T], dy: &[T], dx: &mut [T]) {
    if !dy.is_empty() {
        dx.copy_from_slice(dy);
    }
    let bend = |slope: T, x: T, dx: &mut T| *dx = if x > T::zero() { *dx } else { *dx * slope };
    match slopes {
        &[slope] => dx.iter_mut().zip(x).for_each(|(dx, &x)| bend(slope, x, dx)),
        _ => {
            let width = slopes.len().max(1);
            for (dx, x) in dx.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
                for ((dx, &x), &slope) in dx.iter_mut().zip(x).zip(slopes) {
                    bend(slope, x, dx);
                }
            }
        }
    }
}

/// `sums = Σ dy x` over the rows of `x` where it is at most 0.
#[inline(always)]
pub(super) fn prelu_slopes<T: Real>(x: &[T], dy: &[T], sums: &mut [T]) {
    sums.fill(T::zero());
    let width = sums.len().max(1);
    for (x, dy) in x.chunks(width).zip(dy.chunks(width)) {
        for ((s, &x), &dy) in sums.iter_mut().zip(x).zip(dy) {
            *s += dy * if x > T::zero() { T::zero() } else { x };
        }
    }
}

/// `y = a σ(b)` for each run of `half` values `a` and as many `b`.
#[inline(always)]
pub(super) fn glu<T: Elementary<M>, M>(half: usize, x: &[T], y: &mut [T]) {
    for (x, y) in x.chunks_exact(2 * half.max(1)).zip(y.chunks_exact_mut(half.max(1))) {
        let (a, b) = x.split_at(half);
        for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
            *y = a * b.sigmoid_of();
        }
    }
}

/// `da = dy σ(b)` and `db = dy a σ(b) (1 - σ(b))`.
#[inline(always)]
pub(super) fn glu_backward<T: Elementary<M>, M>(half: usize, x: &[T], dy: &[T], dx: &mut [T]) {
    let width = half.max(1);
    let rows = x.chunks_exact(2 * width).zip(dy.chunks_exact(width));
    for (dx, (x, dy)) in dx.chunks_exact_mut(2 * width).zip(rows) {
        let ((a, b), (da, db)) = (x.split_at(half), dx.split_at_mut(half));
        for (((da, db), &dy), (&a, &b)) in da.iter_mut().zip(db).zip(dy).zip(a.iter().zip(b)) {
            let s = b.sigmoid_of();
            *da = dy * s;
            *db = dy * a * s * (-b).sigmoid_of();
        }
    }
}
