//! Batch normalisation (Ioffe, Szegedy: *Batch normalization*, 2015).

use super::{Backward, Forward, Layer, Mode};
use crate::Real;
use crate::kernels::batch_norm::scratch_len;
use nalgebra::SVector;

/// The parameters of a batch normalisation over `C` channels; without weight and bias `A` is 0, and `N` is 1 where
/// batches are counted.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct BatchNorm<T, const C: usize, const A: usize = C, const N: usize = 0> {
    /// The scale after normalising.
    pub weight: SVector<T, A>,
    /// What is added then.
    pub bias: SVector<T, A>,
    /// The running average of the batches' means.
    pub running_mean: SVector<T, C>,
    /// The running average of the batches' unbiased variances.
    pub running_var: SVector<T, C>,
    /// How many batches the averages have seen, where these are plain averages over all batches.
    pub num_batches_tracked: SVector<T, N>,
}

/// `y = (x - mean) / √(var + eps) · weight + bias` for each channel, where a sample is `values` rows of `channels`: `[n]`
/// has one row of `n` channels, an image with its channels innermost `height · width` rows, `[t, f]` has `t` rows of
/// `f`.
///
/// In training mean and (biased) variance are the batch's own, formed in two passes; in prediction they are the running
/// averages. Forward saves `saved_fixed = 3 channels` scalars; backward reads these and the inputs. In the places of the
/// running averages it leaves the batch's mean and **unbiased** variance, for the optimizer's step to fold in once, and
/// where batches are counted a 1 for this one. Backward may write the input's gradient over the output's.
///
/// Where training is `running` too, it uses the running averages as prediction does, and they stay as they are: a
/// network whose normalisation was learned elsewhere is tuned so. Then nothing is saved, and the gradient is that of
/// a line for each channel: `dx = weight / √(var + eps) dy`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNormSpec {
    /// The number of channels.
    pub channels: usize,
    /// Rows of a sample.
    pub values: usize,
    /// What is added to the variance.
    pub eps: f64,
    /// Whether there are weight and bias; without them the running averages are the only parameters.
    pub affine: bool,
    /// Whether training uses the running averages.
    pub running: bool,
    /// Whether the batches are counted, for averages over all of them.
    pub counted: bool,
}

impl BatchNormSpec {
    /// Scalars that forward saves for the whole batch: mean, `1 / √(var + eps)` and unbiased variance, unless they are
    /// the running ones.
    #[must_use]
    pub const fn saved_fixed(&self) -> usize {
        if self.running { 0 } else { 3 * self.channels }
    }

    /// How many scalars weight and bias have together.
    const fn learned(&self) -> usize {
        if self.affine { 2 * self.channels } else { 0 }
    }

    /// Room for partial sums.
    #[must_use]
    pub const fn forward_scratch(&self, _samples: usize) -> usize {
        scratch_len(self.channels)
    }

    /// Room for partial sums.
    #[must_use]
    pub const fn backward_scratch(&self, _samples: usize) -> usize {
        scratch_len(self.channels)
    }
}

impl<T: Real> Layer<T> for BatchNormSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (x, y) = (pass.inputs[0], &mut *pass.outputs[0]);
        let parameters = &pass.parameters[..self.learned() + 2 * self.channels];
        match pass.mode {
            Mode::Train(_) if !self.running => {
                T::batch_norm_train(self.channels, self.eps, parameters, x, y, pass.saved, pass.scratch);
            }
            _ => T::batch_norm(self.channels, self.eps, parameters, x, y, pass.scratch),
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (gradient, count) = pass.parameter_gradients.split_at_mut(self.learned() + 2 * self.channels);
        count.fill(T::one());
        if self.running {
            let parameters = &pass.parameters[..self.learned() + 2 * self.channels];
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
        T::batch_norm_backward(
            self.channels,
            &pass.parameters[..self.learned() / 2],
            pass.saved,
            pass.inputs[0],
            pass.output_gradients[0],
            pass.input_gradients[0],
            gradient,
            pass.scratch,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};
    use crate::noise::Noise;

    /// Outputs and what is saved.
    fn forward<T: Real>(spec: BatchNormSpec, mode: Mode, parameters: &[T], x: &[T]) -> (Vec<T>, Vec<T>) {
        let samples = x.len() / (spec.values * spec.channels);
        let (mut y, mut saved) = (vec![T::nan(); x.len()], vec![T::nan(); spec.saved_fixed()]);
        spec.forward(Forward {
            samples,
            mode,
            parameters,
            inputs: &[x],
            outputs: &mut [&mut y],
            saved: &mut saved,
            scratch: &mut vec![T::nan(); spec.forward_scratch(samples)],
        });
        (y, saved)
    }

    #[test]
    fn gradients_agree_with_differences() {
        for (channels, values, samples) in [(1, 1, 2), (3, 1, 5), (2, 35, 3), (130, 1, 3), (7, 6, 9)] {
            let x = spread(channels * values * samples, 9);
            for k in 0..8 {
                let [affine, gradient_in_place, running] = [1, 2, 4].map(|bit| k & bit > 0);
                let spec = BatchNormSpec { channels, values, eps: 1e-3, affine, running, counted: false };
                let mut parameters = spread(spec.learned(), 10);
                parameters.resize(spec.learned() + 2 * channels, f64::NAN);
                if running {
                    let statistics = &mut parameters[spec.learned()..];
                    statistics.copy_from_slice(&spread(2 * channels, 11));
                    statistics[channels..].iter_mut().for_each(|var| *var = 0.5 + var.abs());
                }
                let case = LayerCase {
                    samples,
                    parameters: &parameters,
                    learned: spec.learned(),
                    inputs: &[&x],
                    outputs: &[x.len()],
                    saved: spec.saved_fixed(),
                    forward_scratch: spec.forward_scratch(samples),
                    backward_scratch: spec.backward_scratch(samples),
                    reads_inputs: affine || !running,
                    gradient_in_place,
                    ..LayerCase::default()
                };
                let report = gradcheck::layer(&spec, &case);
                assert!(report.within(1e-7), "{spec:?}: {report}");
            }
        }
    }

    #[test]
    fn training_normalises_and_passes_on_its_statistics() {
        let spec =
            BatchNormSpec { channels: 2, values: 2, eps: 0.0, affine: true, running: false, counted: false };
        let x = [1.0, 10.0, 2.0, 10.5, 3.0, 9.5, 6.0, 10.0];
        let parameters = [2.0, 1.0, 0.5, 0.0, f64::NAN, f64::NAN, f64::NAN, f64::NAN];
        let (y, mut saved) = forward(spec, Mode::Train(Noise::default()), &parameters, &x);
        assert_eq!(saved[..2], [3.0, 10.0]);
        // Σ (x - mean)² is 14 and 0.5.
        let inverse = [(4.0f64 / 14.0).sqrt(), 8.0f64.sqrt()];
        for (i, &y) in y.iter().enumerate() {
            let c = i % 2;
            let expected = (x[i] - saved[c]) * inverse[c] * parameters[c] + parameters[2 + c];
            assert!((y - expected).abs() < 1e-12);
        }
        let (mut dx, mut gradient) = ([f64::NAN; 8], [f64::NAN; 8]);
        spec.backward(Backward {
            samples: 2,
            noise: Noise::default(),
            parameters: &parameters,
            inputs: &[&x],
            outputs: &[&[]],
            saved: &mut saved,
            output_gradients: &[&[1.0; 8]],
            input_gradients: &mut [&mut dx],
            parameter_gradients: &mut gradient,
            scratch: &mut vec![f64::NAN; spec.backward_scratch(2)],
        });
        assert_eq!(gradient[2..6], [4.0, 4.0, 3.0, 10.0]);
        assert!((gradient[6] - 14.0 / 3.0).abs() < 1e-12 && (gradient[7] - 0.5 / 3.0).abs() < 1e-12);
        assert!(dx.iter().all(|dx| dx.abs() < 1e-12), "a constant added to all outputs changes nothing");
    }

    #[test]
    fn no_input_gradient_is_written_where_nobody_asks() {
        let spec =
            BatchNormSpec { channels: 2, values: 1, eps: 1e-5, affine: true, running: false, counted: false };
        let x = [1.0f32, 2.0, 3.0, 5.0];
        let (_, mut saved) = forward(spec, Mode::Train(Noise::default()), &[1.0; 8], &x);
        let mut gradient = [f32::NAN; 8];
        spec.backward(Backward {
            samples: 2,
            noise: Noise::default(),
            parameters: &[1.0; 8],
            inputs: &[&x],
            outputs: &[&[]],
            saved: &mut saved,
            output_gradients: &[&[1.0, 2.0, 3.0, 4.0]],
            input_gradients: &mut [&mut []],
            parameter_gradients: &mut gradient,
            scratch: &mut vec![f32::NAN; spec.backward_scratch(2)],
        });
        assert_eq!(gradient[2..4], [4.0, 6.0]);
    }

    #[test]
    fn prediction_uses_the_running_statistics() {
        let spec =
            BatchNormSpec { channels: 2, values: 1, eps: 0.0, affine: true, running: false, counted: false };
        let parameters = [1.0, 2.0, 0.0, 1.0, 3.0, 4.0, 4.0, 16.0];
        let x = [5.0, 8.0, 1.0, 0.0];
        let expected = [1.0, 3.0, -1.0, -1.0];
        assert_eq!(forward(spec, Mode::Predict, &parameters, &x).0, expected);
        let mut y = x;
        spec.forward(Forward {
            samples: 2,
            mode: Mode::Predict,
            parameters: &parameters,
            inputs: &[&[]],
            outputs: &mut [&mut y],
            saved: &mut [],
            scratch: &mut vec![f64::NAN; spec.forward_scratch(2)],
        });
        assert_eq!(y, expected);
    }

    #[test]
    fn a_small_spread_far_from_zero_keeps_its_digits() {
        // E[x²] - E[x]² would lose all of them in f32.
        let spec = BatchNormSpec {
            channels: 1,
            values: 1000,
            eps: 0.0,
            affine: true,
            running: false,
            counted: false,
        };
        let x: Vec<f32> = (0..2000).map(|i| 1000.0 + (i % 2) as f32 * 0.125).collect();
        let (_, saved) = forward(spec, Mode::Train(Noise::default()), &[1.0; 4], &x);
        assert!((saved[0] - 1000.0625).abs() < 1e-3, "{saved:?}");
        assert!((saved[1] - 16.0).abs() < 1e-2, "{saved:?}");
    }
}
