//! The mean of each channel over the whole image.

use super::{Backward, Forward, Layer};
use crate::Real;

/// `y[c] = Σ x[i, j, c] / (height · width)`: from images `[height, width, channels]` with the channels innermost to
/// `[channels]`. Backward reads nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GlobalAvgPool2dSpec {
    /// Channels of the image.
    pub channels: usize,
    /// Height of the image.
    pub height: usize,
    /// Width of the image.
    pub width: usize,
}

impl GlobalAvgPool2dSpec {
    /// Room for one partial sum a channel.
    #[must_use]
    pub const fn forward_scratch(&self, _samples: usize) -> usize {
        self.channels
    }

    /// No room is needed beside.
    #[must_use]
    pub const fn backward_scratch(&self, _samples: usize) -> usize {
        0
    }
}

impl<T: Real> Layer<T> for GlobalAvgPool2dSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        T::global_avg_pool(
            self.channels,
            pass.inputs[0],
            pass.outputs[0],
            &mut pass.scratch[..self.channels],
        );
    }

    fn backward(&self, pass: Backward<'_, T>) {
        T::global_avg_pool_backward(self.channels, pass.output_gradients[0], pass.input_gradients[0]);
    }
}
