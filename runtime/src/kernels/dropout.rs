//! Inverted dropout, of elements and of channels, and dropout that keeps mean and variance.

use super::math::Elementary;
use crate::Real;
use crate::noise::{GROUP, LANES, Noise, draw};

/// From which random word on an element is kept; `None` if all are dropped. A rate outside 0..=1 (or NaN) saturates.
#[inline(always)]
pub(super) fn threshold(rate: f64) -> Option<u32> {
    u32::try_from((rate * 4_294_967_296.0).round() as u64).ok()
}

/// `y = f(y, kept)` for each element, after `x` was copied; an empty `x` means that the values stand in `y`.
#[inline(always)]
fn mask<T: Elementary>(
    noise: Noise,
    node: u32,
    len: usize,
    threshold: u32,
    x: &[T],
    y: &mut [T],
    f: impl Fn(T, bool) -> T,
) {
    let mut words = [[0; LANES]; 4];
    for (sample, y) in y.chunks_exact_mut(len.max(1)).enumerate() {
        if !x.is_empty() {
            y.copy_from_slice(&x[sample * len..][..len]);
        }
        for (group, y) in y.chunks_mut(GROUP).enumerate() {
            draw(noise, node, sample, group, y.len(), &mut words);
            for (y, &word) in y.iter_mut().zip(words.as_flattened()) {
                *y = f(*y, word >= threshold);
            }
        }
    }
}

/// What a kept value is multiplied by.
#[inline(always)]
pub(super) fn scale<T: Real>(rate: f64, threshold: u32) -> T {
    T::of(if threshold == 0 { 1.0 } else { 1.0 / (1.0 - rate) })
}

/// `y = x / (1 - rate)` where the element's random word is at least `rate 2³²`, else 0; an empty `x` means that the
/// values stand in `y`. The gradient goes the same way.
#[inline(always)]
pub(super) fn dropout<T: Elementary>(noise: Noise, node: u32, len: usize, rate: f64, x: &[T], y: &mut [T]) {
    let Some(threshold) = threshold(rate) else { return y.fill(T::zero()) };
    let scale = scale(rate, threshold);
    mask(noise, node, len, threshold, x, y, |y, kept| if kept { y * scale } else { T::zero() });
}

/// As [`dropout`] with one word for each channel of a sample, which is `values` rows of `channels`.
#[inline(always)]
pub(super) fn channel_dropout<T: Elementary>(
    noise: Noise,
    node: u32,
    channels: usize,
    values: usize,
    rate: f64,
    x: &[T],
    y: &mut [T],
) {
    let Some(threshold) = threshold(rate) else { return y.fill(T::zero()) };
    let scale = scale::<T>(rate, threshold);
    let len = channels * values;
    let mut words = [[0; LANES]; 4];
    for (sample, y) in y.chunks_exact_mut(len.max(1)).enumerate() {
        if !x.is_empty() {
            y.copy_from_slice(&x[sample * len..][..len]);
        }
        for first in (0..channels).step_by(GROUP) {
            let group = GROUP.min(channels - first);
            draw(noise, node, sample, first / GROUP, group, &mut words);
            for y in y.chunks_exact_mut(channels) {
                for (y, &word) in y[first..first + group].iter_mut().zip(words.as_flattened()) {
                    *y = if word >= threshold { *y * scale } else { T::zero() };
                }
            }
        }
    }
}

/// Minus `λα` of SELU, its limit towards -∞.
const ALPHA: f64 = -1.758_099_340_847_376_6;

/// `y = a x + b` for a kept element and `a α' + b` for a dropped one, where `α'` is SELU's limit towards -∞ and
/// `a = ((1 - rate) (1 + rate α'²))^(-1/2)`, `b = -a α' rate`, so that mean 0 and variance 1 stay. The `gradient` is
/// `a dy` and 0.
#[inline(always)]
pub(super) fn alpha_dropout<T: Elementary>(
    noise: Noise,
    node: u32,
    len: usize,
    rate: f64,
    gradient: bool,
    x: &[T],
    y: &mut [T],
) {
    let Some(threshold) = threshold(rate) else { return y.fill(T::zero()) };
    let a = ((1.0 - rate) * (1.0 + rate * ALPHA * ALPHA)).sqrt().recip();
    let (shift, dropped) = if gradient { (0.0, 0.0) } else { (-a * ALPHA * rate, a * ALPHA * (1.0 - rate)) };
    let (scale, shift, dropped) = (T::of(a), T::of(shift), T::of(dropped));
    mask(noise, node, len, threshold, x, y, |y, kept| if kept { y * scale + shift } else { dropped });
}

/// `y = x + std n`, with `n` drawn from the normal distribution; an empty `x` means that the values stand in `y`.
#[inline(always)]
pub(super) fn gaussian_noise<T: Elementary>(
    noise: Noise,
    node: u32,
    len: usize,
    std: f64,
    x: &[T],
    y: &mut [T],
) {
    let mut words = [[0; LANES]; 4];
    for (sample, y) in y.chunks_exact_mut(len.max(1)).enumerate() {
        if !x.is_empty() {
            y.copy_from_slice(&x[sample * len..][..len]);
        }
        for (group, y) in y.chunks_mut(GROUP).enumerate() {
            draw(noise, node, sample, group, y.len(), &mut words);
            for (place, y) in y.iter_mut().enumerate() {
                *y += T::of(std * normal(&words, place));
            }
        }
    }
}

/// The normal number of an element of a group, by the method of Box and Muller (1958): two words make the numbers of two
/// elements, which stand [`LANES`] apart.
///
/// In `f64` and with functions that are the same everywhere, so that every machine draws the same and `f32` draws what
/// `f64` does.
#[inline(always)]
fn normal(words: &[[u32; LANES]; 4], place: usize) -> f64 {
    let (row, lane) = (place / LANES, place % LANES);
    // In (0, 1], so that the logarithm is finite, and in [0, 1).
    let first = (f64::from(words[row & !1][lane]) + 1.0) / 4_294_967_296.0;
    let second = f64::from(words[row | 1][lane]) / 4_294_967_296.0;
    let radius = (-2.0 * libm::log(first)).sqrt();
    let (sin, cos) = libm::sincos(core::f64::consts::TAU * second);
    radius * if row % 2 == 0 { cos } else { sin }
}
