//! Dropout for self-normalising networks (Klambauer et al.: *Self-normalizing neural networks*, 2017).

use super::{Backward, Forward, Layer, Mode};
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
        let (x, y) = (pass.inputs[0], &mut *pass.outputs[0]);
        match pass.mode {
            Mode::Train(noise) => self.mask(noise, false, x, y),
            Mode::Predict if x.is_empty() => (),
            Mode::Predict => y.copy_from_slice(x),
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        self.mask(pass.noise, true, pass.output_gradients[0], pass.input_gradients[0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    const NOISE: Noise = Noise { seed: 11, step: 5, first: 2 };

    fn forward<T: Real>(spec: AlphaDropoutSpec, mode: Mode, x: &[T], in_place: bool) -> Vec<T> {
        let mut y = if in_place { x.to_vec() } else { vec![T::nan(); x.len()] };
        spec.forward(Forward {
            samples: x.len() / spec.len,
            mode,
            parameters: &[],
            inputs: &[if in_place { &[] } else { x }],
            outputs: &mut [&mut y],
            saved: &mut [],
            scratch: &mut [],
        });
        y
    }

    #[test]
    fn gradients_agree_with_differences() {
        for rate in [0.0, 0.3, 1.0] {
            for (in_place, gradient_in_place) in [(false, false), (true, true)] {
                let spec = AlphaDropoutSpec { node: 3, len: 42, rate };
                let x = spread(3 * 42, 11);
                let case = LayerCase {
                    samples: 3,
                    inputs: &[&x],
                    outputs: &[x.len()],
                    in_place,
                    gradient_in_place,
                    noise: NOISE,
                    ..LayerCase::default()
                };
                let report = gradcheck::layer(&spec, &case);
                assert!(report.within(1e-8), "{rate}: {report}");
            }
        }
    }

    #[test]
    fn what_is_drawn_depends_on_the_place_in_the_batch_and_not_on_the_cut() {
        let spec = AlphaDropoutSpec { node: 1, len: 200, rate: 0.5 };
        let whole = forward(spec, Mode::Train(NOISE), &[1.0f64; 800], false);
        let tail = Noise { first: NOISE.first + 3, ..NOISE };
        assert_eq!(whole[600..], forward(spec, Mode::Train(tail), &[1.0f64; 200], true));
        assert_ne!(whole[..200], whole[200..400]);
        let narrow = forward(spec, Mode::Train(NOISE), &[1.0f32; 800], false);
        let differs = |(&a, &b): (&f64, &f32)| (a - f64::from(b)).abs() > 1e-6;
        assert!(!whole.iter().zip(&narrow).any(differs), "f32 draws the same");
        let other = AlphaDropoutSpec { node: 2, ..spec };
        assert_ne!(whole, forward(other, Mode::Train(NOISE), &[1.0f64; 800], false));
    }

    #[test]
    fn mean_and_variance_stay() {
        let len = 100_000;
        let spec = AlphaDropoutSpec { node: 0, len, rate: 0.2 };
        // Mean 0 and variance 1.
        let x: Vec<f64> = (0..len).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let y = forward(spec, Mode::Train(NOISE), &x, false);
        let mean = y.iter().sum::<f64>() / len as f64;
        let variance = y.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / len as f64;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
        assert_eq!(forward(spec, Mode::Predict, &x, false), x);
        assert_eq!(forward(spec, Mode::Predict, &x, true), x);
    }
}
