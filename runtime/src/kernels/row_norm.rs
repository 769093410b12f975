//! Normalisation of rows, each by statistics of its own: layer normalisation and that by the root mean square.
//!
//! `saved` holds mean and `1 / √(variance + eps)` of each row; without centring the mean is 0.

use super::columns::column_sums;
use super::lanes::{sum, sum_products};
use super::math::Elementary;

/// `y = (x - mean) / √(mean of (x - mean)² + eps) · weight + bias` for each row of `len`, the mean in two passes.
///
/// Without `centred` the mean is taken for 0. Empty `weight` and `bias` are 1 and 0; an empty `x` stands in `y`; an
/// empty `saved` is not written.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "the pass's slices, each of a meaning of its own")]
pub(super) fn row_norm<T: Elementary<M>, M>(
    len: usize,
    centred: bool,
    eps: f64,
    weight: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
    saved: &mut [T],
) {
    if len == 0 {
        return;
    }
    let (n, eps) = (T::of(len as f64), T::of(eps));
    for (row, y) in y.chunks_exact_mut(len).enumerate() {
        let x = if x.is_empty() { x } else { &x[row * len..][..len] };
        let from = if x.is_empty() { &*y } else { x };
        let mean = if centred { sum(from, |v| v) / n } else { T::zero() };
        let variance = sum(from, |v| (v - mean) * (v - mean)) / n;
        let inverse = T::one() / (variance + eps).sqrt();
        if let Some(saved) = saved.get_mut(2 * row..2 * row + 2) {
            saved.copy_from_slice(&[mean, inverse]);
        }
        let normal = |v: T| (v - mean) * inverse;
        match (x.is_empty(), weight.is_empty()) {
            (true, true) => y.iter_mut().for_each(|v| *v = normal(*v)),
            (true, false) => y.iter_mut().zip(weight).for_each(|(v, &w)| *v = normal(*v) * w),
            (false, true) => y.iter_mut().zip(x).for_each(|(y, &v)| *y = normal(v)),
            (false, false) => y.iter_mut().zip(x).zip(weight).for_each(|((y, &v), &w)| *y = normal(v) * w),
        }
        for (v, &b) in y.iter_mut().zip(bias) {
            *v += b;
        }
    }
}

/// With `x̂ = (x - mean) inverse` and `g = dy · weight`: `dx = inverse (g - mean of g - x̂ · mean of (g x̂))`, where the
/// mean of `g` is left out without `centred`. An empty `dy` stands in `dx`.
#[inline(always)]
pub(super) fn row_norm_backward<T: Elementary<M>, M>(
    len: usize,
    centred: bool,
    weight: &[T],
    saved: &[T],
    x: &[T],
    dy: &[T],
    dx: &mut [T],
) {
    if len == 0 {
        return;
    }
    let n = T::of(len as f64);
    for (row, dx) in dx.chunks_exact_mut(len).enumerate() {
        if !dy.is_empty() {
            dx.copy_from_slice(&dy[row * len..][..len]);
        }
        for (dx, &w) in dx.iter_mut().zip(weight) {
            *dx *= w;
        }
        let x = &x[row * len..][..len];
        let (mean, inverse) = (saved[2 * row], saved[2 * row + 1]);
        let plain = if centred { sum(dx, |g| g) / n } else { T::zero() };
        let slope = sum_products(dx, x, |g, x| g * ((x - mean) * inverse)) / n;
        for (dx, &x) in dx.iter_mut().zip(x) {
            *dx = inverse * (*dx - plain - (x - mean) * inverse * slope);
        }
    }
}

/// `dweight = Σ dy x̂` and `dbias = Σ dy` over all rows, for the columns from `from` on, as many as `dweight` has; an
/// empty `dbias` is not asked for.
#[inline(always)]
pub(super) fn row_norm_parameters<T: Elementary<M>, M>(
    len: usize,
    from: usize,
    saved: &[T],
    x: &[T],
    dy: &[T],
    dweight: &mut [T],
    dbias: &mut [T],
) {
    let columns = dweight.len();
    column_sums(saved.len() / 2, columns, [dweight, dbias], |row, first, n, [products, plain]| {
        let (mean, inverse) = (saved[2 * row], saved[2 * row + 1]);
        let start = row * len + from + first;
        let rows = x[start..][..n].iter().zip(&dy[start..][..n]);
        for ((p, s), (&x, &dy)) in products.iter_mut().zip(plain).zip(rows) {
            *p += dy * ((x - mean) * inverse);
            *s += dy;
        }
    });
}
