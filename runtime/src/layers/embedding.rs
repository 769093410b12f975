//! A table of learned vectors, one for each index.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::{cut, enough, parts};
use nalgebra::SMatrix;

/// The parameters of an embedding of `ROWS` indices in vectors of `WIDTH` numbers.
///
/// The weight's columns are the vectors, so that in memory it is `[ROWS][WIDTH]`, as PyTorch's `Embedding` has it.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct Embedding<T, const WIDTH: usize, const ROWS: usize> {
    /// The vector of each index.
    pub weight: SMatrix<T, WIDTH, ROWS>,
}

/// `y[i] = w[x[i]]` for each of `len` indices of a sample; `dw[r] = Σ dy[i]` over all `i` with `x[i] = r` (PyTorch's
/// `Embedding`). Drawn from the normal distribution.
///
/// The inputs are the indices as scalars, which hold them exactly; backward reads them, and no gradient flows into them.
/// The row `padding_idx` gets no gradient; drawn as zeros it stays so.
///
/// ```
/// use formwork::layers::embedding::EmbeddingSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// let spec = EmbeddingSpec { len: 2, rows: 3, width: 2, padding_idx: None };
/// let mut y = [0.0f32; 4];
/// spec.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[0.0, 0.1, 1.0, 1.1, 2.0, 2.1],
///     inputs: &[&[2.0, 0.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut [],
/// });
/// assert_eq!(y, [2.0, 2.1, 0.0, 0.1]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmbeddingSpec {
    /// The indices of a sample.
    pub len: usize,
    /// How many different indices there are.
    pub rows: usize,
    /// The numbers of a vector.
    pub width: usize,
    /// The index whose vector is not learned.
    pub padding_idx: Option<usize>,
}

/// How many rows of the gradient are added up by one task at least: each task reads all indices.
const ROWS: usize = 64;

impl EmbeddingSpec {
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

impl<T: Real> Layer<T> for EmbeddingSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (indices, width) = (pass.inputs[0], self.width);
        parts(pass.outputs[0], width, 1, |from, y| {
            T::look_up(width, &indices[from / width..][..y.len() / width], pass.parameters, y);
        });
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (indices, dy) = (pass.inputs[0], pass.output_gradients[0]);
        // A row belongs to one task, which adds up what it gets in the order of the samples: the cut does not matter.
        let rows = self.rows.div_ceil(16).max(ROWS);
        let skipped = self.padding_idx.unwrap_or(usize::MAX);
        let work = pass.parameter_gradients.len() + dy.len();
        cut(pass.parameter_gradients, rows * self.width, enough(work), |task, sums| {
            T::add_rows(task * rows, skipped, self.width, indices, dy, sums);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::parallel::set_threads;
    use crate::noise::Noise;

    fn gradient(spec: &EmbeddingSpec, x: &[f32], dy: &[f32]) -> Vec<f32> {
        let mut dw = vec![f32::NAN; spec.rows * spec.width];
        spec.backward(Backward {
            samples: x.len() / spec.len,
            noise: Noise::default(),
            parameters: &[],
            inputs: &[x],
            outputs: &[&[]],
            saved: &mut [],
            output_gradients: &[dy],
            input_gradients: &mut [&mut []],
            parameter_gradients: &mut dw,
            scratch: &mut [],
        });
        dw
    }

    #[test]
    fn the_gradient_is_the_same_at_any_number_of_threads() {
        let spec = EmbeddingSpec { len: 64, rows: 1000, width: 33, padding_idx: Some(7) };
        let x: Vec<f32> = (0..64 * 100).map(|i| (i * i * 31 % 1000) as f32).collect();
        let dy: Vec<f32> = (0..x.len() * 33).map(|i| (i as f32).sin()).collect();
        let mut want = vec![0.0f32; 1000 * 33];
        for (&x, dy) in x.iter().zip(dy.chunks(33)).filter(|(x, _)| **x != 7.0) {
            want[x as usize * 33..][..33].iter_mut().zip(dy).for_each(|(w, dy)| *w += dy);
        }
        for threads in [1, 2, 3] {
            set_threads(threads);
            assert!(gradient(&spec, &x, &dy) == want, "{threads} threads");
        }
    }
}
