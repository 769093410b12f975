//! Dropout of whole channels (Tompson et al.: *Efficient object localization using convolutional networks*, 2015).

use super::noisy::in_training;
use super::{Backward, Forward, Layer};
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
            gradients(&Dropout2dSpec { node: 3, channels: 6, values: 7, rate }, 42);
        }
    }

    #[test]
    fn what_is_drawn_depends_on_the_place_in_the_batch_and_not_on_the_cut() {
        let spec = Dropout2dSpec { node: 1, channels: 20, values: 10, rate: 0.5 };
        drawn_by_place(&spec, &Dropout2dSpec { node: 2, ..spec }, 0.0);
    }

    #[test]
    fn channels_go_as_a_whole_and_the_rate_is_kept() {
        let spec = Dropout2dSpec { node: 0, channels: 300, values: 3, rate: 0.2 };
        let y = forward(&spec, 900, Mode::Train(NOISE), &vec![1.0f32; 300 * 300], false);
        let mut kept = 0;
        for image in y.chunks(900) {
            let (first, others) = image.split_at(300);
            assert!(others.chunks(300).all(|row| row == first));
            assert!(first.iter().all(|&y| y == 0.0 || y == 1.25));
            kept += first.iter().filter(|&&y| y != 0.0).count();
        }
        // Of 30,000 channels; five standard deviations are 346.
        assert!(kept.abs_diff(24_000) < 346, "{kept}");
        passes_in_prediction(&spec, 900, &y);
    }
}
