//! The rectifier with a learned slope (He et al.: *Delving deep into rectifiers*, 2015).

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::batch_norm::{scratch_len, sum_slopes};
use crate::kernels::split::{at, parts};
use nalgebra::SVector;

/// The parameters of a rectifier with `C` slopes: one for each channel, or one in all.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct PRelu<T, const C: usize> {
    /// What negative values are multiplied by.
    pub weight: SVector<T, C>,
}

/// `y = x` above 0, `y = weight · x` elsewhere.
///
/// A sample is `values` rows of `channels`, each channel with a slope of its own; where all share one, `channels` is 1.
/// The gradient by a slope is `Σ dy x` over the `x` at most 0. Backward reads the inputs and may run in place; forward may
/// if nobody reads the inputs later.
///
/// ```
/// use formwork::layers::prelu::PReluSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// let mut y = [0.0f32; 2];
/// PReluSpec { channels: 1, values: 2 }.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[0.25],
///     inputs: &[&[-2.0, 3.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut [],
/// });
/// assert_eq!(y, [-0.5, 3.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PReluSpec {
    /// How many slopes there are.
    pub channels: usize,
    /// Rows of a sample.
    pub values: usize,
}

impl PReluSpec {
    /// No room is needed beside.
    #[must_use]
    pub const fn forward_scratch(&self, _samples: usize) -> usize {
        0
    }

    /// Room for partial sums.
    #[must_use]
    pub const fn backward_scratch(&self, _samples: usize) -> usize {
        scratch_len(self.channels)
    }
}

impl<T: Real> Layer<T> for PReluSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (x, slopes) = (pass.inputs[0], &pass.parameters[..self.channels]);
        parts(pass.outputs[0], self.channels, 1, |from, y| T::prelu(slopes, at(x, from, y.len()), y));
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (x, dy) = (pass.inputs[0], pass.output_gradients[0]);
        let dx = &mut *pass.input_gradients[0];
        let slopes = &pass.parameters[..self.channels];
        if !pass.parameter_gradients.is_empty() {
            // First, since the gradient by the inputs may be written over the one by the outputs.
            let dy = if dy.is_empty() { &*dx } else { dy };
            sum_slopes(self.channels, x, dy, pass.parameter_gradients, pass.scratch);
        }
        parts(dx, self.channels, 1, |from, dx| {
            T::prelu_backward(slopes, &x[from..][..dx.len()], at(dy, from, dx.len()), dx);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        for (channels, values) in [(1, 1), (1, 300), (3, 5), (40, 9), (300, 1)] {
            for gradient_in_place in [false, true] {
                let spec = PReluSpec { channels, values };
                let x = spread(2 * channels * values, 5);
                let parameters = spread(channels, 6);
                let case = LayerCase {
                    samples: 2,
                    parameters: &parameters,
                    learned: channels,
                    inputs: &[&x],
                    outputs: &[x.len()],
                    backward_scratch: spec.backward_scratch(2),
                    reads_inputs: true,
                    gradient_in_place,
                    ..LayerCase::default()
                };
                let report = gradcheck::layer(&spec, &case);
                assert!(report.within(1e-8), "{spec:?}: {report}");
            }
        }
    }
}
