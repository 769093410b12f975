//! Batch normalisation of rows of channels, `x: [rows, channels]`.
//!
//! A row is often short (3 channels, 16), so the loops run over several rows at once: all vectors of one element for
//! each channel are repeated until they are [`width`] long. Sums over rows go through [`SHARDS`] shards that depend on
//! the number of rows alone and are added in a fixed tree, so they have the same bits however many threads there are.

use super::math::Elementary;

/// How many partial sums there are.
const SHARDS: usize = 16;
/// How long the loops should be at least.
const LONG: usize = 128;

/// The length of the repeated vectors: a multiple of `channels`.
const fn width(channels: usize) -> usize {
    if channels == 0 { 0 } else { channels * LONG.div_ceil(channels) }
}

/// How much room a training pass takes, in scalars: forward as much as backward.
#[must_use]
pub const fn scratch_len(channels: usize) -> usize {
    (2 * SHARDS + 4) * width(channels)
}

/// `Σ` over the rows of shard `s`, for every shard, by `add(from, to, sums)` over a range of `x`, folded into `out`.
#[inline(always)]
fn sums<T: Elementary>(
    channels: usize,
    len: usize,
    shards: &mut [T],
    out: &mut [T],
    mut add: impl FnMut(usize, usize, &mut [T]),
) {
    let width = width(channels);
    let each = (len / channels).div_ceil(SHARDS) * channels;
    shards.fill(T::zero());
    for (s, sums) in shards.chunks_exact_mut(width).enumerate() {
        let mut from = (s * each).min(len);
        let end = (from + each).min(len);
        while from < end {
            let to = (from + width).min(end);
            add(from, to, &mut sums[..to - from]);
            from = to;
        }
    }
    let mut half = SHARDS / 2;
    while half > 0 {
        let (low, high) = shards.split_at_mut(half * width);
        for (l, &h) in low.iter_mut().zip(&*high) {
            *l += h;
        }
        half /= 2;
    }
    out.fill(T::zero());
    for row in shards[..width].chunks_exact(channels) {
        for (o, &s) in out.iter_mut().zip(row) {
            *o += s;
        }
    }
}

/// `value` again and again until `wide` is full.
#[inline(always)]
fn repeat<T: Elementary>(wide: &mut [T], channels: usize, value: impl Fn(usize) -> T) {
    for row in wide.chunks_exact_mut(channels) {
        for (c, w) in row.iter_mut().enumerate() {
            *w = value(c);
        }
    }
}

/// `y = (x - mean) scale + bias`; an empty `x` means that the values stand in `y`.
#[inline(always)]
fn normalise<T: Elementary>(x: &[T], mean: &[T], scale: &[T], bias: &[T], y: &mut [T]) {
    let width = mean.len();
    if x.is_empty() {
        for y in y.chunks_mut(width) {
            for (((y, &m), &s), &b) in y.iter_mut().zip(mean).zip(scale).zip(bias) {
                *y = (*y - m) * s + b;
            }
        }
    } else {
        for (y, x) in y.chunks_mut(width).zip(x.chunks(width)) {
            for ((((y, &x), &m), &s), &b) in y.iter_mut().zip(x).zip(mean).zip(scale).zip(bias) {
                *y = (x - m) * s + b;
            }
        }
    }
}

/// With the running statistics: `y = (x - mean) / √(var + eps) · weight + bias`.
///
/// `parameters` are weight, bias, running mean and running variance, `channels` each. An empty `x` means that the
/// values stand in `y`.
#[inline(always)]
pub(super) fn batch_norm<T: Elementary>(
    channels: usize,
    eps: f64,
    parameters: &[T],
    x: &[T],
    y: &mut [T],
    scratch: &mut [T],
) {
    if channels == 0 {
        return;
    }
    let [weight, bias, mean, var] = quarters(channels, parameters);
    let width = width(channels);
    let (wide_mean, rest) = scratch.split_at_mut(width);
    let (scale, rest) = rest.split_at_mut(width);
    let wide_bias = &mut rest[..width];
    repeat(wide_mean, channels, |c| mean[c]);
    repeat(scale, channels, |c| weight[c] / (var[c] + T::of(eps)).sqrt());
    repeat(wide_bias, channels, |c| bias[c]);
    normalise(x, wide_mean, scale, wide_bias, y);
}

#[inline(always)]
fn quarters<T>(channels: usize, parameters: &[T]) -> [&[T]; 4] {
    let (weight, rest) = parameters.split_at(channels);
    let (bias, rest) = rest.split_at(channels);
    let (mean, rest) = rest.split_at(channels);
    [weight, bias, mean, &rest[..channels]]
}

/// With the batch's own statistics; `saved` gets its mean, `1 / √(var + eps)` of the biased variance, and the unbiased
/// variance, `channels` each.
#[inline(always)]
pub(super) fn batch_norm_train<T: Elementary>(
    channels: usize,
    eps: f64,
    parameters: &[T],
    x: &[T],
    y: &mut [T],
    saved: &mut [T],
    scratch: &mut [T],
) {
    if channels == 0 || y.is_empty() {
        return;
    }
    let [weight, bias, ..] = quarters(channels, parameters);
    let width = width(channels);
    let (shards, wide) = scratch.split_at_mut(SHARDS * width);
    let (wide_mean, rest) = wide.split_at_mut(width);
    let (scale, rest) = rest.split_at_mut(width);
    let wide_bias = &mut rest[..width];
    let (mean, rest) = saved.split_at_mut(channels);
    let (inverse, var) = rest.split_at_mut(channels);
    let count = T::of((y.len() / channels) as f64);

    let values = if x.is_empty() { &*y } else { x };
    sums(channels, values.len(), shards, mean, |from, to, sums| {
        for (s, &x) in sums.iter_mut().zip(&values[from..to]) {
            *s += x;
        }
    });
    for m in &mut *mean {
        *m /= count;
    }
    repeat(wide_mean, channels, |c| mean[c]);
    sums(channels, values.len(), shards, var, |from, to, sums| {
        for ((s, &x), &m) in sums.iter_mut().zip(&values[from..to]).zip(&*wide_mean) {
            *s += (x - m) * (x - m);
        }
    });
    let freedom = if count > T::one() { count - T::one() } else { T::one() };
    for (var, inverse) in var.iter_mut().zip(&mut *inverse) {
        *inverse = T::one() / (*var / count + T::of(eps)).sqrt();
        *var /= freedom;
    }
    repeat(scale, channels, |c| weight[c] * inverse[c]);
    repeat(wide_bias, channels, |c| bias[c]);
    normalise(x, wide_mean, scale, wide_bias, y);
}

/// With `x̂ = (x - mean) / √(var + eps)` over `n` rows: `dbias = Σ dy`, `dweight = Σ dy x̂`,
/// `dx = weight / √(var + eps) (dy - dbias / n - x̂ dweight / n)`.
///
/// The running statistics' places in `dparameters` get the batch's mean and unbiased variance. An empty `dx` is not
/// computed; an empty `dy` means that it stands in `dx`.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "the pass's slices, each of a meaning of its own")]
pub(super) fn batch_norm_backward<T: Elementary>(
    channels: usize,
    weight: &[T],
    saved: &[T],
    x: &[T],
    dy: &[T],
    dx: &mut [T],
    dparameters: &mut [T],
    scratch: &mut [T],
) {
    if channels == 0 || x.is_empty() {
        return;
    }
    let width = width(channels);
    let (mean, rest) = saved.split_at(channels);
    let (inverse, var) = rest.split_at(channels);
    let (shards, wide) = scratch.split_at_mut(SHARDS * width);
    let (products, wide) = wide.split_at_mut(SHARDS * width);
    let (wide_mean, rest) = wide.split_at_mut(width);
    let (scale, rest) = rest.split_at_mut(width);
    let (slope, rest) = rest.split_at_mut(width);
    let offset = &mut rest[..width];
    let (dweight, rest) = dparameters.split_at_mut(channels);
    let (dbias, rest) = rest.split_at_mut(channels);
    let (running_mean, running_var) = rest.split_at_mut(channels);
    running_mean.copy_from_slice(mean);
    running_var[..channels].copy_from_slice(&var[..channels]);

    repeat(wide_mean, channels, |c| mean[c]);
    let gradients = if dy.is_empty() { &*dx } else { dy };
    sums(channels, x.len(), shards, dbias, |from, to, sums| {
        for (s, &dy) in sums.iter_mut().zip(&gradients[from..to]) {
            *s += dy;
        }
    });
    sums(channels, x.len(), products, dweight, |from, to, sums| {
        let pairs = x[from..to].iter().zip(&gradients[from..to]);
        for ((s, (&x, &dy)), &m) in sums.iter_mut().zip(pairs).zip(&*wide_mean) {
            *s += dy * (x - m);
        }
    });
    for (d, &i) in dweight.iter_mut().zip(inverse) {
        *d *= i;
    }
    if dx.is_empty() {
        return;
    }
    // dx = scale dy + slope (x - mean) + offset
    let count = T::of((x.len() / channels) as f64);
    repeat(scale, channels, |c| weight[c] * inverse[c]);
    repeat(slope, channels, |c| -(weight[c] * inverse[c]) * inverse[c] * dweight[c] / count);
    repeat(offset, channels, |c| -(weight[c] * inverse[c]) * dbias[c] / count);
    for (k, dx) in dx.chunks_mut(width).enumerate() {
        let at = k * width;
        let x = &x[at..at + dx.len()];
        let wide = wide_mean.iter().zip(&*scale).zip(&*slope).zip(&*offset);
        if dy.is_empty() {
            for ((dx, &x), (((&m, &a), &b), &c)) in dx.iter_mut().zip(x).zip(wide) {
                *dx = a * *dx + (b * (x - m) + c);
            }
        } else {
            let dy = &dy[at..at + dx.len()];
            for (((dx, &dy), &x), (((&m, &a), &b), &c)) in dx.iter_mut().zip(dy).zip(x).zip(wide) {
                *dx = a * dy + (b * (x - m) + c);
            }
        }
    }
}
