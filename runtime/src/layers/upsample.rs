//! Images in another size.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::resample::Resize;
use crate::kernels::split::{at, parts};

/// How much work an output is, as a multiple of copying it.
const COST: usize = 4;

/// How the pixels between pixels are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Interpolation {
    /// Each pixel is one of the input's.
    Nearest,
    /// Each pixel is a mixture of the four around it.
    Bilinear {
        /// Whether the corners' centres, not their outer edges, stay where they are.
        align_corners: bool,
    },
}

/// Images `[height, width, channels]`, with the channels innermost, of the size `output`.
///
/// Nearest: `y[o] = x[⌊o n / m⌋]` on each axis, from `n` to `m` rows or columns. Bilinear: the two rows and two columns around
/// a place are mixed by its distances from them; the place is `max((o + ½) n / m - ½, 0)`, or with the corners aligned
/// `o (n - 1) / (m - 1)`, as in PyTorch. Backward reads nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UpsampleSpec {
    /// Channels of the image.
    pub channels: usize,
    /// Height of the image.
    pub height: usize,
    /// Width of the image.
    pub width: usize,
    /// Height and width of what comes out.
    pub output: [usize; 2],
    /// How the pixels between are made.
    pub mode: Interpolation,
}

impl UpsampleSpec {
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

    const fn resize(&self) -> Resize {
        Resize {
            channels: self.channels,
            input: [self.height, self.width],
            output: self.output,
            linear: match self.mode {
                Interpolation::Nearest => None,
                Interpolation::Bilinear { align_corners } => Some(align_corners),
            },
        }
    }
}

impl<T: Real> Layer<T> for UpsampleSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (input, output, x) = (self.input_len(), self.output_len(), pass.inputs[0]);
        parts(pass.outputs[0], output, COST, |from, y| {
            let x = at(x, from / output.max(1) * input, y.len() / output.max(1) * input);
            T::upsample(self.resize(), x, y);
        });
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (input, output, dy) = (self.input_len(), self.output_len(), pass.output_gradients[0]);
        parts(pass.input_gradients[0], input, COST, |from, dx| {
            let dy = at(dy, from / input.max(1) * output, dx.len() / input.max(1) * output);
            T::upsample_backward(self.resize(), dy, dx);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        let plain =
            UpsampleSpec { channels: 3, height: 2, width: 4, output: [4, 8], mode: Interpolation::Nearest };
        let [smooth, aligned] = [false, true].map(|align_corners| Interpolation::Bilinear { align_corners });
        for spec in [
            plain,
            UpsampleSpec { output: [5, 3], ..plain },
            UpsampleSpec { mode: smooth, ..plain },
            UpsampleSpec { mode: smooth, output: [5, 3], channels: 1, ..plain },
            UpsampleSpec { mode: aligned, ..plain },
            UpsampleSpec { mode: aligned, output: [1, 7], ..plain },
        ] {
            let x = spread(2 * spec.input_len(), 7);
            let outputs = [2 * spec.output_len()];
            let case = LayerCase { samples: 2, inputs: &[&x], outputs: &outputs, ..LayerCase::default() };
            let report = gradcheck::layer(&spec, &case);
            assert!(report.within(1e-8), "{spec:?}: {report}");
        }
    }
}
