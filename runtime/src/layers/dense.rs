//! The dense layer: every output depends on every input.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::dense::pack_scratch;
use nalgebra::{SMatrix, SVector};

/// The parameters of a dense layer from `IN` inputs to `OUT` outputs; without a bias `BIAS` is 0.
///
/// The weight's columns are the inputs, so that in memory it is `[in][out]`, outputs contiguous.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct Dense<T, const OUT: usize, const IN: usize, const BIAS: usize = OUT> {
    /// What each output takes of each input.
    pub weight: SMatrix<T, OUT, IN>,
    /// What is added to each output.
    pub bias: SVector<T, BIAS>,
}

/// The sizes of a dense layer, `y = W x + b` for each of `rows` rows of a sample.
///
/// Forward `y[n][o] = b[o] + Σᵢ w[i][o] x[n][i]`; backward `dx[n][i] = Σₒ w[i][o] dy[n][o]`,
/// `dw[i][o] = Σₙ x[n][i] dy[n][o]`, `db[o] = Σₙ dy[n][o]`, where `n` counts the rows of all samples (PyTorch's `Linear`
/// with the weight transposed). Parameters are `w` as `[in][out]`, then `b`. Backward reads the input.
///
/// ```
/// use formwork::layers::dense::DenseSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// let spec = DenseSpec { rows: 1, inputs: 2, outputs: 1, bias: true };
/// let mut y = [0.0f32];
/// spec.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[2.0, 3.0, 0.5],
///     inputs: &[&[1.0, 10.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut vec![0.0; spec.forward_scratch(1)],
/// });
/// assert_eq!(y, [32.5]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DenseSpec {
    /// The rows of a sample: 1 for `[n]`, `t` for `[t, f]`.
    pub rows: usize,
    /// The features that come in.
    pub inputs: usize,
    /// The features that go out.
    pub outputs: usize,
    /// Whether there is a bias.
    pub bias: bool,
}

impl DenseSpec {
    /// The scalars of room that forward needs: copies of pieces of the weights in the order in which they are read.
    #[must_use]
    pub const fn forward_scratch(&self, samples: usize) -> usize {
        pack_scratch(samples * self.rows, self.inputs, self.outputs, false)
    }

    /// The scalars of room that backward needs: copies of pieces of the output's gradient, or of the weights transposed.
    #[must_use]
    pub const fn backward_scratch(&self, samples: usize) -> usize {
        let n = samples * self.rows;
        let parameters = pack_scratch(self.inputs, n, self.outputs, false);
        let input = pack_scratch(n, self.outputs, self.inputs, true);
        if parameters > input { parameters } else { input }
    }
}

impl<T: Real> Layer<T> for DenseSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        T::dense_forward(self, pass.samples, pass.parameters, pass.inputs[0], pass.outputs[0], pass.scratch);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (n, dy) = (pass.samples, pass.output_gradients[0]);
        if !pass.parameter_gradients.is_empty() {
            T::dense_backward_parameters(self, n, pass.inputs[0], dy, pass.parameter_gradients, pass.scratch);
        }
        let dx = &mut *pass.input_gradients[0];
        if !dx.is_empty() {
            T::dense_backward_input(self, n, pass.parameters, dy, dx, pass.scratch);
        }
    }
}
