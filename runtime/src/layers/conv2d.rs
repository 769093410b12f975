//! The convolution over images.

use super::{Backward, Forward, Layer};
use crate::Real;
use nalgebra::{SMatrix, SVector};

/// The parameters of a convolution with `OUT` outputs, `IN` inputs in each group and a kernel of `KH` × `KW`; without
/// a bias `BIAS` is 0.
///
/// In memory the weight is `[kh][kw][in][out]`, outputs contiguous.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct Conv2d<
    T,
    const OUT: usize,
    const IN: usize,
    const KH: usize,
    const KW: usize,
    const BIAS: usize = OUT,
> {
    /// What each output takes of each input, for each place of the kernel.
    pub weight: [[SMatrix<T, OUT, IN>; KW]; KH],
    /// What is added to each output.
    pub bias: SVector<T, BIAS>,
}

/// The sizes of a convolution of images whose channels are innermost, `[n][h][w][c]`.
///
/// `y[n][p][q][o] = b[o] + Σ w[i][j][c][o] x[n][p · sₕ + i · dₕ - top][q · sᵥ + j · dᵥ - left][c]`, summed over the
/// kernel's places and the channels `c` of the output's group, where `x` is zero outside of the image: PyTorch's
/// `Conv2d`, a correlation (the kernel is not turned round). Rows and columns that fill no further step are not read.
/// Parameters are `w` as `[kh][kw][channels / groups][outputs]`, then `b`. Backward reads the input.
///
/// ```
/// use formwork::layers::conv2d::Conv2dSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// let spec = Conv2dSpec {
///     channels: 1,
///     height: 1,
///     width: 3,
///     outputs: 1,
///     kernel: [1, 2],
///     stride: [1, 1],
///     padding: [[0, 0], [0, 0]],
///     dilation: [1, 1],
///     groups: 1,
///     bias: false,
/// };
/// let mut y = [0.0f64; 2];
/// spec.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[-1.0, 1.0],
///     inputs: &[&[1.0, 4.0, 9.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut vec![0.0; spec.forward_scratch(1)],
/// });
/// assert_eq!(y, [3.0, 5.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conv2dSpec {
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
    /// The step from one output to the next, in rows and columns; at least 1.
    pub stride: [usize; 2],
    /// The zeros around the image: `[top, bottom]` and `[left, right]`.
    pub padding: [[usize; 2]; 2],
    /// The distance of the kernel's places, in rows and columns; at least 1.
    pub dilation: [usize; 2],
    /// The groups that channels and outputs are cut into, each convolved by itself; divides both.
    pub groups: usize,
    /// Whether there is a bias.
    pub bias: bool,
}

impl Conv2dSpec {
    /// The rows and columns that come out.
    #[must_use]
    pub const fn output_size(&self) -> [usize; 2] {
        let (size, mut output, mut axis) = ([self.height, self.width], [0; 2], 0);
        while axis < 2 {
            let room = size[axis] + self.padding[axis][0] + self.padding[axis][1];
            let reach = self.kernel[axis].saturating_sub(1) * self.dilation[axis] + 1;
            output[axis] = if room < reach { 0 } else { (room - reach) / self.stride[axis] + 1 };
            axis += 1;
        }
        output
    }

    /// The scalars of room that forward needs: a copy of the weights, and of some images with their padding.
    #[must_use]
    pub const fn forward_scratch(&self, samples: usize) -> usize {
        self.room_forward(samples)
    }

    /// The scalars of room that backward needs: partial sums of the weights' gradient, copies of some images and of the
    /// weights.
    #[must_use]
    pub const fn backward_scratch(&self, samples: usize) -> usize {
        self.room_backward(samples)
    }
}

impl<T: Real> Layer<T> for Conv2dSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        T::conv2d_forward(self, pass.samples, pass.parameters, pass.inputs[0], pass.outputs[0], pass.scratch);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (n, dy) = (pass.samples, pass.output_gradients[0]);
        if !pass.parameter_gradients.is_empty() {
            T::conv2d_backward_parameters(
                self,
                n,
                pass.inputs[0],
                dy,
                pass.parameter_gradients,
                pass.scratch,
            );
        }
        let dx = &mut *pass.input_gradients[0];
        if !dx.is_empty() {
            T::conv2d_backward_input(self, n, pass.parameters, dy, dx, pass.scratch);
        }
    }
}
