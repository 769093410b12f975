//! Batch normalisation of rows of channels, `x: [rows, channels]`.
//!
//! A row is often short (3 channels, 16), so the loops run over several rows at once: all vectors of one element for
//! each channel are repeated until they are `width` long. Sums over rows go through `SHARDS` shards that depend on
//! the number of rows alone and are added in a fixed tree, so they have the same bits however many threads there are.
//!
//! The loops themselves are in `batch_norm_loops.rs`, which [`map`](super::map) compiles for each
//! instruction set.

use super::batch_norm_loops::shard_rows;
use super::math::Elementary;
use super::split::{at, cut, enough, parts};
use crate::Real;

/// How many partial sums there are.
pub(super) const SHARDS: usize = 16;
/// How long the loops should be at least.
const LONG: usize = 128;
/// How long they may be for the sake of whole vectors.
const VERY_LONG: usize = 2048;
/// The most lanes of a vector.
const LANES: usize = 16;

/// The length of the repeated vectors: a multiple of `channels`, and of any vector unless that were very long.
pub(super) const fn width(channels: usize) -> usize {
    if channels == 0 {
        return 0;
    }
    let mut whole = channels;
    while !whole.is_multiple_of(LANES) {
        whole *= 2;
    }
    let unit = if whole <= VERY_LONG { whole } else { channels };
    unit * LONG.div_ceil(unit)
}

/// How much room a pass takes, in scalars: forward as much as backward.
#[must_use]
pub const fn scratch_len(channels: usize) -> usize {
    (2 * SHARDS + 4) * width(channels)
}

/// Sums over the rows of `x` (`len` scalars) into `out`, by `add(from, to, shard)` for each shard's range.
fn sums<T: Real>(
    channels: usize,
    len: usize,
    shards: &mut [T],
    out: &mut [T],
    add: impl Fn(usize, usize, &mut [T]) + Sync,
) {
    let part = shards.len() / SHARDS;
    cut(shards, part, enough(len), |s, shard| {
        let own = shard_rows(len / channels, s);
        add(own.start * channels, own.end * channels, shard);
    });
    T::batch_norm_fold(channels, shards, out);
}

/// How many weights there are (and as many biases): one for each channel, or none where the parameters are the running
/// statistics alone.
fn weights(channels: usize, parameters: usize) -> usize {
    if parameters < 4 * channels { 0 } else { channels }
}

/// The parameters: weight, bias (both may be empty), running mean and running variance.
fn quarters<T>(channels: usize, parameters: &[T]) -> [&[T]; 4] {
    let weights = weights(channels, parameters.len());
    let (weight, rest) = parameters.split_at(weights);
    let (bias, rest) = rest.split_at(weights);
    let (mean, rest) = rest.split_at(channels);
    [weight, bias, mean, &rest[..channels]]
}

/// `y = (x - mean) inverse weight + bias`; empty `weight` and `bias` are 1 and 0.
fn apply<T: Real>(
    channels: usize,
    [mean, inverse, weight, bias]: [&[T]; 4],
    x: &[T],
    y: &mut [T],
    scratch: &mut [T],
) {
    let width = width(channels);
    let (wide, rest) = scratch.split_at_mut(3 * width);
    let values = &mut rest[..3 * channels];
    values[..channels].copy_from_slice(mean);
    values[channels..2 * channels].copy_from_slice(inverse);
    for (v, &w) in values[channels..].iter_mut().zip(weight) {
        *v *= w;
    }
    values[2 * channels..].fill(T::zero());
    values[2 * channels..][..bias.len()].copy_from_slice(bias);
    T::batch_norm_widen(channels, values, wide);
    let wide = &*wide;
    parts(y, width, 1, |from, y| T::batch_norm_normalise(at(x, from, y.len()), wide, y));
}

/// With the running statistics: `y = (x - mean) / √(var + eps) · weight + bias`.
///
/// `parameters` are weight, bias, running mean and running variance, `channels` each, or the last two alone. An empty `x`
/// means that the values stand in `y`.
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
    let (inverse, scratch) = scratch.split_at_mut(channels);
    for (i, &var) in inverse.iter_mut().zip(var) {
        *i = T::one() / (var + T::of(eps)).sqrt();
    }
    apply(channels, [mean, inverse, weight, bias], x, y, scratch);
}

/// With the batch's own statistics; `saved` gets its mean, `1 / √(var + eps)` of the biased variance, and the unbiased
/// variance, `channels` each.
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
    let (mean, rest) = saved.split_at_mut(channels);
    let (inverse, var) = rest.split_at_mut(channels);
    let count = T::of((y.len() / channels) as f64);
    {
        let values = if x.is_empty() { &*y } else { x };
        let rows = values.len() / channels;
        let shards = &mut scratch[..2 * SHARDS * width];
        cut(shards, 2 * width, enough(values.len()), |s, shard| {
            let own = shard_rows(rows, s);
            T::batch_norm_statistics(channels, &values[own.start * channels..own.end * channels], shard);
        });
        T::batch_norm_merge(channels, rows, shards, mean, &mut var[..channels]);
    }
    let freedom = if count > T::one() { count - T::one() } else { T::one() };
    for (var, inverse) in var.iter_mut().zip(&mut *inverse) {
        *inverse = T::one() / (*var / count + T::of(eps)).sqrt();
        *var /= freedom;
    }
    apply(channels, [mean, inverse, weight, bias], x, y, scratch);
}

/// With `x̂ = (x - mean) / √(var + eps)` over `n` rows: `dbias = Σ dy`, `dweight = Σ dy x̂`,
/// `dx = weight / √(var + eps) (dy - dbias / n - x̂ dweight / n)`.
///
/// The running statistics' places in `dparameters` get the batch's mean and unbiased variance; without a `weight` they
/// are all of it. An empty `dx` is not computed; an empty `dy` means that it stands in `dx`.
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
    let (shards, wide) = scratch.split_at_mut(2 * SHARDS * width);
    let (wide_mean, wide) = wide.split_at_mut(width);
    T::batch_norm_widen(channels, mean, wide_mean);
    let (learned, running) = dparameters.split_at_mut(2 * weight.len());
    // Without weights the two sums are needed all the same.
    let both = if weight.is_empty() { &mut wide[..2 * channels] } else { learned };
    {
        let (gradients, wide_mean) = (if dy.is_empty() { &*dx } else { dy }, &*wide_mean);
        sums(channels, x.len(), shards, both, |from, to, shard| {
            T::batch_norm_products(&x[from..to], &gradients[from..to], wide_mean, shard);
        });
    }
    // They were summed in the other order.
    let (dweight, dbias) = both.split_at_mut(channels);
    dweight.swap_with_slice(dbias);
    for (d, &i) in dweight.iter_mut().zip(inverse) {
        *d *= i;
    }
    running[..channels].copy_from_slice(mean);
    running[channels..2 * channels].copy_from_slice(&var[..channels]);
    if dx.is_empty() {
        return;
    }
    let count = T::of((x.len() / channels) as f64);
    // The shards have been added, so their place is free.
    let (scale, rest) = shards.split_at_mut(channels);
    let (slope, rest) = rest.split_at_mut(channels);
    let offset = &mut rest[..channels];
    for c in 0..channels {
        scale[c] = weight.get(c).map_or(inverse[c], |&w| w * inverse[c]);
        slope[c] = -scale[c] * inverse[c] * dweight[c] / count;
        offset[c] = -scale[c] * dbias[c] / count;
    }
    T::batch_norm_widen(channels, &shards[..3 * channels], &mut wide[..3 * width]);
    let wide = &scratch[2 * SHARDS * width..][..4 * width];
    parts(dx, width, 1, |from, dx| {
        T::batch_norm_gradient(&x[from..from + dx.len()], at(dy, from, dx.len()), wide, dx);
    });
}

/// Where training too used the running statistics, which are constants then: `dbias = Σ dy`, `dweight = Σ dy x̂`,
/// `dx = weight / √(var + eps) dy`. `parameters` and `dparameters` are as in [`batch_norm`], and the running statistics
/// have no gradient. Without weights `x` is not read. An empty `dx` is not computed; an empty `dy` stands in `dx`.
#[expect(clippy::too_many_arguments, reason = "the pass's slices, each of a meaning of its own")]
pub(super) fn batch_norm_running_backward<T: Elementary>(
    channels: usize,
    eps: f64,
    parameters: &[T],
    x: &[T],
    dy: &[T],
    dx: &mut [T],
    dparameters: &mut [T],
    scratch: &mut [T],
) {
    dparameters.fill(T::zero());
    if channels == 0 {
        return;
    }
    let width = width(channels);
    let [weight, _, mean, var] = quarters(channels, parameters);
    let (values, scratch) = scratch.split_at_mut(2 * channels);
    let (inverse, zeros) = values.split_at_mut(channels);
    for (i, &var) in inverse.iter_mut().zip(var) {
        *i = T::one() / (var + T::of(eps)).sqrt();
    }
    zeros.fill(T::zero());
    if !weight.is_empty() && !x.is_empty() {
        let gradients = if dy.is_empty() { &*dx } else { dy };
        let (shards, wide_mean) = scratch.split_at_mut(2 * SHARDS * width);
        let wide_mean = &mut wide_mean[..width];
        T::batch_norm_widen(channels, mean, wide_mean);
        let (wide_mean, both) = (&*wide_mean, &mut dparameters[..2 * channels]);
        sums(channels, x.len(), shards, both, |from, to, shard| {
            T::batch_norm_products(&x[from..to], &gradients[from..to], wide_mean, shard);
        });
        // They were summed in the other order.
        let (dweight, dbias) = both.split_at_mut(channels);
        dweight.swap_with_slice(dbias);
        for (d, &i) in dweight.iter_mut().zip(&*inverse) {
            *d *= i;
        }
    }
    // A line through the origin, so what normalises forward serves.
    apply(channels, [zeros, inverse, weight, &[]], dy, dx, scratch);
}

/// The gradient by each channel's slope of a learned rectifier, `Σ dy x` over the rows where `x <= 0`; the room is
/// [`scratch_len`].
pub(crate) fn sum_slopes<T: Real>(channels: usize, x: &[T], dy: &[T], out: &mut [T], scratch: &mut [T]) {
    if channels == 0 || x.is_empty() {
        out.fill(T::zero());
        return;
    }
    let shards = &mut scratch[..SHARDS * width(channels)];
    sums(channels, x.len(), shards, out, |from, to, shard| {
        T::prelu_slopes(&x[from..to], &dy[from..to], shard);
    });
}
