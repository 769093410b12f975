//! Normal noise, added in training.

use super::noisy::in_training;
use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::{at, parts};
use crate::noise::Noise;

/// How much work an element is, as a multiple of copying it.
const COST: usize = 32;

/// In training `y = x + std n`, with `n` drawn anew from the normal distribution of mean 0 and variance 1 for each
/// element; in prediction nothing happens.
///
/// The draw is a function of seed, step, `node`, the sample's place in the batch and the element alone (see
/// [`noise`](crate::noise)), by the method of Box and Muller. The gradient passes as it is. Both passes may run in place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianNoiseSpec {
    /// The node's number in its network: every node draws noise of its own.
    pub node: u32,
    /// Elements of a sample.
    pub len: usize,
    /// The standard deviation.
    pub std: f64,
}

impl GaussianNoiseSpec {
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

    fn add<T: Real>(&self, noise: Noise, x: &[T], y: &mut [T]) {
        parts(y, self.len, COST, |from, y| {
            let noise = Noise { first: noise.first.wrapping_add((from / self.len.max(1)) as u64), ..noise };
            T::gaussian_noise(noise, self.node, self.len, self.std, at(x, from, y.len()), y);
        });
    }
}

impl<T: Real> Layer<T> for GaussianNoiseSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        in_training(pass, |noise, x, y| self.add(noise, x, y));
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (dy, dx) = (pass.output_gradients[0], &mut *pass.input_gradients[0]);
        if !dy.is_empty() && !dx.is_empty() {
            dx.copy_from_slice(dy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::Mode;
    use crate::layers::noisy::laws::{NOISE, drawn_by_place, forward, gradients, passes_in_prediction};

    #[test]
    fn gradients_agree_with_differences() {
        for std in [0.0, 0.5] {
            gradients(&GaussianNoiseSpec { node: 3, len: 42, std }, 42);
        }
    }

    #[test]
    fn what_is_drawn_depends_on_the_place_in_the_batch_and_not_on_the_cut() {
        let spec = GaussianNoiseSpec { node: 1, len: 200, std: 0.5 };
        drawn_by_place(&spec, &GaussianNoiseSpec { node: 2, ..spec }, 1e-6);
    }

    #[test]
    fn the_noise_is_normal() {
        let len = 100_000;
        let spec = GaussianNoiseSpec { node: 0, len, std: 2.0 };
        let y = forward(&spec, len, Mode::Train(NOISE), &vec![5.0f64; len], false);
        let z: Vec<f64> = y.iter().map(|y| (y - 5.0) / 2.0).collect();
        let moment = |power: i32| z.iter().map(|z| z.powi(power)).sum::<f64>() / len as f64;
        // Moments of the normal distribution, each within about five of their standard deviations.
        for (power, want, bound) in [(1, 0.0, 0.016), (2, 1.0, 0.023), (3, 0.0, 0.062), (4, 3.0, 0.16)] {
            assert!((moment(power) - want).abs() < bound, "moment {power}: {}", moment(power));
        }
        let below = z.iter().filter(|&&z| z < 1.0).count() as f64 / len as f64;
        assert!((below - 0.841_345).abs() < 0.006, "{below}");
        // Elements that share their words do not share their numbers.
        let products =
            z.chunks(64).map(|z| z.iter().zip(&z[z.len().min(32)..]).map(|(a, b)| a * b).sum::<f64>());
        assert!((products.sum::<f64>() / (len / 2) as f64).abs() < 0.023);
        passes_in_prediction(&spec, len, &y);
    }
}
