//! Soft-max and its logarithm.

use super::{Backward, Forward, Layer};
use crate::Real;

/// Soft-max over the middle axis of `[outer, len, inner]`: `yᵢ = e^(xᵢ - m) / Σⱼ e^(xⱼ - m)` with `m` the largest `x`,
/// or its logarithm.
///
/// Values that are -∞ throughout (everything is masked) give probabilities of 0, not NaN, and logarithms of -∞. The
/// gradient, read off the outputs, is `y (dy - Σ y dy)`, and for the logarithm `dy - eʸ Σ dy`. Both passes may run in
/// place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftmaxSpec {
    /// How many independent blocks a sample has.
    pub outer: usize,
    /// How many numbers share one distribution.
    pub len: usize,
    /// The distance between two of them.
    pub inner: usize,
    /// Whether the logarithm is asked for.
    pub log: bool,
}

impl SoftmaxSpec {
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

impl<T: Real> Layer<T> for SoftmaxSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        T::softmax(self.len, self.inner, self.log, pass.inputs[0], pass.outputs[0]);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (y, dy, dx) = (pass.outputs[0], pass.output_gradients[0], &mut *pass.input_gradients[0]);
        T::softmax_backward(self.len, self.inner, self.log, y, dy, dx);
    }
}
