//! Dropout for self-normalising networks (Klambauer et al.: *Self-normalizing neural networks*, 2017).

use super::noisy::in_training;
use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::{at, parts};
use crate::noise::Noise;

/// How much work an element is, as a multiple of copying it.
const COST: usize = 8;

/// In training each element becomes `α'` with probability `rate`, the limit of SELU towards -∞, and then all become
/// `a x + b`, with `a = ((1 - rate) (1 + rate α'²))^(-1/2)` and `b = -a α' rate`; in prediction nothing happens. Values of
/// mean 0 and variance 1, as `Selu` gives them, keep both.
///
/// The mask is a function of seed, step, `node`, the sample's place in the batch and the element alone (see
/// [`noise`](crate::noise)); backward makes it again and reads nothing. Both passes may run in place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlphaDropoutSpec {
    /// The node's number in its network: every node draws a mask of its own.
    pub node: u32,
    /// Elements of a sample.
    pub len: usize,
    /// The probability that an element is dropped.
    pub rate: f64,
}

impl AlphaDropoutSpec {
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

    fn mask<T: Real>(&self, noise: Noise, gradient: bool, x: &[T], y: &mut [T]) {
        parts(y, self.len, COST, |from, y| {
            let noise = Noise { first: noise.first.wrapping_add((from / self.len.max(1)) as u64), ..noise };
            T::alpha_dropout(noise, self.node, self.len, self.rate, gradient, at(x, from, y.len()), y);
        });
    }
}

impl<T: Real> Layer<T> for AlphaDropoutSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        in_training(pass, |noise, x, y| self.mask(noise, false, x, y));
    }

    fn backward(&self, pass: Backward<'_, T>) {
        self.mask(pass.noise, true, pass.output_gradients[0], pass.input_gradients[0]);
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
            gradients(&AlphaDropoutSpec { node: 3, len: 42, rate }, 42);
        }
    }

    #[test]
    fn what_is_drawn_depends_on_the_place_in_the_batch_and_not_on_the_cut() {
        let spec = AlphaDropoutSpec { node: 1, len: 200, rate: 0.5 };
        drawn_by_place(&spec, &AlphaDropoutSpec { node: 2, ..spec }, 1e-6);
    }

    #[test]
    fn mean_and_variance_stay() {
        let len = 100_000;
        let spec = AlphaDropoutSpec { node: 0, len, rate: 0.2 };
        // Mean 0 and variance 1.
        let x: Vec<f64> = (0..len).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let y = forward(&spec, len, Mode::Train(NOISE), &x, false);
        let mean = y.iter().sum::<f64>() / len as f64;
        let variance = y.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / len as f64;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
        passes_in_prediction(&spec, len, &x);
    }
}
