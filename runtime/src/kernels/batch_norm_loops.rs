//! The loops of batch normalisation, over rows against vectors that are repeated until they are `width` long.

use super::batch_norm::{SHARDS, width};
use super::elementwise::add;
use super::isa::isa;
use super::math::Elementary;

/// `sums = Σ x` over the rows of `x`.
#[inline(always)]
pub(super) fn sum<T: Elementary>(x: &[T], sums: &mut [T]) {
    T::fill(sums, T::zero());
    let width = sums.len();
    let done = T::sweeps(isa()).map_or(0, |s| s.sum(x, sums));
    // What vectors leave is less than a row; where there are none, it is all.
    let sums = &mut sums[done % width..];
    for x in x[done..].chunks(width) {
        for (s, &x) in sums.iter_mut().zip(x) {
            *s += x;
        }
    }
}

/// `sums = Σ (x - mean)²`.
#[inline(always)]
pub(super) fn sum_squares<T: Elementary>(x: &[T], mean: &[T], sums: &mut [T]) {
    T::fill(sums, T::zero());
    let width = sums.len();
    let done = T::sweeps(isa()).map_or(0, |s| s.squares(x, mean, sums));
    let (sums, mean) = (&mut sums[done % width..], &mean[done % width..]);
    for x in x[done..].chunks(width) {
        for ((s, &x), &m) in sums.iter_mut().zip(x).zip(mean) {
            *s += (x - m) * (x - m);
        }
    }
}

/// The mean of each channel over a shard's rows, repeated until it is `width` long, and behind it as many sums of squared
/// deviations from it: the second time the rows are read they are still in the cache.
#[inline(always)]
pub(super) fn statistics<T: Elementary>(channels: usize, x: &[T], shard: &mut [T]) {
    if x.is_empty() {
        T::fill(shard, T::zero());
        return;
    }
    let (mean, squares) = shard.split_at_mut(width(channels));
    sum(x, mean);
    let rows = T::of((x.len() / channels) as f64);
    let (first, others) = mean.split_at_mut(channels);
    for row in others.chunks_exact(channels) {
        add(&[], row, first);
    }
    for m in &mut *first {
        *m /= rows;
    }
    for row in others.chunks_exact_mut(channels) {
        row.copy_from_slice(first);
    }
    sum_squares(x, mean, squares);
}

/// The rows of one of the shards that `rows` are dealt to.
#[inline(always)]
pub(super) fn shard_rows(rows: usize, shard: usize) -> core::ops::Range<usize> {
    let each = rows.div_ceil(SHARDS);
    (shard * each).min(rows)..((shard + 1) * each).min(rows)
}

/// Mean and sum of squared deviations over all `rows`, from those of the shards: `M = Σ nₛ mₛ / n`,
/// `S = Σ Sₛ + nₛ (mₛ - M)²` (Chan, Golub, LeVeque: *Updating formulae and a pairwise algorithm for computing sample
/// variances*, 1979).
#[inline(always)]
pub(super) fn merge<T: Elementary>(
    channels: usize,
    rows: usize,
    shards: &[T],
    mean: &mut [T],
    squares: &mut [T],
) {
    let width = width(channels);
    let each = |s: usize| shards[s * 2 * width..][..2 * width].split_at(width);
    let count = |s: usize| T::of(shard_rows(rows, s).len() as f64);
    let all = T::of(rows as f64);
    T::fill(mean, T::zero());
    for s in 0..SHARDS {
        for (m, &own) in mean.iter_mut().zip(each(s).0) {
            *m += count(s) * own;
        }
    }
    for m in &mut *mean {
        *m /= all;
    }
    T::fill(squares, T::zero());
    for s in 0..SHARDS {
        let (means, sums) = each(s);
        for row in sums.chunks_exact(channels) {
            add(&[], row, squares);
        }
        for ((q, &own), &m) in squares.iter_mut().zip(means).zip(&*mean) {
            *q += count(s) * ((own - m) * (own - m));
        }
    }
}

/// `sums = Σ dy`, then `Σ dy (x - mean)`, each as long as `mean`.
#[inline(always)]
pub(super) fn sum_gradients<T: Elementary>(x: &[T], dy: &[T], mean: &[T], sums: &mut [T]) {
    T::fill(sums, T::zero());
    let width = mean.len();
    let (plain, products) = sums.split_at_mut(width);
    let done = T::sweeps(isa()).map_or(0, |s| s.products(x, dy, mean, [plain, products]));
    let at = done % width;
    let (plain, products, mean) = (&mut plain[at..], &mut products[at..], &mean[at..]);
    for (x, dy) in x[done..].chunks(width).zip(dy[done..].chunks(width)) {
        let sums = plain.iter_mut().zip(&mut *products);
        for (((s, p), (&x, &dy)), &m) in sums.zip(x.iter().zip(dy)).zip(mean) {
            *s += dy;
            *p += dy * (x - m);
        }
    }
}

/// Adds the shards, each of as many rows as `width` holds, and then the rows, into `out`; where `out` is several times
/// `channels` long, a shard is several times `width` long.
#[inline(always)]
pub(super) fn fold<T: Elementary>(channels: usize, shards: &mut [T], out: &mut [T]) {
    let each = shards.len() / SHARDS;
    let mut half = SHARDS / 2;
    while half > 0 {
        let (low, high) = shards.split_at_mut(half * each);
        add(&[], &high[..half * each], low);
        half /= 2;
    }
    T::fill(out, T::zero());
    let sums = shards[..each].chunks_exact(width(channels));
    for (out, sums) in out.chunks_exact_mut(channels).zip(sums) {
        for row in sums.chunks_exact(channels) {
            for (o, &s) in out.iter_mut().zip(row) {
                *o += s;
            }
        }
    }
}

/// The `N` vectors that lie one after another in `wide`.
#[inline(always)]
fn cut_wide<T, const N: usize>(wide: &[T]) -> [&[T]; N] {
    let width = wide.len() / N;
    core::array::from_fn(|n| &wide[n * width..][..width])
}

/// `y = (x - mean) scale + bias`, with the three one after another in `wide`; an empty `x` stands in `y`.
#[inline(always)]
pub(super) fn normalise<T: Elementary>(x: &[T], wide: &[T], y: &mut [T]) {
    let wide = cut_wide::<T, 3>(wide);
    let width = wide[0].len();
    let done = T::sweeps(isa()).map_or(0, |s| s.normalise(x, wide, y));
    let [mean, scale, bias] = wide.map(|w| &w[done % width..]);
    let y = &mut y[done..];
    if x.is_empty() {
        for y in y.chunks_mut(width) {
            for (((y, &m), &s), &b) in y.iter_mut().zip(mean).zip(scale).zip(bias) {
                *y = (*y - m) * s + b;
            }
        }
    } else {
        for (y, x) in y.chunks_mut(width).zip(x[done..].chunks(width)) {
            for ((((y, &x), &m), &s), &b) in y.iter_mut().zip(x).zip(mean).zip(scale).zip(bias) {
                *y = (x - m) * s + b;
            }
        }
    }
}

/// `dx = scale dy + (slope (x - mean) + offset)`, with mean, scale, slope and offset one after another in `wide`; an
/// empty `dy` stands in `dx`.
#[inline(always)]
pub(super) fn gradient<T: Elementary>(x: &[T], dy: &[T], wide: &[T], dx: &mut [T]) {
    let wide = cut_wide::<T, 4>(wide);
    let width = wide[0].len();
    let done = T::sweeps(isa()).map_or(0, |s| s.gradient(x, dy, wide, dx));
    let [mean, scale, slope, offset] = wide.map(|w| &w[done % width..]);
    let (x, dy, dx) = (&x[done..], if dy.is_empty() { dy } else { &dy[done..] }, &mut dx[done..]);
    for (k, (dx, x)) in dx.chunks_mut(width).zip(x.chunks(width)).enumerate() {
        let wide = mean.iter().zip(scale).zip(slope).zip(offset);
        if dy.is_empty() {
            for ((dx, &x), (((&m, &a), &b), &c)) in dx.iter_mut().zip(x).zip(wide) {
                *dx = a * *dx + (b * (x - m) + c);
            }
        } else {
            let dy = &dy[k * width..][..dx.len()];
            for (((dx, &dy), &x), (((&m, &a), &b), &c)) in dx.iter_mut().zip(dy).zip(x).zip(wide) {
                *dx = a * dy + (b * (x - m) + c);
            }
        }
    }
}

/// Repeats each of the vectors of `values` (`channels` long, one after another) until it fills its part of `wide`.
#[inline(always)]
pub(super) fn widen<T: Elementary>(channels: usize, values: &[T], wide: &mut [T]) {
    let width = width(channels);
    for (value, wide) in values.chunks_exact(channels).zip(wide.chunks_exact_mut(width)) {
        for row in wide.chunks_exact_mut(channels) {
            row.copy_from_slice(value);
        }
    }
}
