//! The transposed convolution along sequences.

use nalgebra::{SMatrix, SVector};

/// The parameters of a transposed convolution along sequences `[time, features]`, with `IN` inputs, `OUT` outputs in each
/// group and a kernel of `K` steps; without a bias `BIAS` is 0.
///
/// `y[q][o] = b[o] + Σ w[k][o][c] x[p][c]`, summed over all steps `p` and `k` with `p · stride + k · dilation - padding = q`
/// and the features `c` of the output's group: PyTorch's `ConvTranspose1d` with time first. In memory the weight is
/// `[k][out][in]`, inputs contiguous; in files `[in, out, k]`.
///
/// A sequence is an image of one row whose channels are innermost, so this is computed by a
/// [`ConvTranspose2dSpec`](super::conv_transpose2d::ConvTranspose2dSpec) of height 1.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct ConvTranspose1d<T, const IN: usize, const OUT: usize, const K: usize, const BIAS: usize> {
    /// What each input gives to each output, for each step of the kernel.
    pub weight: [SMatrix<T, IN, OUT>; K],
    /// What is added to each output.
    pub bias: SVector<T, BIAS>,
}
