//! Sums whose order does not depend on the instruction set, and which still become vector code.

use crate::Real;

/// How many sums run side by side.
pub(super) const LANES: usize = 16;

/// `Σ f(x)`: element `i` goes to sum `i % LANES`, and the sums are added in a fixed tree.
#[inline(always)]
pub(super) fn sum<T: Real>(x: &[T], f: impl Fn(T) -> T) -> T {
    fold(x, T::zero(), |sum, x| sum + f(x), |a, b| a + b)
}

/// `Σ f(x, y)` in the order of [`sum`].
#[inline(always)]
pub(super) fn sum_products<T: Real>(x: &[T], y: &[T], f: impl Fn(T, T) -> T) -> T {
    let mut lanes = [T::zero(); LANES];
    let (x, x_rest) = x.as_chunks::<LANES>();
    let (y, y_rest) = y.as_chunks::<LANES>();
    for (x, y) in x.iter().zip(y) {
        for k in 0..LANES {
            lanes[k] += f(x[k], y[k]);
        }
    }
    for ((lane, &x), &y) in lanes.iter_mut().zip(x_rest).zip(y_rest) {
        *lane += f(x, y);
    }
    tree(lanes, |a, b| a + b)
}

/// The largest element; NaN counts as nothing, and of nothing it is -∞.
#[inline(always)]
pub(super) fn max<T: Real>(x: &[T]) -> T {
    let larger = |max, x| if x > max { x } else { max };
    fold(x, T::neg_infinity(), larger, larger)
}

#[inline(always)]
fn fold<T: Real>(x: &[T], start: T, add: impl Fn(T, T) -> T, join: impl Fn(T, T) -> T) -> T {
    let mut lanes = [start; LANES];
    let (whole, rest) = x.as_chunks::<LANES>();
    for chunk in whole {
        for k in 0..LANES {
            lanes[k] = add(lanes[k], chunk[k]);
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane = add(*lane, x);
    }
    tree(lanes, join)
}

/// All lanes joined, those that are half of them apart first.
#[inline(always)]
pub(super) fn tree<T: Real>(mut lanes: [T; LANES], join: impl Fn(T, T) -> T) -> T {
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] = join(lanes[i], lanes[i + width]);
        }
        width /= 2;
    }
    lanes[0]
}
