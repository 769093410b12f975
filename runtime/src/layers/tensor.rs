//! A layer's tensor as a value, and the product of a value with such a tensor.
//!
//! Both stand beside the layer that has the tensor and are called with all its parameters; their gradients are zero but
//! for the one tensor, and are added to the layer's own.

use super::dense::DenseSpec;
use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::{cut, enough};

/// `y[n] = w` for every sample, in the order of files; `dw = Σₙ dy[n]`.
///
/// ```
/// use formwork::layers::tensor::TensorSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// // A dense layer's weight of 2 outputs and 3 inputs, which lies with the inputs outermost, before the bias.
/// let spec = TensorSpec { all: 8, start: 0, len: 6, axes: &[[2, 1], [3, 2]] };
/// let mut y = [0.0f32; 6];
/// spec.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[1.0, 4.0, 2.0, 5.0, 3.0, 6.0, 0.5, 0.5],
///     inputs: &[],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut [],
/// });
/// assert_eq!(y, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TensorSpec {
    /// The numbers of all tensors of the layer.
    pub all: usize,
    /// Where this one begins.
    pub start: usize,
    /// Its numbers.
    pub len: usize,
    /// Its axes in files: their sizes, and the distance of neighbours in memory.
    pub axes: &'static [[usize; 2]],
}

/// `y = x w` for each of `rows` rows of a sample, with `w` `[inner, columns]`; `dx = dy wᵀ`, `dw = Σ xᵀ dy`. Backward reads
/// the input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProductSpec {
    /// The rows of `x`.
    pub rows: usize,
    /// The columns of `x`, and the rows of `w`.
    pub inner: usize,
    /// The columns of `w`.
    pub columns: usize,
    /// The numbers of all tensors of the layer that has `w`.
    pub all: usize,
    /// Where `w` begins.
    pub start: usize,
    /// Whether `w` lies in memory column by column.
    pub turned: bool,
}

/// How many numbers of the gradient a task adds up.
const PART: usize = 512;

impl TensorSpec {
    /// No room is needed beside.
    #[must_use]
    pub const fn forward_scratch(&self, _samples: usize) -> usize {
        0
    }

    /// Room for the gradient in the order of files.
    #[must_use]
    pub const fn backward_scratch(&self, _samples: usize) -> usize {
        self.len
    }
}

impl<T: Real> Layer<T> for TensorSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let y = &mut *pass.outputs[0];
        let w = &pass.parameters[self.start..][..self.len];
        if y.len() < self.len || self.len == 0 {
            return;
        }
        let (first, others) = y.split_at_mut(self.len);
        T::gather_strided(self.axes, [self.len, self.len], 1.0, w, first);
        for y in others.chunks_exact_mut(self.len) {
            y.copy_from_slice(first);
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        if pass.parameter_gradients.is_empty() {
            return;
        }
        let dy = pass.output_gradients[0];
        let sums = &mut pass.scratch[..self.len];
        cut(&mut *sums, PART, enough(dy.len()), |task, sums| {
            T::sum_samples(self.len, task * PART, dy, sums);
        });
        pass.parameter_gradients.fill(T::zero());
        let dw = &mut pass.parameter_gradients[self.start..][..self.len];
        T::scatter_strided(self.axes, [self.len, self.len], 1.0, sums, dw);
    }
}

impl ProductSpec {
    /// The dense layer whose weights lie as `w` does: this product forward, or where `w` is turned its gradient by what
    /// comes in.
    const fn dense(&self) -> DenseSpec {
        let (inputs, outputs) =
            if self.turned { (self.columns, self.inner) } else { (self.inner, self.columns) };
        DenseSpec { rows: self.rows, inputs, outputs, bias: false }
    }

    const fn larger(&self, samples: usize) -> usize {
        let (forward, backward) =
            (self.dense().forward_scratch(samples), self.dense().backward_scratch(samples));
        if forward > backward { forward } else { backward }
    }

    /// The scalars of room that forward needs: copies of pieces of the matrix in the order in which they are read.
    #[must_use]
    pub const fn forward_scratch(&self, samples: usize) -> usize {
        self.larger(samples)
    }

    /// The scalars of room that backward needs, for the same.
    #[must_use]
    pub const fn backward_scratch(&self, samples: usize) -> usize {
        self.larger(samples)
    }
}

impl<T: Real> Layer<T> for ProductSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (dense, n) = (self.dense(), pass.samples);
        let w = &pass.parameters[self.start..][..self.inner * self.columns];
        let (x, y) = (pass.inputs[0], &mut *pass.outputs[0]);
        match self.turned {
            true => T::dense_backward_input(&dense, n, w, x, y, pass.scratch),
            false => T::dense_forward(&dense, n, w, x, y, pass.scratch),
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (dense, n) = (self.dense(), pass.samples);
        let len = self.inner * self.columns;
        let (x, dy) = (pass.inputs[0], pass.output_gradients[0]);
        if !pass.parameter_gradients.is_empty() {
            pass.parameter_gradients[..self.start].fill(T::zero());
            pass.parameter_gradients[self.start + len..].fill(T::zero());
            let dw = &mut pass.parameter_gradients[self.start..][..len];
            let (from, to) = if self.turned { (dy, x) } else { (x, dy) };
            T::dense_backward_parameters(&dense, n, from, to, dw, pass.scratch);
        }
        let (w, dx) = (&pass.parameters[self.start..][..len], &mut *pass.input_gradients[0]);
        if dx.is_empty() {
            return;
        }
        match self.turned {
            true => T::dense_forward(&dense, n, w, dy, dx, pass.scratch),
            false => T::dense_backward_input(&dense, n, w, dy, dx, pass.scratch),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        let parameters = spread(30, 6);
        // Inputs outermost in memory, outputs in files.
        let turned = TensorSpec { all: 30, start: 4, len: 24, axes: &[[4, 1], [6, 4]] };
        let plain = TensorSpec { axes: &[[24, 1]], ..turned };
        for spec in [turned, plain] {
            let case = LayerCase {
                samples: 3,
                parameters: &parameters,
                learned: 30,
                outputs: &[72],
                backward_scratch: spec.backward_scratch(3),
                ..LayerCase::default()
            };
            let report = gradcheck::layer(&spec, &case);
            assert!(report.within(1e-8) && report.checked == 30, "{spec:?}: {report}");
        }
        for turned in [false, true] {
            for (rows, samples) in [(1, 1), (3, 2), (2, 60)] {
                let spec = ProductSpec { rows, inner: 4, columns: 6, all: 30, start: 5, turned };
                let x = spread(rows * samples * 4, 7);
                let case = LayerCase {
                    samples,
                    parameters: &parameters,
                    learned: 30,
                    inputs: &[&x],
                    outputs: &[rows * samples * 6],
                    forward_scratch: spec.forward_scratch(samples),
                    backward_scratch: spec.backward_scratch(samples),
                    reads_inputs: true,
                    ..LayerCase::default()
                };
                let report = gradcheck::layer(&spec, &case);
                assert!(report.within(1e-7) && report.checked == 30 + x.len(), "{spec:?}: {report}");
            }
        }
    }
}
