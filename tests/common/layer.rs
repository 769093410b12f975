//! Runs one layer forward and backward as emitted code would.

use formwork::layers::layout::{channels_last, row_major};
use formwork::layers::{Backward, Forward, Layer, Mode};
use formwork::{Noise, Real};

/// What a layer with one input and one output needs. The lengths are of the whole batch.
#[derive(Default)]
pub struct Sizes {
    pub samples: usize,
    pub output: usize,
    pub saved: usize,
    pub forward_scratch: usize,
    pub backward_scratch: usize,
    pub reads_inputs: bool,
    pub reads_outputs: bool,
}

/// What comes out.
pub struct Passes<T> {
    pub output: Vec<T>,
    pub input_gradient: Vec<T>,
    pub parameter_gradient: Vec<T>,
}

/// A training pass forward and backward; all memory is NaN before.
pub fn train<T: Real>(
    layer: &impl Layer<T>,
    sizes: &Sizes,
    parameters: &[T],
    x: &[T],
    dy: &[T],
) -> Passes<T> {
    let nans = |len: usize| vec![T::nan(); len];
    let noise = Noise::default();
    let mut saved = nans(sizes.saved);
    let mut output = nans(sizes.output);
    layer.forward(Forward {
        samples: sizes.samples,
        mode: Mode::Train(noise),
        parameters,
        inputs: &[x],
        outputs: &mut [&mut output],
        saved: &mut saved,
        scratch: &mut nans(sizes.forward_scratch),
    });
    let mut input_gradient = nans(x.len());
    let mut parameter_gradient = nans(parameters.len());
    layer.backward(Backward {
        samples: sizes.samples,
        noise,
        parameters,
        inputs: &[if sizes.reads_inputs { x } else { &[] }],
        outputs: &[if sizes.reads_outputs { &output } else { &[] }],
        saved: &mut saved,
        output_gradients: &[dy],
        input_gradients: &mut [&mut input_gradient],
        parameter_gradients: &mut parameter_gradient,
        scratch: &mut nans(sizes.backward_scratch),
    });
    Passes { output, input_gradient, parameter_gradient }
}

/// A pass that predicts.
pub fn predict<T: Real>(layer: &impl Layer<T>, sizes: &Sizes, parameters: &[T], x: &[T]) -> Vec<T> {
    let mut output = vec![T::nan(); sizes.output];
    layer.forward(Forward {
        samples: sizes.samples,
        mode: Mode::Predict,
        parameters,
        inputs: &[x],
        outputs: &mut [&mut output],
        saved: &mut [],
        scratch: &mut vec![T::nan(); sizes.forward_scratch],
    });
    output
}

/// `[samples][channels][pixels]` with the channels innermost.
pub fn inner_channels<T: Real>(shape: &[usize], x: &[T]) -> Vec<T> {
    let mut y = vec![T::nan(); x.len()];
    channels_last(shape[0], shape[1], shape[2..].iter().product(), x, &mut y);
    y
}

/// Back to the row-major order of `shape`.
pub fn outer_channels<T: Real>(shape: &[usize], x: &[T]) -> Vec<T> {
    let mut y = vec![T::nan(); x.len()];
    row_major(shape[0], shape[1], shape[2..].iter().product(), x, &mut y);
    y
}

/// `[a][b][c]` with its axes in the other order: from `[out, in, pixels]` to `[pixels, in, out]`, or back.
pub fn reversed<T: Real>([a, b, c]: [usize; 3], x: &[T]) -> Vec<T> {
    let place = |k: usize| ((k % a) * b + k / a % b) * c + k / a / b;
    (0..x.len()).map(|k| x[place(k)]).collect()
}
