//! The convolution through volumes.

use super::conv2d::Conv2dSpec;
use super::{Backward, Forward, Layer};
use crate::Real;
use nalgebra::{SMatrix, SVector};

/// The parameters of a convolution through volumes with `OUT` outputs, `IN` inputs in each group and a kernel of
/// `KD` × `KH` × `KW`; without a bias `BIAS` is 0.
///
/// In memory the weight is `[kh][kw][kd][in][out]`, outputs contiguous; in files `[out, in, kd, kh, kw]`.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct Conv3d<
    T,
    const OUT: usize,
    const IN: usize,
    const KD: usize,
    const KH: usize,
    const KW: usize,
    const BIAS: usize,
> {
    /// What each output takes of each input, for each place of the kernel.
    pub weight: [[[SMatrix<T, OUT, IN>; KD]; KW]; KH],
    /// What is added to each output.
    pub bias: SVector<T, BIAS>,
}

/// The sizes of a convolution of volumes whose channels are innermost, `[n][d][h][w][c]`.
///
/// `y[n][p][o] = b[o] + Σ w[k][c][o] x[n][p · stride + k · dilation - before][c]` over the places `k` of the kernel and the
/// channels `c` of the output's group, with places, strides and so on for depth, height and width, where `x` is zero
/// outside of the volume: PyTorch's `Conv3d`. Parameters are `w` as `[kh][kw][kd][channels / groups][outputs]`, then `b`.
/// Backward reads the input.
///
/// Every slice that comes out is a convolution of the slices that the kernel reaches, laid side by side as the channels of
/// one image, so it costs a copy of the volume for each step of the kernel's depth and no arithmetic beside that of the
/// convolution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conv3dSpec {
    /// The channels that come in.
    pub channels: usize,
    /// The slices of the volume.
    pub depth: usize,
    /// The rows of a slice.
    pub height: usize,
    /// The columns of a slice.
    pub width: usize,
    /// The channels that go out.
    pub outputs: usize,
    /// The kernel's slices, rows and columns.
    pub kernel: [usize; 3],
    /// The step from one output to the next; at least 1.
    pub stride: [usize; 3],
    /// The zeros before and after the volume, in depth, height and width.
    pub padding: [[usize; 2]; 3],
    /// The distance of the kernel's places; at least 1.
    pub dilation: [usize; 3],
    /// The groups that channels and outputs are cut into, each convolved by itself; divides both.
    pub groups: usize,
    /// Whether there is a bias.
    pub bias: bool,
}

impl Conv3dSpec {
    /// The slices, rows and columns that come out.
    #[must_use]
    pub const fn output_size(&self) -> [usize; 3] {
        let [height, width] = self.slices().output_size();
        let room = self.depth + self.padding[0][0] + self.padding[0][1];
        let reach = self.kernel[0].saturating_sub(1) * self.dilation[0] + 1;
        [if room < reach { 0 } else { (room - reach) / self.stride[0] + 1 }, height, width]
    }

    /// The scalars of room that forward needs: the slices of one sample side by side, and what their convolution needs.
    #[must_use]
    pub const fn forward_scratch(&self, _samples: usize) -> usize {
        let [depth, ..] = self.output_size();
        self.unfolded_len() + self.slices().forward_scratch(depth)
    }

    /// The scalars of room that backward needs: as forward, and a sum of the weights' gradient.
    #[must_use]
    pub const fn backward_scratch(&self, _samples: usize) -> usize {
        let [depth, ..] = self.output_size();
        self.unfolded_len() + self.parameters() + self.slices().backward_scratch(depth)
    }

    /// The convolution of one slice that comes out.
    pub(crate) const fn slices(&self) -> Conv2dSpec {
        let ([_, kh, kw], [_, sh, sw], [_, ph, pw]) = (self.kernel, self.stride, self.padding);
        Conv2dSpec {
            channels: self.channels * self.kernel[0],
            height: self.height,
            width: self.width,
            outputs: self.outputs,
            kernel: [kh, kw],
            stride: [sh, sw],
            padding: [ph, pw],
            dilation: [self.dilation[1], self.dilation[2]],
            groups: self.groups,
            bias: self.bias,
        }
    }

    /// The scalars of one sample's slices side by side.
    pub(crate) const fn unfolded_len(&self) -> usize {
        let [depth, ..] = self.output_size();
        depth * self.height * self.width * self.channels * self.kernel[0]
    }

    /// The scalars of weight and bias.
    pub(crate) const fn parameters(&self) -> usize {
        let [kd, kh, kw] = self.kernel;
        let bias = if self.bias { self.outputs } else { 0 };
        kd * kh * kw * (self.channels / self.groups) * self.outputs + bias
    }
}

impl<T: Real> Layer<T> for Conv3dSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        T::conv3d_forward(self, pass.samples, pass.parameters, pass.inputs[0], pass.outputs[0], pass.scratch);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (n, dy) = (pass.samples, pass.output_gradients[0]);
        if !pass.parameter_gradients.is_empty() {
            let (x, dw) = (pass.inputs[0], pass.parameter_gradients);
            T::conv3d_backward_parameters(self, n, x, dy, dw, pass.scratch);
        }
        let dx = &mut *pass.input_gradients[0];
        if !dx.is_empty() {
            T::conv3d_backward_input(self, n, pass.parameters, dy, dx, pass.scratch);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        let plain = Conv3dSpec {
            channels: 2,
            depth: 3,
            height: 4,
            width: 3,
            outputs: 3,
            kernel: [2, 3, 2],
            stride: [1, 1, 1],
            padding: [[0, 0], [0, 0], [0, 0]],
            dilation: [1, 1, 1],
            groups: 1,
            bias: true,
        };
        let specs = [
            plain,
            Conv3dSpec { stride: [2, 1, 2], padding: [[1, 1], [1, 1], [0, 1]], ..plain },
            Conv3dSpec { dilation: [2, 1, 1], padding: [[1, 2], [0, 0], [0, 0]], bias: false, ..plain },
            Conv3dSpec { outputs: 4, groups: 2, ..plain },
            // Each channel by itself, with and without depth.
            Conv3dSpec { outputs: 2, groups: 2, ..plain },
            Conv3dSpec { outputs: 2, groups: 2, kernel: [1, 3, 2], stride: [2, 1, 1], ..plain },
        ];
        for spec in specs {
            let x = spread(2 * spec.channels * spec.depth * spec.height * spec.width, 3);
            let parameters = spread(spec.parameters(), 4);
            let pixels: usize = spec.output_size().iter().product();
            let case = LayerCase {
                samples: 2,
                parameters: &parameters,
                learned: parameters.len(),
                inputs: &[&x],
                outputs: &[2 * spec.outputs * pixels],
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
