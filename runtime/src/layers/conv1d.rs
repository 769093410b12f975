//! The convolution along sequences.

use nalgebra::{SMatrix, SVector};

/// The parameters of a convolution along sequences `[time, features]`, with `OUT` outputs, `IN` inputs in each group and
/// a kernel of `K` steps; without a bias `BIAS` is 0.
///
/// `y[p][o] = b[o] + Σ w[k][c][o] x[p · stride + k · dilation - padding][c]`, summed over the kernel's steps and the
/// features `c` of the output's group, where `x` is zero before the first step and after the last: PyTorch's `Conv1d`
/// with time first. In memory the weight is `[k][in][out]`, outputs contiguous; in files `[out, in, k]`.
///
/// A sequence is an image of one row whose channels are innermost, so this is computed by a
/// [`Conv2dSpec`](super::conv2d::Conv2dSpec) of height 1:
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
