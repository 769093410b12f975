//! Channels that become pixels.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::{at, parts};

/// How much work an output is, as a multiple of copying it.
const COST: usize = 2;

/// `y[p · r + i][q · r + j][c] = x[p][q][c · r² + i · r + j]`: from images `[height, width, channels · r²]`, with the channels
/// innermost, to images of `r` times the height and width (Shi et al. 2016; PyTorch's `PixelShuffle`). Backward reads
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PixelShuffleSpec {
    /// Channels that come out.
    pub channels: usize,
    /// Height of what comes in.
    pub height: usize,
    /// Width of what comes in.
    pub width: usize,
    /// How many pixels `r` become of one, on each axis.
    pub factor: usize,
}

impl PixelShuffleSpec {
    /// Height and width of what comes out.
    #[must_use]
    pub const fn output(&self) -> [usize; 2] {
        [self.height * self.factor, self.width * self.factor]
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
        self.height * self.width * self.channels * self.factor * self.factor
    }

    const fn output_len(&self) -> usize {
        let [height, width] = self.output();
        height * width * self.channels
    }
}

impl<T: Real> Layer<T> for PixelShuffleSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (input, output, x) = (self.input_len(), self.output_len(), pass.inputs[0]);
        parts(pass.outputs[0], output, COST, |from, y| {
            let x = at(x, from / output.max(1) * input, y.len() / output.max(1) * input);
            T::pixel_shuffle(self.channels, self.width, self.factor, x, y);
        });
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (input, output, dy) = (self.input_len(), self.output_len(), pass.output_gradients[0]);
        parts(pass.input_gradients[0], input, COST, |from, dx| {
            let dy = at(dy, from / input.max(1) * output, dx.len() / input.max(1) * output);
            T::pixel_shuffle_backward(self.channels, self.width, self.factor, dy, dx);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        let plain = PixelShuffleSpec { channels: 3, height: 2, width: 4, factor: 2 };
        for spec in [
            plain,
            PixelShuffleSpec { channels: 1, factor: 3, ..plain },
            PixelShuffleSpec { factor: 1, ..plain },
        ] {
            let x = spread(2 * spec.input_len(), 7);
            let outputs = [2 * spec.output_len()];
            let case = LayerCase { samples: 2, inputs: &[&x], outputs: &outputs, ..LayerCase::default() };
            let report = gradcheck::layer(&spec, &case);
            assert!(report.within(1e-8), "{spec:?}: {report}");
        }
    }
}
