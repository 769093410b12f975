//! The mean of each channel over the whole image.

use super::{Backward, Forward, Layer};
use crate::Real;

/// `y[c] = Σ x[i, j, c] / (height · width)`: from images `[height, width, channels]` with the channels innermost to
/// `[channels]`. Backward reads nothing.
///
/// A sequence `[time, features]` is an image of one row: `GlobalAvgPool1d`.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};
    use crate::layers::Mode;

    #[test]
    fn gradients_agree_with_differences() {
        for spec in [
            GlobalAvgPool2dSpec { channels: 3, height: 2, width: 5 },
            GlobalAvgPool2dSpec { channels: 1, height: 9, width: 8 },
        ] {
            let x = spread(2 * spec.channels * spec.height * spec.width, 8);
            let case = LayerCase {
                samples: 2,
                inputs: &[&x],
                outputs: &[2 * spec.channels],
                forward_scratch: spec.forward_scratch(2),
                ..LayerCase::default()
            };
            let report = gradcheck::layer(&spec, &case);
            assert!(report.within(1e-8), "{spec:?}: {report}");
        }
    }

    #[test]
    fn a_large_image_keeps_its_digits() {
        let spec = GlobalAvgPool2dSpec { channels: 1, height: 1000, width: 1000 };
        let mut y = [f32::NAN];
        spec.forward(Forward {
            samples: 1,
            mode: Mode::Predict,
            parameters: &[],
            inputs: &[&vec![0.1; 1_000_000]],
            outputs: &mut [&mut y],
            saved: &mut [],
            scratch: &mut [f32::NAN],
        });
        assert!((y[0] - 0.1).abs() < 1e-5, "{}", y[0]);
    }
}
