//! Inverted dropout.

use super::math::Elementary;
use crate::noise::{GROUP, LANES, Noise, draw};

/// `y = x / (1 - rate)` where the element's random word is at least `rate 2³²`, else 0; an empty `x` means that the
/// values stand in `y`. The gradient goes the same way.
#[inline(always)]
pub(super) fn dropout<T: Elementary>(noise: Noise, node: u32, len: usize, rate: f64, x: &[T], y: &mut [T]) {
    if len == 0 {
        return;
    }
    // A rate outside 0..=1 (or NaN) saturates.
    let threshold = (rate * 4_294_967_296.0).round() as u64;
    if threshold > u64::from(u32::MAX) {
        y.fill(T::zero());
        return;
    }
    let threshold = threshold as u32;
    let scale = T::of(if threshold == 0 { 1.0 } else { 1.0 / (1.0 - rate) });
    let mut words = [[0; LANES]; 4];
    for (sample, y) in y.chunks_exact_mut(len).enumerate() {
        if !x.is_empty() {
            y.copy_from_slice(&x[sample * len..][..len]);
        }
        for (group, y) in y.chunks_mut(GROUP).enumerate() {
            draw(noise, node, sample, group, y.len(), &mut words);
            for (y, &word) in y.iter_mut().zip(words.as_flattened()) {
                *y = if word >= threshold { *y * scale } else { T::zero() };
            }
        }
    }
}
