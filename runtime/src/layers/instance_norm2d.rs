//! Instance normalisation (Ulyanov, Vedaldi, Lempitsky: *Instance normalization*, 2016).

use super::group_norm::GroupNormSpec;
use super::{Backward, Forward, Layer, Mode};
use crate::Real;
use crate::kernels::batch_norm::scratch_len;
use nalgebra::SVector;

/// The parameters of an instance normalisation: weight and bias of `A` channels, running statistics of `S`; each is the
/// number of channels, or 0 where there are none. `N` is 1 where batches are counted.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct InstanceNorm2d<T, const A: usize, const S: usize, const N: usize = 0> {
    /// The scale of each channel after normalising.
    pub weight: SVector<T, A>,
    /// What is added to each channel then.
    pub bias: SVector<T, A>,
    /// The running average of the images' means.
    pub running_mean: SVector<T, S>,
    /// The running average of the images' unbiased variances.
    pub running_var: SVector<T, S>,
    /// How many batches the averages have seen, where these are plain averages over all batches.
    pub num_batches_tracked: SVector<T, N>,
}

/// `y = (x - mean) / √(var + eps) · weight + bias`, with the mean and (biased) variance of each channel of each image.
///
/// A sample is an image with its channels innermost, `values` pixels of `channels`. Where running statistics are
/// tracked, prediction uses them in place of the image's own; backward leaves the averages of the images' means and
/// **unbiased** variances in their places, for the optimizer's step to fold in once. Parameters are weight and bias
/// (where there are any), then the running mean and variance (likewise). Forward saves `saved_each` scalars; backward
/// reads these and the inputs, and may run in place. Where training is `running` too, it uses the running statistics,
/// which stay as they are, and saves nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InstanceNorm2dSpec {
    /// The number of channels.
    pub channels: usize,
    /// The pixels of a sample.
    pub values: usize,
    /// What is added to the variance.
    pub eps: f64,
    /// Whether there are weight and bias.
    pub affine: bool,
    /// Whether there are running statistics.
    pub track: bool,
    /// Whether training uses the running statistics.
    pub running: bool,
    /// Whether the batches are counted, for averages over all of them.
    pub counted: bool,
}

impl InstanceNorm2dSpec {
    const fn groups(&self) -> GroupNormSpec {
        let InstanceNorm2dSpec { channels, values, eps, affine, .. } = *self;
        GroupNormSpec { channels, values, groups: channels, eps, affine }
    }

    /// Scalars that forward saves for each sample: mean, `1 / √(var + eps)` and unbiased variance for each channel.
    #[must_use]
    pub const fn saved_each(&self) -> usize {
        if self.running { 0 } else { self.groups().saved_each() }
    }

    /// Room for statistics.
    #[must_use]
    pub const fn forward_scratch(&self, samples: usize) -> usize {
        let (own, running) = (self.groups().forward_scratch(samples), scratch_len(self.channels));
        if self.track && running > own { running } else { own }
    }

    /// Room for the sums of each sample and channel.
    #[must_use]
    pub const fn backward_scratch(&self, samples: usize) -> usize {
        if self.running { scratch_len(self.channels) } else { self.groups().backward_scratch(samples) }
    }
}

impl<T: Real> Layer<T> for InstanceNorm2dSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        if self.track && (self.running || pass.mode == Mode::Predict) {
            let (x, y) = (pass.inputs[0], &mut *pass.outputs[0]);
            let parameters = &pass.parameters[..self.groups().learned() + 2 * self.channels];
            T::batch_norm(self.channels, self.eps, parameters, x, y, pass.scratch);
        } else {
            self.groups().forward(pass);
        }
    }

    fn backward(&self, mut pass: Backward<'_, T>) {
        let counts = usize::from(self.counted);
        let (gradient, count) =
            pass.parameter_gradients.split_at_mut(pass.parameter_gradients.len() - counts);
        count.fill(T::one());
        if self.running {
            let parameters = &pass.parameters[..gradient.len()];
            return T::batch_norm_running_backward(
                self.channels,
                self.eps,
                parameters,
                pass.inputs[0],
                pass.output_gradients[0],
                pass.input_gradients[0],
                gradient,
                pass.scratch,
            );
        }
        pass.parameter_gradients = gradient;
        self.groups().backward(pass);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        for k in 0..6 {
            let [affine, track, running] = [k & 1 > 0, k >= 2, k >= 4];
            let spec = InstanceNorm2dSpec {
                channels: 3,
                values: 10,
                eps: 1e-3,
                affine,
                track,
                running,
                counted: false,
            };
            let x = spread(2 * 3 * 10, 9);
            let learned = spec.groups().learned();
            let mut parameters = spread(learned, 10);
            parameters.resize(learned + if track { 6 } else { 0 }, if running { 0.75 } else { f64::NAN });
            let case = LayerCase {
                samples: 2,
                parameters: &parameters,
                learned,
                inputs: &[&x],
                outputs: &[x.len()],
                saved: 2 * spec.saved_each(),
                forward_scratch: spec.forward_scratch(2),
                backward_scratch: spec.backward_scratch(2),
                reads_inputs: affine || !running,
                ..LayerCase::default()
            };
            let report = gradcheck::layer(&spec, &case);
            assert!(report.within(1e-7), "{spec:?}: {report}");
        }
    }

    #[test]
    fn prediction_uses_running_statistics_where_there_are_any() {
        let x = [5.0, 8.0, 1.0, 0.0];
        for (affine, parameters, expected) in [
            (false, &[3.0, 4.0, 4.0, 16.0][..], [1.0, 1.0, -1.0, -1.0]),
            (true, &[1.0, 2.0, 0.0, 1.0, 3.0, 4.0, 4.0, 16.0][..], [1.0, 3.0, -1.0, -1.0]),
        ] {
            let spec = InstanceNorm2dSpec {
                channels: 2,
                values: 2,
                eps: 0.0,
                affine,
                track: true,
                running: false,
                counted: false,
            };
            let mut y = x;
            spec.forward(Forward {
                samples: 1,
                mode: Mode::Predict,
                parameters,
                inputs: &[&[]],
                outputs: &mut [&mut y],
                saved: &mut [],
                scratch: &mut vec![f64::NAN; spec.forward_scratch(1)],
            });
            assert_eq!(y, expected);
        }
    }
}
