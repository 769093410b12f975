//! Batch normalisation (Ioffe, Szegedy: *Batch normalization*, 2015).

use super::{Backward, Forward, Layer, Mode};
use crate::Real;
use crate::kernels::batch_norm::scratch_len;
use nalgebra::SVector;

/// The parameters of a batch normalisation over `C` channels.
#[repr(C)]
#[derive(Debug)]
pub struct BatchNorm<T, const C: usize> {
    /// The scale after normalising.
    pub weight: SVector<T, C>,
    /// What is added then.
    pub bias: SVector<T, C>,
    /// The running average of the batches' means.
    pub running_mean: SVector<T, C>,
    /// The running average of the batches' unbiased variances.
    pub running_var: SVector<T, C>,
}

/// `y = (x - mean) / √(var + eps) · weight + bias` for each channel, where a sample is `values` rows of `channels`: `[n]`
/// has one row of `n` channels, an image with its channels innermost `height · width` rows, `[t, f]` has `t` rows of
/// `f`.
///
/// In training mean and (biased) variance are the batch's own, formed in two passes; in prediction they are the running
/// averages. Forward saves `saved_fixed = 3 channels` scalars; backward reads these and the inputs and, where a running
/// average stands in the parameters, leaves the batch's mean and **unbiased** variance in `parameter_gradients`, for the
/// optimizer's step to fold in once. Backward may write the input's gradient over the output's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNormSpec {
    /// The number of channels.
    pub channels: usize,
    /// Rows of a sample.
    pub values: usize,
    /// What is added to the variance.
    pub eps: f64,
}

impl BatchNormSpec {
    /// Scalars that forward saves for the whole batch: mean, `1 / √(var + eps)` and unbiased variance.
    #[must_use]
    pub const fn saved_fixed(&self) -> usize {
        3 * self.channels
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
        let parameters = &pass.parameters[..4 * self.channels];
        match pass.mode {
            Mode::Predict => T::batch_norm(self.channels, self.eps, parameters, x, y, pass.scratch),
            Mode::Train(_) => {
                T::batch_norm_train(self.channels, self.eps, parameters, x, y, pass.saved, pass.scratch);
            }
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        T::batch_norm_backward(
            self.channels,
            &pass.parameters[..self.channels],
            pass.saved,
            pass.inputs[0],
            pass.output_gradients[0],
            pass.input_gradients[0],
            pass.parameter_gradients,
            pass.scratch,
        );
    }
}
