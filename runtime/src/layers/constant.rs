//! Values that come from nowhere: numbers that are the same everywhere, and noise.

use super::{Backward, Forward, Layer, Mode};
use crate::Real;
use crate::kernels::split::parts;
use crate::noise::Noise;

/// How much work a number of noise is, as a multiple of copying it.
const COST: usize = 32;

/// `y = value`, in training and in prediction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConstantSpec {
    /// The number.
    pub value: f64,
}

/// In training `y = n`, drawn anew from the normal distribution of mean 0 and variance 1 for each number of each sample; in
/// prediction `y = 0`, its mean.
///
/// The draw is a function of seed, step, `node`, the sample's place in the batch and the element alone (see
/// [`noise`](crate::noise)), as that of [`GaussianNoiseSpec`](super::gaussian_noise::GaussianNoiseSpec).
///
/// ```
/// use formwork::layers::constant::NormalSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// let mut y = [0.5f32; 2];
/// NormalSpec { node: 0, len: 2 }.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[],
///     inputs: &[],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut [],
/// });
/// assert_eq!(y, [0.0, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormalSpec {
    /// The node's number in its network: every node draws noise of its own.
    pub node: u32,
    /// The numbers of a sample.
    pub len: usize,
}

impl ConstantSpec {
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
}

impl NormalSpec {
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
}

impl<T: Real> Layer<T> for ConstantSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        pass.outputs[0].fill(T::of(self.value));
    }

    /// Nothing flows back to where nothing came from.
    fn backward(&self, _: Backward<'_, T>) {}
}

impl<T: Real> Layer<T> for NormalSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let y = &mut *pass.outputs[0];
        y.fill(T::zero());
        let Mode::Train(noise) = pass.mode else { return };
        parts(y, self.len, COST, |from, y| {
            let noise = Noise { first: noise.first.wrapping_add((from / self.len.max(1)) as u64), ..noise };
            T::gaussian_noise(noise, self.node, self.len, 1.0, &[], y);
        });
    }

    /// Nothing flows back to where nothing came from.
    fn backward(&self, _: Backward<'_, T>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forward<T: Real>(layer: &impl Layer<T>, mode: Mode, len: usize) -> Vec<T> {
        let mut y = vec![T::nan(); len];
        layer.forward(Forward {
            samples: len / 50,
            mode,
            parameters: &[],
            inputs: &[],
            outputs: &mut [&mut y],
            saved: &mut [],
            scratch: &mut [],
        });
        y
    }

    #[test]
    fn noise_has_its_moments_and_is_another_at_each_step() {
        let spec = NormalSpec { node: 3, len: 50 };
        let noise = Noise { seed: 4, step: 0, first: 0 };
        let drawn = forward::<f64>(&spec, Mode::Train(noise), 50 * 400);
        let mean = drawn.iter().sum::<f64>() / 2e4;
        let variance = drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 2e4;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
        assert_eq!(drawn, forward::<f64>(&spec, Mode::Train(noise), 50 * 400));
        let next = Noise { step: 1, ..noise };
        assert_ne!(drawn, forward::<f64>(&spec, Mode::Train(next), 50 * 400));
        // A part of a batch draws what the whole does.
        let part = Noise { first: 100, ..noise };
        assert_eq!(drawn[50 * 100..50 * 110], forward::<f64>(&spec, Mode::Train(part), 50 * 10));
        assert_eq!(forward::<f32>(&spec, Mode::Predict, 50), [0.0; 50]);
    }

    #[test]
    fn constants_are_constant() {
        assert_eq!(forward::<f32>(&ConstantSpec { value: 1.0 }, Mode::Predict, 50), [1.0; 50]);
    }
}
