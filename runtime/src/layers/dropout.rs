//! Dropout (Srivastava et al.: *Dropout: a simple way to prevent neural networks from overfitting*, 2014).

use super::noisy::in_training;
use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::{at, parts};
use crate::noise::Noise;

/// How much work an element is, as a multiple of copying it.
const COST: usize = 8;

/// In training each element becomes 0 with probability `rate` and is multiplied by `1 / (1 - rate)` otherwise; in
/// prediction nothing happens.
///
/// The mask is a function of seed, step, `node`, the sample's place in the batch and the element alone (see
/// [`noise`](crate::noise)), the same for `f32` and `f64`; backward makes it again and reads nothing. Both passes may
/// run in place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DropoutSpec {
    /// The node's number in its network: every node draws a mask of its own.
    pub node: u32,
    /// Elements of a sample.
    pub len: usize,
    /// The probability that an element is dropped.
    pub rate: f64,
}

impl DropoutSpec {
    /// No room is needed beside.
    #[must_use]
    pub const fn forward_scratch(&self, _samples: usize) -> usize {
        0
    }

    /// No room is needed beside.
    #[must_use]
    pub const fn backward_scratch(&self, _samples: usize) -> usize {
        0
    }

    fn mask<T: Real>(&self, noise: Noise, x: &[T], y: &mut [T]) {
        parts(y, self.len, COST, |from, y| {
            let first = noise.first.wrapping_add((from / self.len.max(1)) as u64);
            let x = at(x, from, y.len());
            T::dropout(Noise { first, ..noise }, self.node, self.len, self.rate, x, y);
        });
    }
}

impl<T: Real> Layer<T> for DropoutSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        in_training(pass, |noise, x, y| self.mask(noise, x, y));
    }

    fn backward(&self, pass: Backward<'_, T>) {
        self.mask(pass.noise, pass.output_gradients[0], pass.input_gradients[0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::Mode;
    use crate::layers::noisy::laws::{NOISE, drawn_by_place, forward, gradients, passes_in_prediction};

    #[test]
    fn gradients_agree_with_differences() {
        for rate in [0.0, 0.3, 1.0] {
            gradients(&DropoutSpec { node: 3, len: 41, rate }, 41);
        }
    }

    #[test]
    fn the_rate_is_kept_and_so_is_the_mean() {
        let spec = DropoutSpec { node: 0, len: 100_000, rate: 0.2 };
        let y = forward(&spec, 100_000, Mode::Train(NOISE), &vec![1.0f32; 100_000], false);
        let kept = y.iter().filter(|&&y| y != 0.0).count();
        assert!(y.iter().all(|&y| y == 0.0 || y == 1.25));
        // Five standard deviations are 632.
        assert!(kept.abs_diff(80_000) < 632, "{kept}");
        passes_in_prediction(&spec, 100_000, &y);
    }

    #[test]
    fn the_mask_depends_on_the_place_in_the_batch_and_not_on_the_cut() {
        let spec = DropoutSpec { node: 1, len: 200, rate: 0.5 };
        drawn_by_place(&spec, &DropoutSpec { node: 2, ..spec }, 0.0);
    }
}
