//! Kernels for matrix products and convolutions: the entry points, once for each scalar type.

use super::{
    convolution, convolution_input, convolution_transposed, convolution_volume, convolution_weights, dense,
};
use crate::layers::conv_transpose2d::ConvTranspose2dSpec;
use crate::layers::conv2d::Conv2dSpec;
use crate::layers::conv3d::Conv3dSpec;
use crate::layers::dense::DenseSpec;

/// The kernels of this module that exist once for each scalar type.
#[doc(hidden)]
pub trait ProductKernels: Sized {
    /// `y[n][o] = b[o] + Σᵢ x[n][i] w[i][o]`; see [`DenseSpec`].
    fn dense_forward(
        spec: &DenseSpec,
        n: usize,
        w: &[Self],
        x: &[Self],
        y: &mut [Self],
        scratch: &mut [Self],
    );

    /// `dw[i][o] = Σₙ x[n][i] dy[n][o]`, followed by `db[o] = Σₙ dy[n][o]`.
    fn dense_backward_parameters(
        spec: &DenseSpec,
        n: usize,
        x: &[Self],
        dy: &[Self],
        dw: &mut [Self],
        scratch: &mut [Self],
    );

    /// `dx[n][i] = Σₒ dy[n][o] w[i][o]`.
    fn dense_backward_input(
        spec: &DenseSpec,
        n: usize,
        w: &[Self],
        dy: &[Self],
        dx: &mut [Self],
        scratch: &mut [Self],
    );

    /// `y[p][o] = b[o] + Σ x[p · stride + tap][c] w[tap][c][o]`; see [`Conv2dSpec`].
    fn conv2d_forward(
        spec: &Conv2dSpec,
        n: usize,
        w: &[Self],
        x: &[Self],
        y: &mut [Self],
        scratch: &mut [Self],
    );

    /// `dw[tap][c][o] = Σ x[p · stride + tap][c] dy[p][o]`, followed by `db[o] = Σ dy[p][o]`.
    fn conv2d_backward_parameters(
        spec: &Conv2dSpec,
        n: usize,
        x: &[Self],
        dy: &[Self],
        dw: &mut [Self],
        scratch: &mut [Self],
    );

    /// `dx[q][c] = Σ dy[p][o] w[tap][c][o]` over all `p · stride + tap = q`.
    fn conv2d_backward_input(
        spec: &Conv2dSpec,
        n: usize,
        w: &[Self],
        dy: &[Self],
        dx: &mut [Self],
        scratch: &mut [Self],
    );

    /// `y[q][o] = b[o] + Σ x[p][c] w[tap][o][c]` over all `p · stride + tap = q`; see [`ConvTranspose2dSpec`].
    fn conv_transpose2d_forward(
        spec: &ConvTranspose2dSpec,
        n: usize,
        w: &[Self],
        x: &[Self],
        y: &mut [Self],
        scratch: &mut [Self],
    );

    /// `dw[tap][o][c] = Σ dy[p · stride + tap][o] x[p][c]`, followed by `db[o] = Σ dy[q][o]`. (The gradient by the input
    /// is the mirrored convolution's forward pass.)
    fn conv_transpose2d_backward_parameters(
        spec: &ConvTranspose2dSpec,
        n: usize,
        x: &[Self],
        dy: &[Self],
        dw: &mut [Self],
        scratch: &mut [Self],
    );

    /// `y[p][o] = b[o] + Σ x[p · stride + tap][c] w[tap][c][o]`; see [`Conv3dSpec`].
    fn conv3d_forward(
        spec: &Conv3dSpec,
        n: usize,
        w: &[Self],
        x: &[Self],
        y: &mut [Self],
        scratch: &mut [Self],
    );

    /// `dw[tap][c][o] = Σ x[p · stride + tap][c] dy[p][o]`, followed by `db[o] = Σ dy[p][o]`.
    fn conv3d_backward_parameters(
        spec: &Conv3dSpec,
        n: usize,
        x: &[Self],
        dy: &[Self],
        dw: &mut [Self],
        scratch: &mut [Self],
    );

    /// `dx[q][c] = Σ dy[p][o] w[tap][c][o]` over all `p · stride + tap = q`.
    fn conv3d_backward_input(
        spec: &Conv3dSpec,
        n: usize,
        w: &[Self],
        dy: &[Self],
        dx: &mut [Self],
        scratch: &mut [Self],
    );
}

macro_rules! product_kernels {
    ($t:ty) => {
        impl ProductKernels for $t {
            fn dense_forward(
                spec: &DenseSpec,
                n: usize,
                w: &[$t],
                x: &[$t],
                y: &mut [$t],
                scratch: &mut [$t],
            ) {
                dense::forward(spec, n, w, x, y, scratch);
            }

            fn dense_backward_parameters(
                spec: &DenseSpec,
                n: usize,
                x: &[$t],
                dy: &[$t],
                dw: &mut [$t],
                scratch: &mut [$t],
            ) {
                dense::backward_parameters(spec, n, x, dy, dw, scratch);
            }

            fn dense_backward_input(
                spec: &DenseSpec,
                n: usize,
                w: &[$t],
                dy: &[$t],
                dx: &mut [$t],
                scratch: &mut [$t],
            ) {
                dense::backward_input(spec, n, w, dy, dx, scratch);
            }

            fn conv2d_forward(
                spec: &Conv2dSpec,
                n: usize,
                w: &[$t],
                x: &[$t],
                y: &mut [$t],
                scratch: &mut [$t],
            ) {
                convolution::forward(spec, n, w, x, y, scratch);
            }

            fn conv2d_backward_parameters(
                spec: &Conv2dSpec,
                n: usize,
                x: &[$t],
                dy: &[$t],
                dw: &mut [$t],
                scratch: &mut [$t],
            ) {
                convolution_weights::backward_parameters(spec, n, x, dy, dw, scratch);
            }

            fn conv2d_backward_input(
                spec: &Conv2dSpec,
                n: usize,
                w: &[$t],
                dy: &[$t],
                dx: &mut [$t],
                scratch: &mut [$t],
            ) {
                convolution_input::backward_input(spec, n, (w, &[]), dy, dx, scratch);
            }

            fn conv_transpose2d_forward(
                spec: &ConvTranspose2dSpec,
                n: usize,
                w: &[$t],
                x: &[$t],
                y: &mut [$t],
                scratch: &mut [$t],
            ) {
                convolution_transposed::forward(spec, n, w, x, y, scratch);
            }

            fn conv_transpose2d_backward_parameters(
                spec: &ConvTranspose2dSpec,
                n: usize,
                x: &[$t],
                dy: &[$t],
                dw: &mut [$t],
                scratch: &mut [$t],
            ) {
                convolution_transposed::backward_parameters(spec, n, x, dy, dw, scratch);
            }

            fn conv3d_forward(
                spec: &Conv3dSpec,
                n: usize,
                w: &[$t],
                x: &[$t],
                y: &mut [$t],
                scratch: &mut [$t],
            ) {
                convolution_volume::forward(spec, n, w, x, y, scratch);
            }

            fn conv3d_backward_parameters(
                spec: &Conv3dSpec,
                n: usize,
                x: &[$t],
                dy: &[$t],
                dw: &mut [$t],
                scratch: &mut [$t],
            ) {
                convolution_volume::backward_parameters(spec, n, x, dy, dw, scratch);
            }

            fn conv3d_backward_input(
                spec: &Conv3dSpec,
                n: usize,
                w: &[$t],
                dy: &[$t],
                dx: &mut [$t],
                scratch: &mut [$t],
            ) {
                convolution_volume::backward_input(spec, n, w, dy, dx, scratch);
            }
        }
    };
}

product_kernels!(f32);
product_kernels!(f64);
