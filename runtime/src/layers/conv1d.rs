//! The convolution along sequences.

use super::conv2d::Conv2dSpec;
use super::past::Past;
use super::{Backward, Forward, OverSequences, Sequences, StepByStep};
use crate::Real;
use crate::kernels::causal;
use nalgebra::{SMatrix, SVector};

/// The parameters of a convolution along sequences `[time, features]`, with `OUT` outputs, `IN` inputs in each group and
/// a kernel of `K` steps; without a bias `BIAS` is 0.
///
/// `y[p][o] = b[o] + Σ w[k][c][o] x[p · stride + k · dilation - padding][c]`, summed over the kernel's steps and the
/// features `c` of the output's group, where `x` is zero before the first step and after the last: PyTorch's `Conv1d`
/// with time first. In memory the weight is `[k][in][out]`, outputs contiguous; in files `[out, in, k]`.
///
/// With `padding: causal` there are zeros before the first step alone, so that a step reads itself and those before it. Such a
/// convolution works over sequences of any length, too, in batches and a step at a time; the steps that it reads again are
/// then a [`Past`].
///
/// A sequence is an image of one row whose channels are innermost, so this is computed by a
/// [`Conv2dSpec`] of height 1:
///
/// ```
/// use formwork::prelude::*;
///
/// network! {
///     pub struct Differences(x: [4, 1]) -> [3, 1] { x -> d: Conv1d(1, kernel: 2, bias: false) }
/// }
///
/// let mut differences = Differences::new(1);
/// (differences.d.weight[0][(0, 0)], differences.d.weight[1][(0, 0)]) = (-1.0, 1.0);
/// let y = differences.predict(&SMatrix::<f32, 1, 4>::from([[1.0], [4.0], [9.0], [16.0]]));
/// assert_eq!(y.as_slice(), [3.0, 5.0, 7.0]);
/// ```
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct Conv1d<T, const OUT: usize, const IN: usize, const K: usize, const BIAS: usize = OUT> {
    /// What each output takes of each input, for each step of the kernel.
    pub weight: [SMatrix<T, OUT, IN>; K],
    /// What is added to each output.
    pub bias: SVector<T, BIAS>,
}

/// What a causal convolution along sequences of any length needs beside: the spec is that of a sequence of one step, of
/// height 1 and stride 1, whose padding lies before.
impl Conv2dSpec {
    /// The scalars of room that forward needs over sequences: a copy of the weights.
    #[must_use]
    pub const fn forward_scratch_over(&self, _steps: usize, _sequences: usize, _trains: bool) -> usize {
        causal::forward_scratch(self)
    }

    /// The scalars of room that backward needs over sequences: partial sums of the weights' gradient, or a copy of the
    /// weights.
    #[must_use]
    pub const fn backward_scratch_over(&self, steps: usize, _sequences: usize) -> usize {
        causal::backward_scratch(self, steps)
    }

    /// The scalars of room that one step needs: what the kernel reads.
    #[must_use]
    pub const fn step_scratch(&self) -> usize {
        causal::step_scratch(self)
    }
}

impl<T: Real> OverSequences<T> for Conv2dSpec {
    fn forward_over(&self, sequences: Sequences<'_>, pass: Forward<'_, T>) {
        let (x, y) = (pass.inputs[0], &mut *pass.outputs[0]);
        T::causal_forward(self, sequences, pass.parameters, x, y, pass.scratch);
    }

    fn backward_over(&self, sequences: Sequences<'_>, pass: Backward<'_, T>) {
        let dy = pass.output_gradients[0];
        if !pass.parameter_gradients.is_empty() {
            let (x, dw) = (pass.inputs[0], pass.parameter_gradients);
            T::causal_backward_parameters(self, sequences, x, dy, dw, pass.scratch);
        }
        let dx = &mut *pass.input_gradients[0];
        if !dx.is_empty() {
            T::causal_backward_input(self, sequences, pass.parameters, dy, dx, pass.scratch);
        }
    }
}

/// The memory holds as many steps as the kernel reaches back.
impl<T: Real> StepByStep<T> for Conv2dSpec {
    type Memory = Past<T>;

    fn step(&self, past: &mut Past<T>, pass: Forward<'_, T>) {
        let (x, y) = (pass.inputs[0], &mut *pass.outputs[0]);
        T::causal_step(self, &mut past.values, past.oldest, pass.parameters, x, y, pass.scratch);
        past.turn();
    }
}
