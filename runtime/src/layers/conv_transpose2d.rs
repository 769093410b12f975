//! The transposed convolution over images.

use super::conv2d::Conv2dSpec;
use super::{Backward, Forward, Layer};
use crate::Real;
use nalgebra::{SMatrix, SVector};

/// The parameters of a transposed convolution with `IN` inputs, `OUT` outputs in each group and a kernel of `KH` × `KW`;
/// without a bias `BIAS` is 0.
///
/// In memory the weight is `[kh][kw][out][in]`, inputs contiguous; in files `[in, out, kh, kw]`.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct ConvTranspose2d<
    T,
    const IN: usize,
    const OUT: usize,
    const KH: usize,
    const KW: usize,
    const BIAS: usize,
> {
    /// What each input gives to each output, for each place of the kernel.
    pub weight: [[SMatrix<T, IN, OUT>; KW]; KH],
    /// What is added to each output.
    pub bias: SVector<T, BIAS>,
}

/// The sizes of a transposed convolution of images whose channels are innermost, `[n][h][w][c]`.
///
/// `y[n][q][r][o] = b[o] + Σ w[i][j][o][c] x[n][p][s][c]`, summed over the pixels, the kernel's places and the channels `c`
/// of the output's group with `p · sₕ + i · dₕ - top = q` and `s · sᵥ + j · dᵥ - left = r`: what a convolution's backward
/// pass makes of its output's gradient, and PyTorch's `ConvTranspose2d`. What comes out is
/// `(n - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1` high and wide. Parameters are `w` as
/// `[kh][kw][outputs / groups][channels]`, then `b`. Backward reads the input.
///
/// ```
/// use formwork::layers::conv_transpose2d::ConvTranspose2dSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// let spec = ConvTranspose2dSpec {
///     channels: 1,
///     height: 1,
///     width: 2,
///     outputs: 1,
///     kernel: [1, 3],
///     stride: [1, 2],
///     padding: [0, 0],
///     output_padding: [0, 0],
///     dilation: [1, 1],
///     groups: 1,
///     bias: false,
/// };
/// assert_eq!(spec.output_size(), [1, 5]);
/// let mut y = [0.0f64; 5];
/// spec.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[1.0, 2.0, 3.0],
///     inputs: &[&[1.0, 10.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut vec![0.0; spec.forward_scratch(1)],
/// });
/// assert_eq!(y, [1.0, 2.0, 13.0, 20.0, 30.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConvTranspose2dSpec {
    /// The channels that come in.
    pub channels: usize,
    /// The rows of the image.
    pub height: usize,
    /// The columns of the image.
    pub width: usize,
    /// The channels that go out.
    pub outputs: usize,
    /// The kernel's rows and columns.
    pub kernel: [usize; 2],
    /// The distance of neighbouring inputs in what comes out; at least 1.
    pub stride: [usize; 2],
    /// The rows above and below and the columns left and right that are cut off.
    pub padding: [usize; 2],
    /// The rows below and the columns on the right that are added; below the stride.
    pub output_padding: [usize; 2],
    /// The distance of the kernel's places; at least 1.
    pub dilation: [usize; 2],
    /// The groups that channels and outputs are cut into; divides both.
    pub groups: usize,
    /// Whether there is a bias.
    pub bias: bool,
}

impl ConvTranspose2dSpec {
    /// The rows and columns that come out.
    #[must_use]
    pub const fn output_size(&self) -> [usize; 2] {
        let (size, mut output, mut axis) = ([self.height, self.width], [0; 2], 0);
        while axis < 2 {
            let reach = self.kernel[axis].saturating_sub(1) * self.dilation[axis] + 1;
            let all = size[axis].saturating_sub(1) * self.stride[axis] + reach + self.output_padding[axis];
            output[axis] = all.saturating_sub(2 * self.padding[axis]);
            axis += 1;
        }
        output
    }

    /// The scalars of room that forward needs: what the mirrored convolution needs to go backward.
    #[must_use]
    pub const fn forward_scratch(&self, samples: usize) -> usize {
        self.mirrored().backward_scratch(samples)
    }

    /// The scalars of room that backward needs.
    #[must_use]
    pub const fn backward_scratch(&self, samples: usize) -> usize {
        let [a, b] = [self.mirrored().forward_scratch(samples), self.mirrored().backward_scratch(samples)];
        if a > b { a } else { b }
    }

    /// The convolution whose backward pass this is: from what comes out to what comes in.
    pub(crate) const fn mirrored(&self) -> Conv2dSpec {
        let [height, width] = self.output_size();
        let [p, q] = self.padding;
        Conv2dSpec {
            channels: self.outputs,
            height,
            width,
            outputs: self.channels,
            kernel: self.kernel,
            stride: self.stride,
            padding: [[p, p], [q, q]],
            dilation: self.dilation,
            groups: self.groups,
            bias: false,
        }
    }
}

impl<T: Real> Layer<T> for ConvTranspose2dSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (n, x, y) = (pass.samples, pass.inputs[0], &mut *pass.outputs[0]);
        T::conv_transpose2d_forward(self, n, pass.parameters, x, y, pass.scratch);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (n, dy) = (pass.samples, pass.output_gradients[0]);
        if !pass.parameter_gradients.is_empty() {
            let (x, dw) = (pass.inputs[0], pass.parameter_gradients);
            T::conv_transpose2d_backward_parameters(self, n, x, dy, dw, pass.scratch);
        }
        let dx = &mut *pass.input_gradients[0];
        if !dx.is_empty() {
            T::conv2d_forward(&self.mirrored(), n, pass.parameters, dy, dx, pass.scratch);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        let plain = ConvTranspose2dSpec {
            channels: 2,
            height: 3,
            width: 4,
            outputs: 3,
            kernel: [3, 2],
            stride: [1, 1],
            padding: [0, 0],
            output_padding: [0, 0],
            dilation: [1, 1],
            groups: 1,
            bias: true,
        };
        let specs = [
            plain,
            ConvTranspose2dSpec { stride: [2, 3], padding: [1, 0], output_padding: [1, 2], ..plain },
            // Some pixels of the output are reached by no place of the kernel: they are the bias.
            ConvTranspose2dSpec { kernel: [1, 1], stride: [2, 2], output_padding: [1, 1], ..plain },
            // More is cut off than the kernel reaches.
            ConvTranspose2dSpec { kernel: [1, 1], padding: [1, 1], ..plain },
            ConvTranspose2dSpec { outputs: 4, groups: 2, dilation: [2, 1], bias: false, ..plain },
            ConvTranspose2dSpec { outputs: 2, groups: 2, stride: [2, 2], padding: [1, 1], ..plain },
            ConvTranspose2dSpec { channels: 17, outputs: 9, height: 2, width: 2, ..plain },
        ];
        for spec in specs {
            let x = spread(2 * spec.channels * spec.height * spec.width, 3);
            let weights = spec.kernel[0] * spec.kernel[1] * spec.channels * spec.outputs / spec.groups;
            let parameters = spread(weights + if spec.bias { spec.outputs } else { 0 }, 4);
            let [height, width] = spec.output_size();
            let case = LayerCase {
                samples: 2,
                parameters: &parameters,
                learned: parameters.len(),
                inputs: &[&x],
                outputs: &[2 * spec.outputs * height * width],
                forward_scratch: spec.forward_scratch(2),
                backward_scratch: spec.backward_scratch(2),
                reads_inputs: true,
                ..LayerCase::default()
            };
            let report = gradcheck::layer(&spec, &case);
            assert!(report.within(1e-8), "{spec:?}: {report}");
        }
    }
}
