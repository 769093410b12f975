//! The mean of as many bins as are asked for.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::resample::Bins;
use crate::kernels::split::{at, parts};

/// How much work an output is, as a multiple of copying it.
const COST: usize = 4;

/// `y[i][j][c]` is the mean of `x` over the rows `⌊i n / m⌋ .. ⌈(i + 1) n / m⌉` of `n` for `m` bins, and the columns likewise,
/// over images `[height, width, channels]` with the channels innermost: PyTorch's `AdaptiveAvgPool2d`. Neighbouring bins
/// overlap where `m` does not divide `n`. Backward reads nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdaptiveAvgPool2dSpec {
    /// Channels of the image.
    pub channels: usize,
    /// Height of the image.
    pub height: usize,
    /// Width of the image.
    pub width: usize,
    /// Height and width of what comes out.
    pub output: [usize; 2],
}

impl AdaptiveAvgPool2dSpec {
    /// Height and width of what comes out.
    #[must_use]
    pub const fn output(&self) -> [usize; 2] {
        self.output
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

    const fn bins(&self) -> Bins {
        Bins { channels: self.channels, input: [self.height, self.width], output: self.output }
    }
}

impl<T: Real> Layer<T> for AdaptiveAvgPool2dSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (input, output, x) = (self.input_len(), self.output_len(), pass.inputs[0]);
        parts(pass.outputs[0], output, COST, |from, y| {
            let x = at(x, from / output.max(1) * input, y.len() / output.max(1) * input);
            T::adaptive_avg_pool(self.bins(), x, y);
        });
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (input, output, dy) = (self.input_len(), self.output_len(), pass.output_gradients[0]);
        parts(pass.input_gradients[0], input, COST, |from, dx| {
            let dy = at(dy, from / input.max(1) * output, dx.len() / input.max(1) * output);
            T::adaptive_avg_pool_backward(self.bins(), dy, dx);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        let plain = AdaptiveAvgPool2dSpec { channels: 3, height: 5, width: 7, output: [3, 2] };
        for spec in [
            plain,
            AdaptiveAvgPool2dSpec { output: [5, 1], ..plain },
            AdaptiveAvgPool2dSpec { output: [6, 9], channels: 1, ..plain },
        ] {
            let x = spread(2 * spec.input_len(), 7);
            let outputs = [2 * spec.output_len()];
            let case = LayerCase { samples: 2, inputs: &[&x], outputs: &outputs, ..LayerCase::default() };
            let report = gradcheck::layer(&spec, &case);
            assert!(report.within(1e-8), "{spec:?}: {report}");
        }
    }
}
