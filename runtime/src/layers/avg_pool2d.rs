//! The mean of a window that moves over an image.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::pool::Window;
use crate::kernels::split::{at, parts};

/// How much work an output is, as a multiple of copying it.
const COST: usize = 4;

/// The mean of `x[o · stride + k - padding]` over the window's `k` for each channel, over images
/// `[height, width, channels]` with the channels innermost.
///
/// The padding counts as zeros, or without `count_include_pad` not at all. Backward reads nothing.
///
/// A sequence `[time, features]` is an image of one row: `AvgPool1d`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AvgPool2dSpec {
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
    /// Whether the padding is counted.
    pub count_include_pad: bool,
}

impl AvgPool2dSpec {
    /// Height and width of what comes out.
    #[must_use]
    pub const fn output(&self) -> [usize; 2] {
        self.window().output()
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

    const fn input_len(&self) -> usize {
        self.height * self.width * self.channels
    }

    const fn output_len(&self) -> usize {
        let [height, width] = self.output();
        height * width * self.channels
    }

    const fn window(&self) -> Window {
        Window {
            channels: self.channels,
            input: [self.height, self.width],
            kernel: self.kernel,
            stride: self.stride,
            padding: self.padding,
            dilation: [1, 1],
        }
    }
}

impl<T: Real> Layer<T> for AvgPool2dSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (input, output, x) = (self.input_len(), self.output_len(), pass.inputs[0]);
        parts(pass.outputs[0], output, COST, |from, y| {
            let x = at(x, from / output.max(1) * input, y.len() / output.max(1) * input);
            T::avg_pool(self.window(), self.count_include_pad, x, y);
        });
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (input, output, dy) = (self.input_len(), self.output_len(), pass.output_gradients[0]);
        parts(pass.input_gradients[0], input, 1, |from, dx| {
            let dy = at(dy, from / input.max(1) * output, dx.len() / input.max(1) * output);
            T::avg_pool_backward(self.window(), self.count_include_pad, dy, dx);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};
    use crate::layers::Mode;

    const PLAIN: AvgPool2dSpec = AvgPool2dSpec {
        channels: 3,
        height: 5,
        width: 7,
        kernel: [2, 2],
        stride: [2, 2],
        padding: [0, 0],
        count_include_pad: true,
    };

    #[test]
    fn gradients_agree_with_differences() {
        let specs = [
            PLAIN,
            AvgPool2dSpec { channels: 17, height: 4, width: 4, ..PLAIN },
            AvgPool2dSpec { kernel: [3, 2], stride: [3, 2], ..PLAIN },
            AvgPool2dSpec { kernel: [3, 3], stride: [2, 1], padding: [1, 1], ..PLAIN },
            AvgPool2dSpec { kernel: [3, 3], padding: [1, 1], count_include_pad: false, ..PLAIN },
        ];
        for spec in specs {
            let x = spread(2 * spec.channels * spec.height * spec.width, 7);
            let [height, width] = spec.output();
            let outputs = [2 * spec.channels * height * width];
            let case = LayerCase { samples: 2, inputs: &[&x], outputs: &outputs, ..LayerCase::default() };
            let report = gradcheck::layer(&spec, &case);
            assert!(report.within(1e-8), "{spec:?}: {report}");
        }
    }

    #[test]
    fn padding_counts_only_if_asked() {
        let spec =
            AvgPool2dSpec { channels: 1, height: 1, width: 1, padding: [1, 1], stride: [1, 1], ..PLAIN };
        for (spec, expected) in
            [(spec, [1.0; 4]), (AvgPool2dSpec { count_include_pad: false, ..spec }, [4.0; 4])]
        {
            let mut y = [f32::NAN; 4];
            spec.forward(Forward {
                samples: 1,
                mode: Mode::Predict,
                parameters: &[],
                inputs: &[&[4.0]],
                outputs: &mut [&mut y],
                saved: &mut [],
                scratch: &mut [],
            });
            assert_eq!(y, expected);
        }
    }
}
