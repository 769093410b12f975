//! Normalisation of groups of channels within each image, `[values, channels]` with the channels innermost.
//!
//! `stats` holds for each sample mean, `1 / √(variance + eps)` and unbiased variance, each once for every channel (the
//! channels of a group have the same).

use super::columns::column_sums;
use super::math::Elementary;

/// Divides what the channels of each group have in all by `count` and gives it to each of them.
#[inline(always)]
fn share<T: Elementary>(groups: usize, values: &mut [T], count: T) {
    let each = values.len() / groups;
    for group in values.chunks_exact_mut(each) {
        let all: T = group.iter().copied().sum();
        group.fill(all / count);
    }
}

/// `y = (x - mean) / √(variance + eps) · weight + bias`, with the statistics of each sample and group, formed in two
/// passes and left in `stats`. Empty `weight` and `bias` are 1 and 0; an empty `x` stands in `y`.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "the pass's slices, each of a meaning of its own")]
pub(super) fn group_norm<T: Elementary>(
    channels: usize,
    groups: usize,
    eps: f64,
    weight: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
    stats: &mut [T],
) {
    let samples = stats.len() / (3 * channels).max(1);
    if samples == 0 {
        return;
    }
    let len = y.len() / samples;
    let values = len / channels;
    let count = (values * (channels / groups)) as f64;
    let pairs = y.chunks_exact_mut(len.max(1)).zip(stats.chunks_exact_mut(3 * channels));
    for (sample, (y, stats)) in pairs.enumerate() {
        if !x.is_empty() {
            y.copy_from_slice(&x[sample * len..][..len]);
        }
        let (mean, rest) = stats.split_at_mut(channels);
        let (inverse, variance) = rest.split_at_mut(channels);
        column_sums(values, channels, [&mut *mean], |row, first, n, [sums]| {
            for (s, &v) in sums.iter_mut().zip(&y[row * channels + first..][..n]) {
                *s += v;
            }
        });
        share(groups, mean, T::of(count));
        let (mean, one) = (&*mean, T::one());
        column_sums(values, channels, [&mut *variance], |row, first, n, [sums]| {
            let row = y[row * channels + first..][..n].iter().zip(&mean[first..]);
            for (s, (&v, &m)) in sums.iter_mut().zip(row) {
                *s += (v - m) * (v - m);
            }
        });
        share(groups, variance, T::of(count));
        let unbiased = T::of(count / (count - 1.0).max(1.0));
        for (inverse, variance) in inverse.iter_mut().zip(&mut *variance) {
            *inverse = one / (*variance + T::of(eps)).sqrt();
            *variance *= unbiased;
        }
        for y in y.chunks_exact_mut(channels) {
            for ((v, &m), &i) in y.iter_mut().zip(mean).zip(&*inverse) {
                *v = (*v - m) * i;
            }
            for ((v, &w), &b) in y.iter_mut().zip(weight).zip(bias) {
                *v = *v * w + b;
            }
        }
    }
}

/// With `x̂ = (x - mean) inverse`: `sums` gets for each sample and channel `Σ dy`, `Σ dy x̂`, and of the channel's group
/// the means of `dy · weight` and `dy x̂ · weight`.
#[inline(always)]
pub(super) fn group_norm_sums<T: Elementary>(
    channels: usize,
    groups: usize,
    weight: &[T],
    stats: &[T],
    x: &[T],
    dy: &[T],
    sums: &mut [T],
) {
    let samples = sums.len() / (4 * channels).max(1);
    if samples == 0 {
        return;
    }
    let len = x.len() / samples;
    let values = len / channels;
    let count = T::of((values * (channels / groups)) as f64);
    for (sample, sums) in sums.chunks_exact_mut(4 * channels).enumerate() {
        let (x, dy) = (&x[sample * len..][..len], &dy[sample * len..][..len]);
        let (mean, inverse) = stats[3 * channels * sample..][..2 * channels].split_at(channels);
        let (own, means) = sums.split_at_mut(2 * channels);
        let (plain, products) = own.split_at_mut(channels);
        column_sums(values, channels, [plain, products], |row, first, n, [plain, products]| {
            let start = row * channels + first;
            let row = x[start..][..n].iter().zip(&dy[start..][..n]);
            let stats = mean[first..].iter().zip(&inverse[first..]);
            let sums = plain.iter_mut().zip(products);
            for (((s, p), (&x, &dy)), (&m, &i)) in sums.zip(row).zip(stats) {
                *s += dy;
                *p += dy * ((x - m) * i);
            }
        });
        means.copy_from_slice(own);
        for means in means.chunks_exact_mut(channels) {
            for (m, &w) in means.iter_mut().zip(weight) {
                *m *= w;
            }
            share(groups, means, count);
        }
    }
}

/// `dx = inverse (dy · weight - mean of (dy · weight) - x̂ · mean of (dy x̂ · weight))`, with the means of
/// [`group_norm_sums`]; an empty `dy` stands in `dx`.
#[inline(always)]
pub(super) fn group_norm_gradient<T: Elementary>(
    channels: usize,
    weight: &[T],
    stats: &[T],
    sums: &[T],
    x: &[T],
    dy: &[T],
    dx: &mut [T],
) {
    let samples = sums.len() / (4 * channels).max(1);
    if samples == 0 {
        return;
    }
    let len = dx.len() / samples;
    for (sample, dx) in dx.chunks_exact_mut(len.max(1)).enumerate() {
        if !dy.is_empty() {
            dx.copy_from_slice(&dy[sample * len..][..len]);
        }
        let (mean, inverse) = stats[3 * channels * sample..][..2 * channels].split_at(channels);
        let (plain, slope) = sums[4 * channels * sample + 2 * channels..][..2 * channels].split_at(channels);
        let x = x[sample * len..][..len].chunks_exact(channels);
        for (dx, x) in dx.chunks_exact_mut(channels).zip(x) {
            for (dx, &w) in dx.iter_mut().zip(weight) {
                *dx *= w;
            }
            let stats = mean.iter().zip(inverse).zip(plain.iter().zip(slope));
            for ((dx, &x), ((&m, &i), (&a, &b))) in dx.iter_mut().zip(x).zip(stats) {
                *dx = i * (*dx - a - (x - m) * i * b);
            }
        }
    }
}

/// Over all samples: `bias = Σ Σ dy`, `weight = Σ Σ dy x̂` (where asked for), and in `running` (where asked for) the means
/// of the samples' means and unbiased variances.
#[inline(always)]
pub(super) fn group_norm_fold<T: Elementary>(
    channels: usize,
    sums: &[T],
    stats: &[T],
    both: &mut [T],
    running: &mut [T],
) {
    both.fill(T::zero());
    if !both.is_empty() {
        let (weight, bias) = both.split_at_mut(channels);
        for sums in sums.chunks_exact(4 * channels) {
            for ((b, w), (&s, &p)) in
                bias.iter_mut().zip(&mut *weight).zip(sums.iter().zip(&sums[channels..]))
            {
                *b += s;
                *w += p;
            }
        }
    }
    running.fill(T::zero());
    if !running.is_empty() {
        let (mean, variance) = running.split_at_mut(channels);
        let samples = T::of((stats.len() / (3 * channels)) as f64);
        for stats in stats.chunks_exact(3 * channels) {
            let values = stats.iter().zip(&stats[2 * channels..]);
            for ((mean, variance), (&m, &v)) in mean.iter_mut().zip(&mut *variance).zip(values) {
                *mean += m / samples;
                *variance += v / samples;
            }
        }
    }
}
