//! Soft-max over the middle axis of `[rows, len, inner]`.

use super::lanes::{LANES, max, sum};
use super::math::Elementary;
use crate::Real;

/// Up to which length rows are worked on together, and how many numbers at once: a loop over ten of them alone would not
/// become vector code.
const BLOCK: usize = 512;

/// Soft-max of each row, or its logarithm; an empty `x` means that the values stand in `y`.
///
/// With `m` the largest value: `y = e^(x - m) / Σ e^(x - m)`. Where all values are -∞ the probabilities are 0.
#[inline(always)]
pub(super) fn softmax<T: Elementary<M>, M>(len: usize, inner: usize, log: bool, x: &[T], y: &mut [T]) {
    if len == 0 || inner == 0 {
        return;
    }
    if !x.is_empty() {
        y.copy_from_slice(x);
    }
    if inner > 1 {
        for y in y.chunks_exact_mut(len * inner) {
            columns(len, inner, log, y);
        }
    } else if len > BLOCK {
        for y in y.chunks_exact_mut(len) {
            row(log, y);
        }
    } else {
        for y in y.chunks_mut(BLOCK / len * len) {
            rows(len, log, y);
        }
    }
}

/// The shift that makes all exponents at most 0; none where all values are -∞, whose differences would be NaN.
#[inline(always)]
fn shift<T: Real>(max: T) -> T {
    if max == T::neg_infinity() { T::zero() } else { max }
}

#[inline(always)]
fn row<T: Elementary<M>, M>(log: bool, y: &mut [T]) {
    let max = shift(max(y));
    if log {
        let total = sum(y, |v| (v - max).exp_of_negative());
        let total = ln_or_zero(total);
        for v in y {
            // In this order: next to a large `max` the logarithm would be rounded away.
            *v = (*v - max) - total;
        }
    } else {
        for v in &mut *y {
            *v = (*v - max).exp_of_negative();
        }
        let scale = inverse(sum(y, |v| v));
        for v in y {
            *v *= scale;
        }
    }
}

/// As [`row`], for at most [`BLOCK`] numbers in whole rows.
#[inline(always)]
fn rows<T: Elementary<M>, M>(len: usize, log: bool, y: &mut [T]) {
    for y in y.chunks_exact_mut(len) {
        let max = shift(max(y));
        for v in y {
            *v -= max;
        }
    }
    let mut powers = [T::zero(); BLOCK];
    for (e, &v) in powers.iter_mut().zip(&*y) {
        *e = v.exp_of_negative();
    }
    for (y, powers) in y.chunks_exact_mut(len).zip(powers.chunks_exact(len)) {
        let total = sum(powers, |e| e);
        if log {
            let total = ln_or_zero(total);
            for v in y {
                *v -= total;
            }
        } else {
            let scale = inverse(total);
            for (v, &e) in y.iter_mut().zip(powers) {
                *v = e * scale;
            }
        }
    }
}

/// `ln x`, and 0 for the sum of a row that is -∞ throughout: it stays -∞.
#[inline(always)]
fn ln_or_zero<T: Real>(x: T) -> T {
    if x == T::zero() { x } else { x.ln() }
}

/// `1 / x`, and 0 for the sum of a row that is -∞ throughout.
#[inline(always)]
fn inverse<T: Real>(x: T) -> T {
    if x == T::zero() { x } else { T::one() / x }
}

/// The soft-max down the columns of `[len, inner]`, a few columns at a time.
#[inline(always)]
fn columns<T: Elementary<M>, M>(len: usize, inner: usize, log: bool, y: &mut [T]) {
    for first in (0..inner).step_by(LANES) {
        let width = LANES.min(inner - first);
        let mut max = [T::neg_infinity(); LANES];
        let mut total = [T::zero(); LANES];
        for i in 0..len {
            for (m, &v) in max.iter_mut().zip(&y[i * inner + first..][..width]) {
                *m = if v > *m { v } else { *m };
            }
        }
        let max = max.map(shift);
        for i in 0..len {
            for ((t, &m), v) in total.iter_mut().zip(&max).zip(&mut y[i * inner + first..][..width]) {
                let e = (*v - m).exp_of_negative();
                *t += e;
                if !log {
                    *v = e;
                }
            }
        }
        let last = if log { total.map(ln_or_zero) } else { total.map(inverse) };
        for i in 0..len {
            for ((&s, &m), v) in last.iter().zip(&max).zip(&mut y[i * inner + first..][..width]) {
                *v = if log { (*v - m) - s } else { *v * s };
            }
        }
    }
}

/// `dx = y (dy - Σ y dy)`, or for the logarithm `dx = dy - e^y Σ dy`; an empty `dy` means that it stands in `dx`.
#[inline(always)]
pub(super) fn softmax_backward<T: Elementary<M>, M>(
    len: usize,
    inner: usize,
    log: bool,
    y: &[T],
    dy: &[T],
    dx: &mut [T],
) {
    if len == 0 || inner == 0 {
        return;
    }
    if !dy.is_empty() {
        dx.copy_from_slice(dy);
    }
    let size = len * inner;
    for (dx, y) in dx.chunks_exact_mut(size).zip(y.chunks_exact(size)) {
        if inner == 1 { row_backward(log, y, dx) } else { columns_backward(len, inner, log, y, dx) }
    }
}

#[inline(always)]
fn row_backward<T: Elementary<M>, M>(log: bool, y: &[T], dx: &mut [T]) {
    if log {
        let total = sum(dx, |d| d);
        for (d, &y) in dx.iter_mut().zip(y) {
            *d -= y.exp_of_negative() * total;
        }
    } else {
        // Formed in place: `dx` becomes `y dy` on the way.
        for (d, &y) in dx.iter_mut().zip(y) {
            *d *= y;
        }
        let total = sum(dx, |d| d);
        for (d, &y) in dx.iter_mut().zip(y) {
            *d -= y * total;
        }
    }
}

#[inline(always)]
fn columns_backward<T: Elementary<M>, M>(len: usize, inner: usize, log: bool, y: &[T], dx: &mut [T]) {
    for first in (0..inner).step_by(LANES) {
        let width = LANES.min(inner - first);
        let mut total = [T::zero(); LANES];
        for i in 0..len {
            let at = i * inner + first..i * inner + first + width;
            for ((t, d), &y) in total.iter_mut().zip(&mut dx[at.clone()]).zip(&y[at]) {
                if !log {
                    *d *= y;
                }
                *t += *d;
            }
        }
        for i in 0..len {
            let at = i * inner + first..i * inner + first + width;
            for ((&t, d), &y) in total.iter().zip(&mut dx[at.clone()]).zip(&y[at]) {
                *d -= if log { y.exp_of_negative() * t } else { y * t };
            }
        }
    }
}
