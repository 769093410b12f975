//! The largest value in a window that moves over an image.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::pool::Window;
use crate::kernels::split::{at, pairs, parts};

/// How much work an output is, as a multiple of copying it.
const COST: usize = 8;

/// `y[o] = maxₖ x[o · stride + k · dilation - padding]` for each channel, over images `[height, width, channels]` with the
/// channels innermost.
///
/// The padding counts as -∞. A NaN in a window comes out. The gradient goes to the largest element, to the first of
/// them in row-major order if there are several, and to the last NaN if there is one (as in PyTorch). Forward leaves in
/// `saved` which element that is, one scalar for each output, so that backward reads
/// neither inputs nor outputs: a quarter of the memory traffic of searching again.
///
/// The largest of what `Relu` gives is what `Relu` gives of the largest, so with `relu` both are one pass: windows without
/// a number above 0 give 0, and no gradient.
///
/// A sequence `[time, features]` is an image of one row: `MaxPool1d`.
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
    /// Whether it pools what `Relu` makes of its inputs.
    pub relu: bool,
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
        let (input, output) = (self.height * self.width * self.channels, self.saved_each());
        let x = &pass.inputs[0][..pass.samples * input];
        // In prediction nothing is saved.
        let saved = if pass.saved.is_empty() { 0 } else { output };
        pairs([pass.outputs[0], pass.saved], [output, saved], COST, |from, y, winners| {
            let sample = from / output.max(1);
            let x = &x[sample * input..][..y.len() / output.max(1) * input];
            T::max_pool(self.window(), self.relu, x, y, winners);
        });
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (input, output) = (self.height * self.width * self.channels, self.saved_each());
        let (winners, dy) = (pass.saved, pass.output_gradients[0]);
        parts(pass.input_gradients[0], input, 1, |from, dx| {
            let (from, len) = (from / input.max(1) * output, dx.len() / input.max(1) * output);
            T::max_pool_backward(self.window(), at(winners, from, len), at(dy, from, len), dx);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};
    use crate::layers::Mode;
    use crate::noise::Noise;

    const PLAIN: MaxPool2dSpec = MaxPool2dSpec {
        channels: 3,
        height: 5,
        width: 7,
        kernel: [2, 2],
        stride: [2, 2],
        padding: [0, 0],
        dilation: [1, 1],
        relu: false,
    };

    /// Outputs and winners; in prediction there are no winners.
    fn forward<T: Real>(spec: MaxPool2dSpec, samples: usize, x: &[T], train: bool) -> (Vec<T>, Vec<T>) {
        let len = samples * spec.saved_each();
        let (mut y, mut saved) = (vec![T::nan(); len], vec![T::nan(); if train { len } else { 0 }]);
        spec.forward(Forward {
            samples,
            mode: if train { Mode::Train(Noise::default()) } else { Mode::Predict },
            parameters: &[],
            inputs: &[x],
            outputs: &mut [&mut y],
            saved: &mut saved,
            scratch: &mut [],
        });
        (y, saved)
    }

    fn backward<T: Real>(spec: MaxPool2dSpec, winners: &[T], dy: &[T], dx: &mut [T]) {
        spec.backward(Backward {
            samples: 1,
            noise: Noise::default(),
            parameters: &[],
            inputs: &[&[]],
            outputs: &[&[]],
            saved: &mut winners.to_vec(),
            output_gradients: &[dy],
            input_gradients: &mut [dx],
            parameter_gradients: &mut [],
            scratch: &mut [],
        });
    }

    #[test]
    fn gradients_agree_with_differences() {
        let specs = [
            PLAIN,
            MaxPool2dSpec { channels: 17, height: 4, width: 4, ..PLAIN },
            MaxPool2dSpec { kernel: [3, 2], stride: [3, 2], ..PLAIN },
            MaxPool2dSpec { kernel: [3, 3], stride: [2, 1], padding: [1, 1], ..PLAIN },
            MaxPool2dSpec { kernel: [2, 3], stride: [1, 2], dilation: [3, 2], padding: [1, 1], ..PLAIN },
            MaxPool2dSpec { kernel: [1, 1], stride: [2, 3], ..PLAIN },
            MaxPool2dSpec { channels: 17, relu: true, ..PLAIN },
            MaxPool2dSpec { kernel: [3, 3], stride: [2, 1], padding: [1, 1], relu: true, ..PLAIN },
        ];
        for spec in specs {
            let x = spread(2 * spec.channels * spec.height * spec.width, 5);
            let saved = 2 * spec.saved_each();
            let case =
                LayerCase { samples: 2, inputs: &[&x], outputs: &[saved], saved, ..LayerCase::default() };
            let report = gradcheck::layer(&spec, &case);
            assert!(report.within(1e-8), "{spec:?}: {report}");
        }
    }

    #[test]
    fn prediction_gives_what_training_gives() {
        for spec in [PLAIN, MaxPool2dSpec { kernel: [3, 3], stride: [2, 2], padding: [1, 1], ..PLAIN }] {
            let x: Vec<f32> = spread(2 * 3 * 5 * 7, 6).iter().map(|&x| x as f32).collect();
            assert_eq!(forward(spec, 2, &x, true).0, forward(spec, 2, &x, false).0);
        }
    }

    #[test]
    fn with_relu_it_is_what_both_layers_give() {
        use crate::kernels::isa::{Isa, with_isa};
        let specs = [
            MaxPool2dSpec { channels: 19, ..PLAIN },
            MaxPool2dSpec { kernel: [3, 3], stride: [2, 1], padding: [1, 1], ..PLAIN },
        ];
        for (isa, spec) in Isa::available().flat_map(|isa| specs.map(|spec| (isa, spec))) {
            with_isa(isa, || {
                let numbers = spread(spec.channels * spec.height * spec.width, 8);
                let mut x: Vec<f32> = numbers.iter().map(|&x| (4.0 * x).round() as f32 - 1.0).collect();
                x[3] = f32::NAN;
                let above: Vec<f32> = x.iter().map(|&x| if x <= 0.0 { 0.0 } else { x }).collect();
                let both = MaxPool2dSpec { relu: true, ..spec };
                let ((y, winners), (want, theirs)) =
                    (forward(both, 1, &x, true), forward(spec, 1, &above, true));
                let bits = |y: &[f32]| y.iter().map(|y| y.to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(&y), bits(&want), "{isa:?}");
                assert_eq!(bits(&y), bits(&forward(both, 1, &x, false).0), "{isa:?}");
                let dy: Vec<f32> = spread(y.len(), 9).iter().map(|&x| x as f32).collect();
                let [mut dx, mut want] = [vec![f32::NAN; x.len()], vec![f32::NAN; x.len()]];
                backward(both, &winners, &dy, &mut dx);
                backward(spec, &theirs, &dy, &mut want);
                want.iter_mut().zip(&above).filter(|(_, x)| **x == 0.0).for_each(|(dx, _)| *dx = 0.0);
                assert_eq!(dx, want, "{isa:?}");
            });
        }
    }

    #[test]
    fn the_first_of_equals_wins_and_nan_comes_out() {
        for stride in [2, 1] {
            let spec = MaxPool2dSpec { channels: 1, height: 2, width: 2, stride: [stride; 2], ..PLAIN };
            for (x, winner) in [
                ([1.0, 1.0, 1.0, 1.0], 0),
                ([0.0, 2.0, 2.0, 1.0], 1),
                ([f32::NEG_INFINITY; 4], 0),
                ([5.0, f32::NAN, 7.0, 1.0], 1),
                ([f32::NAN, 1.0, f32::NAN, 9.0], 2),
            ] {
                let (y, winners) = forward(spec, 1, &x, true);
                assert_eq!(y[0].to_bits(), x[winner].to_bits());
                let (mut dx, mut expected) = ([f32::NAN; 4], [0.0; 4]);
                expected[winner] = 3.0;
                backward(spec, &winners, &[3.0], &mut dx);
                assert_eq!(dx, expected);
            }
        }
    }

    #[test]
    fn padding_is_minus_infinity_even_where_there_is_nothing_else() {
        let spec =
            MaxPool2dSpec { channels: 1, height: 1, width: 1, padding: [1, 1], stride: [1, 1], ..PLAIN };
        assert_eq!(forward(spec, 1, &[-4.0], false).0, [-4.0; 4]);
        let apart = MaxPool2dSpec { dilation: [2, 2], ..spec };
        let (y, winners) = forward(apart, 1, &[-4.0f64], true);
        assert_eq!(y, [f64::NEG_INFINITY]);
        let mut dx = [f64::NAN];
        backward(apart, &winners, &[1.0], &mut dx);
        assert_eq!(dx, [0.0]);
    }
}
