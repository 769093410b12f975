//! The product of two matrices of each sample.

use super::dense::DenseSpec;
use super::{Backward, Forward, Layer};
use crate::Real;

/// `y = a b` with `a` `[rows, inner]` and `b` `[inner, columns]`; `da = dy bᵀ`, `db = aᵀ dy`.
///
/// ```
/// use formwork::layers::matmul::MatmulSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// let spec = MatmulSpec { rows: 1, inner: 2, columns: 2 };
/// let mut y = [0.0f32; 2];
/// spec.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[],
///     inputs: &[&[1.0, 10.0], &[1.0, 2.0, 3.0, 4.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut vec![0.0; spec.forward_scratch(1)],
/// });
/// assert_eq!(y, [31.0, 42.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatmulSpec {
    /// The rows of `a`.
    pub rows: usize,
    /// The columns of `a`, and the rows of `b`.
    pub inner: usize,
    /// The columns of `b`.
    pub columns: usize,
}

impl MatmulSpec {
    /// One sample is a dense layer whose weights are `b`.
    const fn dense(&self) -> DenseSpec {
        DenseSpec { rows: self.rows, inputs: self.inner, outputs: self.columns, bias: false }
    }

    /// The scalars of room that forward needs, for one sample after another.
    #[must_use]
    pub const fn forward_scratch(&self, _samples: usize) -> usize {
        self.dense().forward_scratch(1)
    }

    /// The scalars of room that backward needs, for one sample after another.
    #[must_use]
    pub const fn backward_scratch(&self, _samples: usize) -> usize {
        self.dense().backward_scratch(1)
    }

    /// The numbers of a sample in `a`, `b` and `y`.
    const fn sizes(&self) -> [usize; 3] {
        [self.rows * self.inner, self.inner * self.columns, self.rows * self.columns]
    }
}

impl<T: Real> Layer<T> for MatmulSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let [a_len, b_len, y_len] = self.sizes();
        let samples = pass.inputs[0].chunks_exact(a_len).zip(pass.inputs[1].chunks_exact(b_len));
        for ((a, b), y) in samples.zip(pass.outputs[0].chunks_exact_mut(y_len)) {
            T::dense_forward(&self.dense(), 1, b, a, y, pass.scratch);
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let [a_len, b_len, y_len] = self.sizes();
        let [da, db] = pass.input_gradients else { return };
        for (s, dy) in pass.output_gradients[0].chunks_exact(y_len).enumerate() {
            let (a, b) = (&pass.inputs[0][s * a_len..][..a_len], &pass.inputs[1][s * b_len..][..b_len]);
            if !da.is_empty() {
                let da = &mut da[s * a_len..][..a_len];
                T::dense_backward_input(&self.dense(), 1, b, dy, da, pass.scratch);
            }
            if !db.is_empty() {
                let db = &mut db[s * b_len..][..b_len];
                T::dense_backward_parameters(&self.dense(), 1, a, dy, db, pass.scratch);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        for (rows, inner, columns) in [(1, 1, 1), (3, 4, 5), (7, 2, 9), (1, 17, 3)] {
            let spec = MatmulSpec { rows, inner, columns };
            let [a, b, y] = spec.sizes();
            let x = spread(3 * (a + b), 5);
            let case = LayerCase {
                samples: 3,
                inputs: &[&x[..3 * a], &x[3 * a..]],
                outputs: &[3 * y],
                forward_scratch: spec.forward_scratch(3),
                backward_scratch: spec.backward_scratch(3),
                reads_inputs: true,
                ..LayerCase::default()
            };
            let report = gradcheck::layer(&spec, &case);
            assert!(report.within(1e-8) && report.checked == x.len(), "{spec:?}: {report}");
        }
    }
}
