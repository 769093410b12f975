//! The largest value in a window that moves over an image.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::pool::Window;

/// `y[o] = maxₖ x[o · stride + k · dilation - padding]` for each channel, over images `[height, width, channels]` with the
/// channels innermost.
///
/// The padding counts as -∞. A NaN in a window comes out. The gradient goes to the largest element, to the first of
/// them in row-major order if there are several, and to the last NaN if there is one (as in PyTorch). Forward leaves in
/// `saved` which element that is, one scalar for each output, so that backward reads
/// neither inputs nor outputs: a quarter of the memory traffic of searching again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaxPool2dSpec {
    /// Channels of the image.
    pub channels: usize,
    /// Height of the image.
    pub height: usize,
    /// Width of the image.
    pub width: usize,
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// Steps of the window.
    pub stride: [usize; 2],
    /// Rows above and below, columns left and right.
    pub padding: [usize; 2],
    /// Distances between the window's elements.
    pub dilation: [usize; 2],
}

impl MaxPool2dSpec {
    /// Height and width of what comes out.
    #[must_use]
    pub const fn output(&self) -> [usize; 2] {
        self.window().output()
    }

    /// Scalars that forward saves for each sample: as many as come out.
    #[must_use]
    pub const fn saved_each(&self) -> usize {
        let [height, width] = self.output();
        height * width * self.channels
    }

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

    const fn window(&self) -> Window {
        Window {
            channels: self.channels,
            input: [self.height, self.width],
            kernel: self.kernel,
            stride: self.stride,
            padding: self.padding,
            dilation: self.dilation,
        }
    }
}

impl<T: Real> Layer<T> for MaxPool2dSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        T::max_pool(self.window(), pass.inputs[0], pass.outputs[0], pass.saved);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        T::max_pool_backward(self.window(), pass.saved, pass.output_gradients[0], pass.input_gradients[0]);
    }
}
