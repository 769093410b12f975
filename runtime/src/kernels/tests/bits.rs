//! All that layers give, bit by bit: neither the instruction set nor the number of threads may change any of it.

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
        relu: false,
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
    let pair = |function, wide| pass::<T>(&ArithmeticSpec { len: less, wide, function }, less, less, 0, 0);
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
        ("alpha_dropout", pass::<T>(&AlphaDropoutSpec { node: 1, len: less, rate: 0.3 }, less, less, 0, 0)),
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
        ("instance_norm", pass::<T>(&instance, less, less, SAMPLES * instance.saved_each(), 4 * channels)),
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

/// What has exponentials in it, whose multiply-adds are fused where the machine can.
const FUSED: [&str; 12] = [
    "elu",
    "gelu",
    "gelu_tanh",
    "silu",
    "softplus",
    "mish",
    "celu",
    "log_sigmoid",
    "glu",
    "exp",
    "softmax",
    "log_softmax",
];

/// Whether numbers, given as their bits, are as near to each other as two roundings of `f32`.
fn near(a: &[u64], b: &[u64]) -> bool {
    a.iter().zip(b).all(|(&a, &b)| {
        let (a, b) = (f64::from_bits(a), f64::from_bits(b));
        (a - b).abs() <= 2e-6 * a.abs().max(1.0)
    })
}

#[test]
fn neither_threads_nor_instruction_sets_change_a_bit() {
    set_threads(1);
    let narrow = with_isa(Isa::Portable, || (passes::<f32>(), passes::<f64>()));
    let mut before: Option<Vec<(&str, Vec<u64>)>> = None;
    set_threads(3);
    for isa in Isa::available().skip(1) {
        let wide = with_isa(isa, || (passes::<f32>(), passes::<f64>()));
        for ((name, narrow), (_, wide)) in narrow.0.iter().zip(&wide.0) {
            let fused = FUSED.contains(name);
            // Not by `assert_eq`, which would print half a million numbers.
            assert!(narrow == wide || fused && near(narrow, wide), "{name} with {isa:?}");
        }
        for ((name, narrow), (_, wide)) in narrow.1.iter().zip(&wide.1) {
            assert!(narrow == wide, "{name} with {isa:?}, f64");
        }
        if let Some(before) = &before {
            for ((name, before), (_, wide)) in before.iter().zip(&wide.0) {
                assert!(before == wide, "{name}, {isa:?} beside the one before");
            }
        }
        before = Some(wide.0);
    }
    // One thread, with fused multiply-adds too.
    let wide = before.unwrap_or(narrow.0);
    set_threads(1);
    for ((name, three), (_, one)) in wide.iter().zip(&passes::<f32>()) {
        assert!(three == one, "{name} on one thread");
    }
}
