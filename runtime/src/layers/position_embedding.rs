//! A learned vector for each position.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::{cut, enough, parts};
use nalgebra::SMatrix;

/// The parameters of a table of `ROWS` positions of `WIDTH` features.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct PositionEmbedding<T, const WIDTH: usize, const ROWS: usize> {
    /// The vector of each position; in memory it is `[ROWS][WIDTH]`.
    pub weight: SMatrix<T, WIDTH, ROWS>,
}

/// `y[i] = x[i] + w[i]` for each of `len` rows of a sample; `dx = dy` and `dw[i] = Σ dy[i]` over all samples. The table
/// may have more rows than a sample, whose gradient is zero. Drawn from the normal distribution of deviation 0.02
/// (Radford et al.: *Language models are unsupervised multitask learners*, 2019). Both passes may run in place.
///
/// ```
/// use formwork::layers::position_embedding::PositionEmbeddingSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// let spec = PositionEmbeddingSpec { len: 2, rows: 3, width: 1 };
/// let mut y = [0.0f32; 2];
/// spec.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[0.5, 0.25, 0.125],
///     inputs: &[&[1.0, 2.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut [],
/// });
/// assert_eq!(y, [1.5, 2.25]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PositionEmbeddingSpec {
    /// The rows of a sample.
    pub len: usize,
    /// The rows of the table, at least as many.
    pub rows: usize,
    /// The features of a row.
    pub width: usize,
}

/// How many numbers of the gradient a task adds up.
const PART: usize = 512;

impl PositionEmbeddingSpec {
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

/// `y = x + table` for each sample; an empty `x` stands in `y`.
pub(super) fn add_table<T: Real>(table: &[T], x: &[T], y: &mut [T]) {
    let len = table.len();
    parts(y, len, 1, |from, y| {
        if !x.is_empty() {
            y.copy_from_slice(&x[from..from + y.len()]);
        }
        for y in y.chunks_exact_mut(len) {
            T::add_slices(&[], table, y);
        }
    });
}

impl<T: Real> Layer<T> for PositionEmbeddingSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let first = pass.mode.first() * self.width;
        add_table(&pass.parameters[first..][..self.len * self.width], pass.inputs[0], pass.outputs[0]);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (given, dx) = (pass.output_gradients[0], &mut *pass.input_gradients[0]);
        if !given.is_empty() && !dx.is_empty() {
            dx.copy_from_slice(given);
        }
        let dy = if given.is_empty() { &*dx } else { given };
        let len = self.len * self.width;
        let Some((used, rest)) = pass.parameter_gradients.split_at_mut_checked(len) else { return };
        rest.fill(T::zero());
        // A number of the gradient belongs to one task and is added up in an order that the samples alone decide.
        cut(used, PART, enough(dy.len()), |task, sums| T::sum_samples(len, task * PART, dy, sums));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        for (samples, len, rows, width) in [(1, 1, 1, 1), (3, 4, 6, 5), (2, 40, 40, 17)] {
            let (x, parameters) = (spread(samples * len * width, 5), spread(rows * width, 6));
            for in_place in [false, true] {
                let case = LayerCase {
                    samples,
                    parameters: &parameters,
                    learned: parameters.len(),
                    inputs: &[&x],
                    outputs: &[x.len()],
                    in_place,
                    gradient_in_place: in_place,
                    ..LayerCase::default()
                };
                let report = gradcheck::layer(&PositionEmbeddingSpec { len, rows, width }, &case);
                assert!(report.within(1e-8) && report.checked == x.len() + parameters.len(), "{report}");
            }
        }
    }
}
