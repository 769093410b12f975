//! Group normalisation (Wu, He: *Group normalization*, 2018).

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::{at, cut, enough, pairs, parts};
use nalgebra::SVector;

/// How much work an element is, as a multiple of copying it.
const COST: usize = 4;

/// The parameters of a group normalisation of `C` channels; where there are none `C` is 0.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct GroupNorm<T, const C: usize> {
    /// The scale of each channel after normalising.
    pub weight: SVector<T, C>,
    /// What is added to each channel then.
    pub bias: SVector<T, C>,
}

/// `y = (x - mean) / √(var + eps) · weight + bias`, with the mean and (biased) variance of each sample and each group of
/// `channels / groups` neighbouring channels, formed in two passes. Training and prediction are the same.
///
/// A sample is an image with its channels innermost, `values` pixels of `channels`. Parameters are weight and bias of each
/// channel, or none. Forward saves `saved_each` scalars; backward reads these and the inputs. Forward may run in place if
/// nobody reads the inputs later, backward always.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupNormSpec {
    /// The number of channels, a multiple of `groups`.
    pub channels: usize,
    /// The pixels of a sample.
    pub values: usize,
    /// The number of groups.
    pub groups: usize,
    /// What is added to the variance.
    pub eps: f64,
    /// Whether there are weight and bias.
    pub affine: bool,
}

impl GroupNormSpec {
    /// Scalars that forward saves for each sample: mean, `1 / √(var + eps)` and unbiased variance for each channel.
    #[must_use]
    pub const fn saved_each(&self) -> usize {
        3 * self.channels
    }

    /// Room for the statistics where they are not saved.
    #[must_use]
    pub const fn forward_scratch(&self, samples: usize) -> usize {
        samples * self.saved_each()
    }

    /// Room for the sums of each sample and channel.
    #[must_use]
    pub const fn backward_scratch(&self, samples: usize) -> usize {
        samples * 4 * self.channels
    }

    /// How many scalars weight and bias have together.
    pub(super) const fn learned(&self) -> usize {
        if self.affine { 2 * self.channels } else { 0 }
    }
}

impl<T: Real> Layer<T> for GroupNormSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (x, y) = (pass.inputs[0], &mut *pass.outputs[0]);
        let needed = self.forward_scratch(pass.samples);
        let stats = if pass.saved.is_empty() { &mut pass.scratch[..needed] } else { pass.saved };
        let (weight, bias) = pass.parameters[..self.learned()].split_at(self.learned() / 2);
        let (channels, unit) = (self.channels, self.channels * self.values);
        pairs([y, stats], [unit, self.saved_each()], COST, |from, y, stats| {
            T::group_norm(channels, self.groups, self.eps, weight, bias, at(x, from, y.len()), y, stats);
        });
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (x, dy, stats) = (pass.inputs[0], pass.output_gradients[0], pass.saved);
        let (channels, unit) = (self.channels, self.channels * self.values);
        if unit == 0 {
            return;
        }
        let dx = &mut *pass.input_gradients[0];
        let weight = &pass.parameters[..self.learned() / 2];
        let each = 4 * channels;
        let sums = &mut pass.scratch[..self.backward_scratch(pass.samples)];
        {
            let dy = if dy.is_empty() { &*dx } else { dy };
            cut(&mut *sums, each, enough(x.len() * COST), |sample, sums| {
                let (x, dy) = (&x[sample * unit..][..unit], &dy[sample * unit..][..unit]);
                let stats = &stats[sample * 3 * channels..][..3 * channels];
                T::group_norm_sums(channels, self.groups, weight, stats, x, dy, sums);
            });
        }
        if !pass.parameter_gradients.is_empty() {
            let (both, running) = pass.parameter_gradients.split_at_mut(self.learned());
            T::group_norm_fold(channels, sums, stats, both, running);
        }
        let sums = &*sums;
        parts(dx, unit, COST, |from, dx| {
            let (first, samples) = (from / unit, dx.len() / unit);
            let stats = &stats[first * 3 * channels..][..samples * 3 * channels];
            let sums = &sums[first * each..][..samples * each];
            let (x, dy) = (&x[from..][..dx.len()], at(dy, from, dx.len()));
            T::group_norm_gradient(channels, weight, stats, sums, x, dy, dx);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};
    use crate::layers::Mode;

    #[test]
    fn gradients_agree_with_differences() {
        for (channels, groups, values) in [(2, 1, 1), (6, 3, 5), (4, 4, 6), (40, 2, 3), (3, 1, 70)] {
            for affine in [false, true] {
                for gradient_in_place in [false, true] {
                    let spec = GroupNormSpec { channels, values, groups, eps: 1e-3, affine };
                    let x = spread(3 * channels * values, 9);
                    let parameters = spread(spec.learned(), 10);
                    let case = LayerCase {
                        samples: 3,
                        parameters: &parameters,
                        learned: spec.learned(),
                        inputs: &[&x],
                        outputs: &[x.len()],
                        saved: 3 * spec.saved_each(),
                        forward_scratch: spec.forward_scratch(3),
                        backward_scratch: spec.backward_scratch(3),
                        reads_inputs: true,
                        gradient_in_place,
                        ..LayerCase::default()
                    };
                    let report = gradcheck::layer(&spec, &case);
                    assert!(report.within(1e-7), "{spec:?}: {report}");
                }
            }
        }
    }

    #[test]
    fn a_small_spread_far_from_zero_keeps_its_digits() {
        let spec = GroupNormSpec { channels: 2, values: 500, groups: 1, eps: 0.0, affine: false };
        let x: Vec<f32> = (0..1000).map(|i| 1000.0 + (i % 2) as f32 * 0.125).collect();
        let mut y = x.clone();
        spec.forward(Forward {
            samples: 1,
            mode: Mode::Predict,
            parameters: &[],
            inputs: &[&[]],
            outputs: &mut [&mut y],
            saved: &mut [],
            scratch: &mut vec![f32::NAN; spec.forward_scratch(1)],
        });
        for (i, y) in y.into_iter().enumerate() {
            let want = if i % 2 == 0 { -1.0 } else { 1.0 };
            assert!((y - want).abs() < 1e-2, "{i}: {y}");
        }
    }
}
