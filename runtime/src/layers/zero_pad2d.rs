//! Zeros around an image.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::resample::Border;
use crate::kernels::split::{at, parts};

/// How much work an output is, as a multiple of copying it.
const COST: usize = 1;

/// `y[i][j][c] = x[i - top][j - left][c]`, and 0 outside: images `[height, width, channels]` with the channels innermost get
/// rows of zeros above and below and columns left and right. Backward reads nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZeroPad2dSpec {
    /// Channels of the image.
    pub channels: usize,
    /// Height of the image.
    pub height: usize,
    /// Width of the image.
    pub width: usize,
    /// Rows above and below, columns left and right.
    pub padding: [[usize; 2]; 2],
}

impl ZeroPad2dSpec {
    /// Height and width of what comes out.
    #[must_use]
    pub const fn output(&self) -> [usize; 2] {
        let [[top, bottom], [left, right]] = self.padding;
        [top + self.height + bottom, left + self.width + right]
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

    const fn border(&self) -> Border {
        let [above_below, [left, right]] = self.padding;
        Border {
            rows: self.height,
            row: self.width * self.channels,
            above_below,
            before_after: [left * self.channels, right * self.channels],
        }
    }
}

impl<T: Real> Layer<T> for ZeroPad2dSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (input, output, x) = (self.input_len(), self.output_len(), pass.inputs[0]);
        parts(pass.outputs[0], output, COST, |from, y| {
            let x = at(x, from / output.max(1) * input, y.len() / output.max(1) * input);
            T::zero_pad(self.border(), x, y);
        });
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (input, output, dy) = (self.input_len(), self.output_len(), pass.output_gradients[0]);
        parts(pass.input_gradients[0], input, COST, |from, dx| {
            let dy = at(dy, from / input.max(1) * output, dx.len() / input.max(1) * output);
            T::zero_pad_backward(self.border(), dy, dx);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        let plain = ZeroPad2dSpec { channels: 3, height: 2, width: 4, padding: [[1, 1], [1, 1]] };
        for spec in [
            plain,
            ZeroPad2dSpec { padding: [[3, 0], [1, 2]], ..plain },
            ZeroPad2dSpec { padding: [[0, 0], [0, 0]], channels: 1, ..plain },
        ] {
            let x = spread(2 * spec.input_len(), 7);
            let outputs = [2 * spec.output_len()];
            let case = LayerCase { samples: 2, inputs: &[&x], outputs: &outputs, ..LayerCase::default() };
            let report = gradcheck::layer(&spec, &case);
            assert!(report.within(1e-8), "{spec:?}: {report}");
        }
    }
}
