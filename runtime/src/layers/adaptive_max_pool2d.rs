//! The largest value of as many bins as are asked for.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::resample::Bins;
use crate::kernels::split::{at, pairs, parts};

/// How much work an output is, as a multiple of copying it.
const COST: usize = 4;

/// `y[i][j][c]` is the largest element of `x` over the rows `⌊i n / m⌋ .. ⌈(i + 1) n / m⌉` of `n` for `m` bins, and the columns likewise,
/// over images `[height, width, channels]` with the channels innermost: PyTorch's `AdaptiveMaxPool2d`. Neighbouring bins
/// overlap where `m` does not divide `n`.
///
/// The gradient goes to the largest element, to the first of several; a NaN comes out, and of several the last gets the
/// gradient. Forward leaves in `saved` which element that is, by its number in the bin, so that backward reads neither
/// inputs nor outputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdaptiveMaxPool2dSpec {
    /// Channels of the image.
    pub channels: usize,
    /// Height of the image.
    pub height: usize,
    /// Width of the image.
    pub width: usize,
    /// Height and width of what comes out.
    pub output: [usize; 2],
}

impl AdaptiveMaxPool2dSpec {
    /// Height and width of what comes out.
    #[must_use]
    pub const fn output(&self) -> [usize; 2] {
        self.output
    }

    /// Scalars that forward saves for each sample: as many as come out.
    #[must_use]
    pub const fn saved_each(&self) -> usize {
        self.output_len()
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

impl<T: Real> Layer<T> for AdaptiveMaxPool2dSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (input, output, x) = (self.input_len(), self.output_len(), pass.inputs[0]);
        // In prediction nothing is saved.
        let saved = if pass.saved.is_empty() { 0 } else { output };
        pairs([pass.outputs[0], pass.saved], [output, saved], COST, |from, y, winners| {
            let x = at(x, from / output.max(1) * input, y.len() / output.max(1) * input);
            T::adaptive_max_pool(self.bins(), x, y, winners);
        });
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (input, output) = (self.input_len(), self.output_len());
        let (winners, dy) = (&*pass.saved, pass.output_gradients[0]);
        parts(pass.input_gradients[0], input, COST, |from, dx| {
            let (from, len) = (from / input.max(1) * output, dx.len() / input.max(1) * output);
            T::adaptive_max_pool_backward(self.bins(), at(winners, from, len), at(dy, from, len), dx);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};
    use crate::kernels::map::MapKernels;

    #[test]
    fn gradients_agree_with_differences() {
        let plain = AdaptiveMaxPool2dSpec { channels: 3, height: 5, width: 7, output: [3, 2] };
        for spec in [
            plain,
            AdaptiveMaxPool2dSpec { output: [5, 1], ..plain },
            AdaptiveMaxPool2dSpec { output: [6, 9], channels: 1, ..plain },
        ] {
            let x = spread(2 * spec.input_len(), 7);
            let outputs = [2 * spec.output_len()];
            let case = LayerCase {
                samples: 2,
                inputs: &[&x],
                outputs: &outputs,
                saved: outputs[0],
                ..LayerCase::default()
            };
            let report = gradcheck::layer(&spec, &case);
            assert!(report.within(1e-8), "{spec:?}: {report}");
        }
    }

    #[test]
    fn the_first_of_equals_and_the_last_nan_win() {
        let spec = AdaptiveMaxPool2dSpec { channels: 1, height: 1, width: 6, output: [1, 2] };
        let passed = |x: &[f64; 6]| {
            let (mut y, mut winners, mut dx) = ([0.0; 2], [9.0; 2], [9.0; 6]);
            f64::adaptive_max_pool(spec.bins(), x, &mut y, &mut winners);
            f64::adaptive_max_pool_backward(spec.bins(), &winners, &[1.0, 2.0], &mut dx);
            (y, dx)
        };
        let (y, dx) = passed(&[3.0, 3.0, 1.0, -5.0, -4.0, -4.0]);
        assert_eq!((y, dx), ([3.0, -4.0], [1.0, 0.0, 0.0, 0.0, 2.0, 0.0]));
        let (y, dx) =
            passed(&[f64::NAN, 3.0, f64::NAN, f64::NEG_INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY]);
        assert!(y[0].is_nan() && y[1] == f64::NEG_INFINITY);
        assert_eq!(dx, [0.0, 0.0, 1.0, 2.0, 0.0, 0.0]);
    }
}
