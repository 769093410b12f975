//! Dropout of whole channels (Tompson et al.: *Efficient object localization using convolutional networks*, 2015).

use super::{Backward, Forward, Layer, Mode};
use crate::Real;
use crate::kernels::split::{at, parts};
use crate::noise::Noise;

/// How much work an element is, as a multiple of copying it.
const COST: usize = 2;

/// In training each channel of each image becomes 0 as a whole with probability `rate` and is multiplied by
/// `1 / (1 - rate)` otherwise; in prediction nothing happens. Neighbouring pixels say nearly the same, so dropping them one
/// by one would drop nothing.
///
/// A sample is `values` pixels of `channels`, the channels innermost. The mask is a function of seed, step, `node`, the
/// sample's place in the batch and the channel alone (see [`noise`](crate::noise)); backward makes it again and reads
/// nothing. Both passes may run in place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout2dSpec {
    /// The node's number in its network: every node draws a mask of its own.
    pub node: u32,
    /// The number of channels.
    pub channels: usize,
    /// The pixels of a sample.
    pub values: usize,
    /// The probability that a channel is dropped.
    pub rate: f64,
}

impl Dropout2dSpec {
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
        let len = self.channels * self.values;
        parts(y, len, COST, |from, y| {
            let noise = Noise { first: noise.first.wrapping_add((from / len.max(1)) as u64), ..noise };
            let x = at(x, from, y.len());
            T::channel_dropout(noise, self.node, self.channels, self.values, self.rate, x, y);
        });
    }
}

impl<T: Real> Layer<T> for Dropout2dSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (x, y) = (pass.inputs[0], &mut *pass.outputs[0]);
        match pass.mode {
            Mode::Train(noise) => self.mask(noise, x, y),
            Mode::Predict if x.is_empty() => (),
            Mode::Predict => y.copy_from_slice(x),
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        self.mask(pass.noise, pass.output_gradients[0], pass.input_gradients[0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    const NOISE: Noise = Noise { seed: 11, step: 5, first: 2 };

    fn forward<T: Real>(spec: Dropout2dSpec, mode: Mode, x: &[T], in_place: bool) -> Vec<T> {
        let mut y = if in_place { x.to_vec() } else { vec![T::nan(); x.len()] };
        spec.forward(Forward {
            samples: x.len() / (spec.channels * spec.values),
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
                let spec = Dropout2dSpec { node: 3, channels: 6, values: 7, rate };
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
        let spec = Dropout2dSpec { node: 1, channels: 20, values: 10, rate: 0.5 };
        let whole = forward(spec, Mode::Train(NOISE), &[1.0f64; 800], false);
        let tail = Noise { first: NOISE.first + 3, ..NOISE };
        assert_eq!(whole[600..], forward(spec, Mode::Train(tail), &[1.0f64; 200], true));
        assert_ne!(whole[..200], whole[200..400]);
        let narrow = forward(spec, Mode::Train(NOISE), &[1.0f32; 800], false);
        let differs = |(&a, &b): (&f64, &f32)| (a - f64::from(b)).abs() > 1e-6;
        assert!(!whole.iter().zip(&narrow).any(differs), "f32 draws the same");
        let other = Dropout2dSpec { node: 2, ..spec };
        assert_ne!(whole, forward(other, Mode::Train(NOISE), &[1.0f64; 800], false));
    }

    #[test]
    fn channels_go_as_a_whole_and_the_rate_is_kept() {
        let spec = Dropout2dSpec { node: 0, channels: 300, values: 3, rate: 0.2 };
        let y = forward(spec, Mode::Train(NOISE), &vec![1.0f32; 300 * 300], false);
        let mut kept = 0;
        for image in y.chunks(900) {
            let (first, others) = image.split_at(300);
            assert!(others.chunks(300).all(|row| row == first));
            assert!(first.iter().all(|&y| y == 0.0 || y == 1.25));
            kept += first.iter().filter(|&&y| y != 0.0).count();
        }
        // Of 30,000 channels; five standard deviations are 346.
        assert!(kept.abs_diff(24_000) < 346, "{kept}");
        assert_eq!(forward(spec, Mode::Predict, &y, false), y);
        assert_eq!(forward(spec, Mode::Predict, &y, true), y);
    }
}
