//! The table of the element-wise, pooling and normalising kernels, and how each picks its instruction set.
//!
//! Every kernel is written once, as a generic function of plain loops in a file of its own, and compiled four times
//! here: for `f32` and `f64`, and for each with the instructions that every machine has and with AVX2. Which of the two
//! runs is decided when the program runs. As no multiply-add is fused, both give the same bits.

#[cfg(target_arch = "x86_64")]
use super::isa::{Isa, isa};
use super::pool::Window;
use super::resample::{Bins, Border, Resize};
use super::{
    arithmetic, batch_norm, batch_norm_loops, dropout, elementwise, formula, gates, group_norm, layout, pool,
    resample, row_norm, softmax, strided, table,
};
use crate::layers::activation::Activation;
use crate::layers::arithmetic::Arithmetic;
use crate::layers::elementary::Elementary;
use crate::layers::map::Program;
use crate::noise::Noise;

macro_rules! kernels {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $type:ty),* $(,)?) = $module:ident::$function:ident;)*) => {
        /// The kernels of this module that exist once for each scalar type; `T` is the type itself.
        #[doc(hidden)]
        pub trait MapKernels<T = Self>: Sized {
            $($(#[$doc])* #[allow(clippy::too_many_arguments)] fn $name($($arg: $type),*);)*
        }

        kernels! { @for f32 $(fn $name($($arg: $type),*) = $module::$function;)* }
        kernels! { @for f64 $(fn $name($($arg: $type),*) = $module::$function;)* }
    };
    (@for $scalar:ident $(fn $name:ident($($arg:ident: $type:ty),*) = $module:ident::$function:ident;)*) => {
        const _: () = {
            type T = $scalar;

            impl MapKernels for $scalar {
                $(fn $name($($arg: $type),*) {
                    #[cfg(target_arch = "x86_64")]
                    {
                        #[target_feature(enable = "avx2")]
                        #[allow(clippy::too_many_arguments)]
                        fn with_avx2($($arg: $type),*) {
                            $module::$function::<T>($($arg),*);
                        }
                        if isa() >= Isa::Avx2 {
                            // SAFETY: this is only chosen on machines that have AVX2.
                            return unsafe { with_avx2($($arg),*) };
                        }
                    }
                    $module::$function::<T>($($arg),*);
                })*
            }
        };
    };
}

kernels! {
    /// `y = f(x)`; an empty `x` means that the values stand in `y`.
    fn activate(function: Activation, x: &[T], y: &mut [T]) = elementwise::activate;
    /// `dx = dy f'`, with `v` the inputs or outputs, as the function reads; an empty `dy` stands in `dx`.
    fn activate_backward(function: Activation, v: &[T], dy: &[T], dx: &mut [T]) = elementwise::activate_backward;
    /// `y = a + b`; an empty `a` stands in `y`.
    fn add_slices(a: &[T], b: &[T], y: &mut [T]) = elementwise::add;
    /// `y = f(x)`; an empty `x` means that the values stand in `y`.
    fn elementary(function: Elementary, x: &[T], y: &mut [T]) = arithmetic::elementary;
    /// `dx = dy f'`, with `v` the inputs or outputs, as the function reads; an empty `dy` stands in `dx`.
    fn elementary_backward(function: Elementary, v: &[T], dy: &[T], dx: &mut [T]) = arithmetic::elementary_backward;
    /// `y = f(a, b)`; a side that is not wide has one number a sample, an empty `a` stands in `y`.
    fn combine(function: Arithmetic, wide: [bool; 2], len: usize, a: &[T], b: &[T], y: &mut [T])
        = arithmetic::combine;
    /// Its gradients; an empty one is not asked for.
    fn combine_backward(
        function: Arithmetic, wide: [bool; 2], len: usize, a: &[T], b: &[T], dy: &[T], da: &mut [T], db: &mut [T],
    ) = arithmetic::combine_backward;
    /// A program over all elements; an empty input stands in `y`.
    fn run_program(program: &Program, inputs: &[&[T]], y: &mut [T]) = formula::run;
    /// `y[i] = scale · x[place of i]`; sizes of a sample on both sides.
    fn gather_strided(axes: &[[usize; 2]], sizes: [usize; 2], scale: f64, x: &[T], y: &mut [T]) = strided::gather;
    /// `y[place of i] = scale · Σ x[i]`; sizes of a sample on both sides.
    fn scatter_strided(axes: &[[usize; 2]], sizes: [usize; 2], scale: f64, x: &[T], y: &mut [T]) = strided::scatter;
    /// Soft-max over the middle axis of `[rows, len, inner]`, or its logarithm; an empty `x` stands in `y`.
    fn softmax(len: usize, inner: usize, log: bool, x: &[T], y: &mut [T]) = softmax::softmax;
    /// Its gradient, from the outputs; an empty `dy` stands in `dx`.
    fn softmax_backward(len: usize, inner: usize, log: bool, y: &[T], dy: &[T], dx: &mut [T])
        = softmax::softmax_backward;
    /// The largest of each window, and (if `winners` is not empty) which of the window's elements it is.
    fn max_pool(window: Window, x: &[T], y: &mut [T], winners: &mut [T]) = pool::max_pool;
    /// Its gradient, from the winners.
    fn max_pool_backward(window: Window, winners: &[T], dy: &[T], dx: &mut [T]) = pool::max_pool_backward;
    /// The mean of each window.
    fn avg_pool(window: Window, count_include_pad: bool, x: &[T], y: &mut [T]) = pool::avg_pool;
    /// Its gradient.
    fn avg_pool_backward(window: Window, count_include_pad: bool, dy: &[T], dx: &mut [T])
        = pool::avg_pool_backward;
    /// The mean of each channel; `scratch` holds `channels` scalars.
    fn global_avg_pool(channels: usize, x: &[T], y: &mut [T], scratch: &mut [T]) = pool::global_avg_pool;
    /// Its gradient.
    fn global_avg_pool_backward(channels: usize, dy: &[T], dx: &mut [T]) = pool::global_avg_pool_backward;
    /// Images in a border of zeros.
    fn zero_pad(border: Border, x: &[T], y: &mut [T]) = resample::zero_pad;
    /// Its gradient.
    fn zero_pad_backward(border: Border, dy: &[T], dx: &mut [T]) = resample::zero_pad_backward;
    /// Images in another size.
    fn upsample(resize: Resize, x: &[T], y: &mut [T]) = resample::upsample;
    /// Its gradient.
    fn upsample_backward(resize: Resize, dy: &[T], dx: &mut [T]) = resample::upsample_backward;
    /// Images whose channels become squares of pixels.
    fn pixel_shuffle(channels: usize, width: usize, factor: usize, x: &[T], y: &mut [T])
        = resample::pixel_shuffle;
    /// Its gradient.
    fn pixel_shuffle_backward(channels: usize, width: usize, factor: usize, dy: &[T], dx: &mut [T])
        = resample::pixel_shuffle_backward;
    /// The mean of each bin.
    fn adaptive_avg_pool(bins: Bins, x: &[T], y: &mut [T]) = resample::adaptive_avg_pool;
    /// Its gradient.
    fn adaptive_avg_pool_backward(bins: Bins, dy: &[T], dx: &mut [T]) = resample::adaptive_avg_pool_backward;
    /// The largest element of each bin, and which it was.
    fn adaptive_max_pool(bins: Bins, x: &[T], y: &mut [T], winners: &mut [T]) = resample::adaptive_max_pool;
    /// Its gradient.
    fn adaptive_max_pool_backward(bins: Bins, winners: &[T], dy: &[T], dx: &mut [T])
        = resample::adaptive_max_pool_backward;
    /// Normalisation with running statistics; an empty `x` stands in `y`.
    fn batch_norm(channels: usize, eps: f64, parameters: &[T], x: &[T], y: &mut [T], scratch: &mut [T])
        = batch_norm::batch_norm;
    /// Normalisation with the batch's statistics, which it saves; an empty `x` stands in `y`.
    fn batch_norm_train(
        channels: usize, eps: f64, parameters: &[T], x: &[T], y: &mut [T], saved: &mut [T], scratch: &mut [T],
    ) = batch_norm::batch_norm_train;
    /// Its gradients; an empty `dy` stands in `dx`, an empty `dx` is not asked for.
    fn batch_norm_backward(
        channels: usize, weight: &[T], saved: &[T], x: &[T], dy: &[T], dx: &mut [T], dparameters: &mut [T],
        scratch: &mut [T],
    ) = batch_norm::batch_norm_backward;
    /// Its gradients where the running statistics were used in training too; empty slices as there.
    fn batch_norm_running_backward(
        channels: usize, eps: f64, parameters: &[T], x: &[T], dy: &[T], dx: &mut [T], dparameters: &mut [T],
        scratch: &mut [T],
    ) = batch_norm::batch_norm_running_backward;
    /// The loops of the four above; see there.
    fn batch_norm_sum(x: &[T], sums: &mut [T]) = batch_norm_loops::sum;
    fn batch_norm_squares(x: &[T], mean: &[T], sums: &mut [T]) = batch_norm_loops::sum_squares;
    fn batch_norm_products(x: &[T], dy: &[T], mean: &[T], sums: &mut [T]) = batch_norm_loops::sum_gradients;
    fn batch_norm_fold(channels: usize, shards: &mut [T], out: &mut [T]) = batch_norm_loops::fold;
    fn batch_norm_widen(channels: usize, values: &[T], wide: &mut [T]) = batch_norm_loops::widen;
    fn batch_norm_normalise(x: &[T], wide: &[T], y: &mut [T]) = batch_norm_loops::normalise;
    fn batch_norm_gradient(x: &[T], dy: &[T], wide: &[T], dx: &mut [T]) = batch_norm_loops::gradient;
    /// Normalisation of each row by its own statistics, which it saves; an empty `x` stands in `y`.
    fn row_norm(
        len: usize, centred: bool, eps: f64, weight: &[T], bias: &[T], x: &[T], y: &mut [T], saved: &mut [T],
    ) = row_norm::row_norm;
    /// Its gradient by the inputs; an empty `dy` stands in `dx`.
    fn row_norm_backward(
        len: usize, centred: bool, weight: &[T], saved: &[T], x: &[T], dy: &[T], dx: &mut [T],
    ) = row_norm::row_norm_backward;
    /// Its gradient by weight and bias, of some of the columns.
    fn row_norm_parameters(
        len: usize, from: usize, saved: &[T], x: &[T], dy: &[T], dweight: &mut [T], dbias: &mut [T],
    ) = row_norm::row_norm_parameters;
    /// Normalisation of groups of channels by each sample's statistics; an empty `x` stands in `y`.
    fn group_norm(
        channels: usize, groups: usize, eps: f64, weight: &[T], bias: &[T], x: &[T], y: &mut [T], stats: &mut [T],
    ) = group_norm::group_norm;
    /// The sums that its gradients are made of, and the two gradients.
    fn group_norm_sums(
        channels: usize, groups: usize, weight: &[T], stats: &[T], x: &[T], dy: &[T], sums: &mut [T],
    ) = group_norm::group_norm_sums;
    fn group_norm_gradient(
        channels: usize, weight: &[T], stats: &[T], sums: &[T], x: &[T], dy: &[T], dx: &mut [T],
    ) = group_norm::group_norm_gradient;
    fn group_norm_fold(channels: usize, sums: &[T], stats: &[T], both: &mut [T], running: &mut [T])
        = group_norm::group_norm_fold;
    /// `y = x` above 0, `slope x` elsewhere; an empty `x` stands in `y`.
    fn prelu(slopes: &[T], x: &[T], y: &mut [T]) = gates::prelu;
    /// Its gradient by the inputs; an empty `dy` stands in `dx`.
    fn prelu_backward(slopes: &[T], x: &[T], dy: &[T], dx: &mut [T]) = gates::prelu_backward;
    /// Its gradient by the slopes, of some of the rows.
    fn prelu_slopes(x: &[T], dy: &[T], sums: &mut [T]) = gates::prelu_slopes;
    /// One half of each run, gated by the other.
    fn glu(half: usize, x: &[T], y: &mut [T]) = gates::glu;
    /// Its gradient.
    fn glu_backward(half: usize, x: &[T], dy: &[T], dx: &mut [T]) = gates::glu_backward;
    /// Inverted dropout, forward and backward; an empty `x` stands in `y`.
    fn dropout(noise: Noise, node: u32, len: usize, rate: f64, x: &[T], y: &mut [T]) = dropout::dropout;
    /// Dropout of whole channels, forward and backward; an empty `x` stands in `y`.
    fn channel_dropout(
        noise: Noise, node: u32, channels: usize, values: usize, rate: f64, x: &[T], y: &mut [T],
    ) = dropout::channel_dropout;
    /// Dropout that keeps mean and variance, or its gradient; an empty `x` stands in `y`.
    fn alpha_dropout(
        noise: Noise, node: u32, len: usize, rate: f64, gradient: bool, x: &[T], y: &mut [T],
    ) = dropout::alpha_dropout;
    /// Normal noise on top; an empty `x` stands in `y`.
    fn gaussian_noise(noise: Noise, node: u32, len: usize, std: f64, x: &[T], y: &mut [T])
        = dropout::gaussian_noise;
    /// Run by run from one array into another, with the distance of two runs and the place of the first in both.
    fn copy_runs(runs: usize, len: usize, from: [usize; 2], to: [usize; 2], x: &[T], y: &mut [T]) = layout::copy_runs;
    /// The sums over all samples, of `len` numbers each, of some of their numbers.
    fn sum_samples(len: usize, from: usize, x: &[T], sums: &mut [T]) = table::sum_samples;
    /// Whole numbers as scalars.
    fn numbers_of(x: &[u32], y: &mut [T]) = table::numbers_of;
    /// The rows of a table at these indices.
    fn look_up(width: usize, indices: &[T], table: &[T], y: &mut [T]) = table::look_up;
    /// The sums of `dy` for the rows of a table from `first` on; `skipped` gets none.
    fn add_rows(first: usize, skipped: usize, width: usize, indices: &[T], dy: &[T], sums: &mut [T])
        = table::add_rows;
    /// Each `[rows, columns]` becomes `[columns, rows]`.
    fn transpose(rows: usize, columns: usize, x: &[T], y: &mut [T]) = layout::transpose;
}

#[cfg(test)]
mod tests {
    use crate::Real;
    use crate::kernels::isa::{Isa, with_isa};
    use crate::kernels::parallel::set_threads;
    use crate::layers::activation::{Activation, ActivationSpec};
    use crate::layers::adaptive_avg_pool2d::AdaptiveAvgPool2dSpec;
    use crate::layers::adaptive_max_pool2d::AdaptiveMaxPool2dSpec;
    use crate::layers::add::AddSpec;
    use crate::layers::alpha_dropout::AlphaDropoutSpec;
    use crate::layers::arithmetic::{Arithmetic, ArithmeticSpec};
    use crate::layers::avg_pool2d::AvgPool2dSpec;
    use crate::layers::batch_norm::BatchNormSpec;
    use crate::layers::dropout::DropoutSpec;
    use crate::layers::dropout2d::Dropout2dSpec;
    use crate::layers::elementary::{Elementary, ElementarySpec};
    use crate::layers::gaussian_noise::GaussianNoiseSpec;
    use crate::layers::global_avg_pool2d::GlobalAvgPool2dSpec;
    use crate::layers::glu::GluSpec;
    use crate::layers::group_norm::GroupNormSpec;
    use crate::layers::instance_norm2d::InstanceNorm2dSpec;
    use crate::layers::layer_norm::LayerNormSpec;
    use crate::layers::max_pool2d::MaxPool2dSpec;
    use crate::layers::pixel_shuffle::PixelShuffleSpec;
    use crate::layers::prelu::PReluSpec;
    use crate::layers::rms_norm::RmsNormSpec;
    use crate::layers::softmax::SoftmaxSpec;
    use crate::layers::strided::{GatherSpec, ReduceSpec};
    use crate::layers::upsample::{Interpolation, UpsampleSpec};
    use crate::layers::zero_pad2d::ZeroPad2dSpec;
    use crate::layers::{Backward, Forward, Layer, Mode};
    use crate::noise::{Noise, Stream};
    use rand::Rng;

    const SAMPLES: usize = 9;

    fn drawn<T: Real>(len: usize) -> Vec<T> {
        let mut stream = Stream::new(5, 0);
        (0..len).map(|_| T::of(f64::from(stream.next_u32()) / f64::from(1u32 << 30) - 2.0)).collect()
    }

    /// All that a training pass and a prediction give, as bits (of `f64`, which holds both scalars).
    fn pass<T: Real>(layer: &impl Layer<T>, x: usize, y: usize, saved: usize, parameters: usize) -> Vec<u64> {
        let x = drawn::<T>(SAMPLES * x);
        let parameters: Vec<T> = drawn(parameters).into_iter().map(T::abs).collect();
        let zeros = |len: usize| vec![T::zero(); len];
        let (mut y, mut predicted) = (zeros(SAMPLES * y), zeros(SAMPLES * y));
        let (mut saved, mut scratch) = (zeros(saved), zeros(1 << 16));
        let noise = Noise { seed: 1, step: 2, first: 0 };
        let mut forward = |mode: Mode, y: &mut [T], saved: &mut [T]| {
            layer.forward(Forward {
                samples: SAMPLES,
                mode,
                parameters: &parameters,
                inputs: &[&x, &x],
                outputs: &mut [y],
                saved,
                scratch: &mut scratch,
            });
        };
        forward(Mode::Train(noise), &mut y, &mut saved);
        forward(Mode::Predict, &mut predicted, &mut []);
        let (mut dx, mut other, mut dparameters) = (zeros(x.len()), zeros(x.len()), zeros(parameters.len()));
        layer.backward(Backward {
            samples: SAMPLES,
            noise,
            parameters: &parameters,
            inputs: &[&x, &x],
            outputs: &[&y],
            saved: &mut saved,
            output_gradients: &[&drawn::<T>(y.len())],
            input_gradients: &mut [&mut dx, &mut other],
            parameter_gradients: &mut dparameters,
            scratch: &mut scratch,
        });
        [y, predicted, dx, dparameters].concat().iter().map(|v| v.widen().to_bits()).collect()
    }

    fn passes<T: Real>() -> Vec<(&'static str, Vec<u64>)> {
        // Enough for several threads, and no multiple of any vector; of what costs more, less is enough.
        let (len, less) = (19 * 29 * 31, 3 * 29 * 31);
        let (channels, height, width) = (31, 29, 19);
        let relu = ActivationSpec { len, function: Activation::Relu };
        let activation = |function| pass::<T>(&ActivationSpec { len: less, function }, less, less, 0, 0);
        let max = MaxPool2dSpec {
            channels,
            height,
            width,
            kernel: [2, 2],
            stride: [2, 2],
            padding: [0, 0],
            dilation: [1, 1],
        };
        let overlapping = MaxPool2dSpec { kernel: [3, 3], padding: [1, 1], ..max };
        let average = AvgPool2dSpec {
            channels,
            height,
            width,
            kernel: [2, 2],
            stride: [2, 2],
            padding: [0, 0],
            count_include_pad: true,
        };
        let wide = AvgPool2dSpec { kernel: [3, 3], padding: [1, 1], count_include_pad: false, ..average };
        let output = |[height, width]: [usize; 2]| channels * height * width;
        let pool = |spec: MaxPool2dSpec| {
            let each = spec.saved_each();
            pass::<T>(&spec, len, each, SAMPLES * each, 0)
        };
        let elementary = |function| pass::<T>(&ElementarySpec { len: less, function }, less, less, 0, 0);
        let pair =
            |function, wide| pass::<T>(&ArithmeticSpec { len: less, wide, function }, less, less, 0, 0);
        let mean = ReduceSpec { axes: &[[29 * 31, 0], [3, 1]], inputs: less, outputs: 3, scale: 0.25 };
        let permute = GatherSpec { axes: &[[31, 1], [3 * 29, 31]], inputs: less, outputs: less };
        let pad = ZeroPad2dSpec { channels, height, width, padding: [[1, 2], [3, 0]] };
        let smooth = Interpolation::Bilinear { align_corners: false };
        let up = UpsampleSpec { channels, height: 29, width: 3, output: [45, 7], mode: smooth };
        let nearest = UpsampleSpec { mode: Interpolation::Nearest, ..up };
        let shuffle = PixelShuffleSpec { channels, height: 29, width: 3, factor: 2 };
        let bins = AdaptiveAvgPool2dSpec { channels, height, width, output: [4, 7] };
        let maxima = AdaptiveMaxPool2dSpec { channels, height, width, output: [4, 7] };
        let softmax = |spec: SoftmaxSpec| pass::<T>(&spec, less, less, 0, 0);
        let norm = BatchNormSpec {
            channels,
            values: height * width,
            eps: 1e-5,
            affine: true,
            running: false,
            counted: false,
        };
        let running = BatchNormSpec { running: true, ..norm };
        let rows = LayerNormSpec { rows: 3, len: 29 * 31, eps: 1e-5, weight: true, bias: true };
        let image = LayerNormSpec { rows: 1, len: less, eps: 1e-5, weight: true, bias: false };
        let mean_square = RmsNormSpec { rows: 93, len: 29, eps: 1e-5, weight: true };
        let groups = GroupNormSpec { channels: 87, values: 31, groups: 3, eps: 1e-5, affine: false };
        let instance = InstanceNorm2dSpec {
            channels,
            values: 87,
            eps: 1e-5,
            affine: true,
            track: true,
            running: false,
            counted: false,
        };
        let dropout2d = Dropout2dSpec { node: 1, channels: 87, values: 31, rate: 0.3 };
        vec![
            ("relu", pass::<T>(&relu, len, len, 0, 0)),
            ("elu", activation(Activation::Elu { alpha: 0.5 })),
            ("gelu", activation(Activation::Gelu)),
            ("gelu_tanh", activation(Activation::GeluTanh)),
            ("silu", activation(Activation::Silu)),
            ("softplus", activation(Activation::Softplus { beta: 1.0, threshold: 20.0 })),
            ("mish", activation(Activation::Mish)),
            ("celu", activation(Activation::Celu { alpha: 0.7 })),
            ("log_sigmoid", activation(Activation::LogSigmoid)),
            ("softsign", activation(Activation::Softsign)),
            ("hardswish", activation(Activation::Hardswish)),
            ("prelu", pass::<T>(&PReluSpec { channels, values: 87 }, less, less, 0, channels)),
            ("prelu_shared", pass::<T>(&PReluSpec { channels: 1, values: less }, less, less, 0, 1)),
            ("glu", pass::<T>(&GluSpec { blocks: 29, half: 31 }, 2 * 29 * 31, 29 * 31, 0, 0)),
            ("add", pass::<T>(&AddSpec { len }, len, len, 0, 0)),
            ("exp", elementary(Elementary::Exp)),
            ("power", elementary(Elementary::Power(3.0))),
            ("product", pair(Arithmetic::Mul, [true; 2])),
            ("quotient", pair(Arithmetic::Div, [true, false])),
            ("mean", pass::<T>(&mean, less, 3, 0, 0)),
            ("permute", pass::<T>(&permute, less, less, 0, 0)),
            ("softmax", softmax(SoftmaxSpec { outer: 3, len: 29 * 31, inner: 1, log: false })),
            ("log_softmax", softmax(SoftmaxSpec { outer: 1, len: 29, inner: 3 * 31, log: true })),
            ("dropout", pass::<T>(&DropoutSpec { node: 1, len: less, rate: 0.3 }, less, less, 0, 0)),
            ("dropout2d", pass::<T>(&dropout2d, less, less, 0, 0)),
            (
                "alpha_dropout",
                pass::<T>(&AlphaDropoutSpec { node: 1, len: less, rate: 0.3 }, less, less, 0, 0),
            ),
            ("noise", pass::<T>(&GaussianNoiseSpec { node: 1, len: less, std: 0.3 }, less, less, 0, 0)),
            ("max_pool", pool(max)),
            ("max_pool_overlapping", pool(overlapping)),
            ("avg_pool", pass::<T>(&average, len, output(average.output()), 0, 0)),
            ("avg_pool_overlapping", pass::<T>(&wide, len, output(wide.output()), 0, 0)),
            ("global", pass::<T>(&GlobalAvgPool2dSpec { channels, height, width }, len, channels, 0, 0)),
            ("layer_norm", pass::<T>(&rows, less, less, SAMPLES * 2 * 3, 2 * 29 * 31)),
            ("layer_norm_wide", pass::<T>(&image, less, less, SAMPLES * 2, less)),
            ("rms_norm", pass::<T>(&mean_square, less, less, SAMPLES * 2 * 93, 29)),
            ("group_norm", pass::<T>(&groups, less, less, SAMPLES * groups.saved_each(), 0)),
            (
                "instance_norm",
                pass::<T>(&instance, less, less, SAMPLES * instance.saved_each(), 4 * channels),
            ),
            ("zero_pad", pass::<T>(&pad, len, output(pad.output()), 0, 0)),
            ("upsample", pass::<T>(&up, less, output(up.output), 0, 0)),
            ("upsample_nearest", pass::<T>(&nearest, less, output(nearest.output), 0, 0)),
            ("pixel_shuffle", pass::<T>(&shuffle, less * 4, less * 4, 0, 0)),
            ("adaptive_avg_pool", pass::<T>(&bins, len, output(bins.output), 0, 0)),
            (
                "adaptive_max_pool",
                pass::<T>(&maxima, len, output(maxima.output), SAMPLES * maxima.saved_each(), 0),
            ),
            ("batch_norm_running", pass::<T>(&running, len, len, 0, 4 * channels)),
            ("batch_norm", pass::<T>(&norm, len, len, norm.saved_fixed(), 4 * channels)),
        ]
    }

    #[test]
    fn neither_threads_nor_instruction_sets_change_a_bit() {
        set_threads(1);
        let narrow = with_isa(Isa::Portable, || (passes::<f32>(), passes::<f64>()));
        set_threads(3);
        for isa in Isa::available().skip(1) {
            let wide = with_isa(isa, || (passes::<f32>(), passes::<f64>()));
            for ((name, narrow), (_, wide)) in
                narrow.0.iter().chain(&narrow.1).zip(wide.0.iter().chain(&wide.1))
            {
                // Not by `assert_eq`, which would print half a million numbers.
                assert!(narrow == wide, "{name} with {isa:?}");
            }
        }
    }
}
