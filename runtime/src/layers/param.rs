//! A learned tensor of its own.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::{cut, enough};
use nalgebra::{SMatrix, SVector};

/// A tensor of shape `[]`.
pub type Rank0<T> = T;
/// A tensor of shape `[A]`.
pub type Rank1<T, const A: usize> = SVector<T, A>;
/// A tensor of shape `[A, B]`.
pub type Rank2<T, const A: usize, const B: usize> = SMatrix<T, B, A>;
/// A tensor of shape `[A, B, C]`.
pub type Rank3<T, const A: usize, const B: usize, const C: usize> = [SMatrix<T, C, B>; A];
/// A tensor of shape `[A, B, C, D]`.
pub type Rank4<T, const A: usize, const B: usize, const C: usize, const D: usize> =
    [[SMatrix<T, D, C>; B]; A];
/// A tensor of shape `[A, B, C, D, E]`.
pub type Rank5<T, const A: usize, const B: usize, const C: usize, const D: usize, const E: usize> =
    [[[SMatrix<T, E, D>; C]; B]; A];

/// `y[n] = p` for every sample; `dp = Σₙ dy[n]`.
///
/// ```
/// use formwork::layers::param::ParamSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// let mut y = [0.0f32; 4];
/// ParamSpec { len: 2 }.forward(Forward {
///     samples: 2,
///     mode: Mode::Predict,
///     parameters: &[3.0, 4.0],
///     inputs: &[],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut [],
/// });
/// assert_eq!(y, [3.0, 4.0, 3.0, 4.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParamSpec {
    /// The numbers of the tensor.
    pub len: usize,
}

/// How many numbers of the gradient a task adds up.
const PART: usize = 512;

impl ParamSpec {
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

impl<T: Real> Layer<T> for ParamSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        for y in pass.outputs[0].chunks_exact_mut(self.len.max(1)) {
            y.copy_from_slice(pass.parameters);
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let dy = pass.output_gradients[0];
        // A number of the gradient belongs to one task and is added up in an order that the samples alone decide.
        cut(pass.parameter_gradients, PART, enough(dy.len()), |task, sums| {
            T::sum_samples(self.len, task * PART, dy, sums);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        for (len, samples) in [(1, 1), (1, 300), (37, 3), (1100, 2)] {
            let parameters = spread(len, 5);
            let case = LayerCase {
                samples,
                parameters: &parameters,
                learned: len,
                outputs: &[len * samples],
                ..LayerCase::default()
            };
            let report = gradcheck::layer(&ParamSpec { len }, &case);
            assert!(report.within(1e-8) && report.checked == len, "{report}");
        }
    }
}
