//! Convolutions, poolings and resampling beside those of images against PyTorch's numbers, in `f64` and `f32`.
//!
//! Sequences are time first here, `[samples][time][features]`, and features first there, so they change places as
//! channels and pixels do.

mod common;

use common::goldens::{Case, group};
use common::layer::{Sizes, inner_channels, outer_channels, predict, train};
use formwork::Real;
use formwork::layers::Layer;
use formwork::layers::adaptive_avg_pool2d::AdaptiveAvgPool2dSpec;
use formwork::layers::adaptive_max_pool2d::AdaptiveMaxPool2dSpec;
use formwork::layers::avg_pool2d::AvgPool2dSpec;
use formwork::layers::conv_transpose2d::ConvTranspose2dSpec;
use formwork::layers::conv2d::Conv2dSpec;
use formwork::layers::conv3d::Conv3dSpec;
use formwork::layers::global_avg_pool2d::GlobalAvgPool2dSpec;
use formwork::layers::max_pool2d::MaxPool2dSpec;
use formwork::layers::pixel_shuffle::PixelShuffleSpec;
use formwork::layers::upsample::{Interpolation, UpsampleSpec};
use formwork::layers::zero_pad2d::ZeroPad2dSpec;

/// Runs all cases of a kind.
fn run(kind: &str, cases: usize, check: impl Fn(&Case)) {
    let mut found = group("layer");
    found.retain(|case| case.kind == kind);
    assert_eq!(found.len(), cases, "{kind}");
    found.iter().for_each(check);
}

macro_rules! agree_with_pytorch {
    ($($test:ident: $($kind:literal $cases:literal $check:ident),+;)*) => {
        /// Every kind has its test.
        #[test]
        fn nothing_is_left_out() {
            let tested = [$($($kind),+),*];
            assert!(common::SPATIAL.iter().all(|kind| tested.contains(kind)));
        }

        $(#[test]
        fn $test() {
            $(run($kind, $cases, $check::<f64>);
            run($kind, $cases, $check::<f32>);)+
        })*
    };
}

agree_with_pytorch! {
    convolutions_of_volumes: "Conv3d" 1 conv3d;
    convolutions_of_sequences: "Conv1d" 4 conv1d;
    transposed_convolutions: "ConvTranspose2d" 4 conv_transpose2d, "ConvTranspose1d" 1 conv_transpose1d;
    maxima_of_bins: "AdaptiveMaxPool2d" 2 adaptive_max_pool, "AdaptiveMaxPool1d" 2 adaptive_max_pool;
    padding: "ZeroPad2d" 2 zero_pad;
    scaling: "Upsample" 5 upsample, "PixelShuffle" 2 pixel_shuffle;
    poolings_of_sequences: "MaxPool1d" 1 max_pool1d, "AvgPool1d" 1 avg_pool1d, "AdaptiveAvgPool1d" 2 avg_pool1d_of_bins;
}

/// A size of one axis.
fn size(case: &Case, key: &str) -> usize {
    case.number(key) as usize
}

/// Runs a layer; channels are innermost in `case`'s input and output.
fn check<T: Real>(case: &Case, layer: &impl Layer<T>, mut sizes: Sizes, parameters: Option<Parameters<T>>) {
    let (input, output) = (case.shape("input"), case.shape("output"));
    sizes.samples = input[0];
    sizes.output = output.iter().product();
    let x = inner_channels(input, &case.values::<T>("input"));
    let dy = inner_channels(output, &case.values("grad_output"));
    let values = parameters.as_ref().map_or(&[][..], |p| &p.values);
    let passes = train(layer, &sizes, values, &x, &dy);
    case.check("output", &outer_channels(output, &passes.output));
    case.check("grad_input", &outer_channels(input, &passes.input_gradient));
    case.check("output", &outer_channels(output, &predict(layer, &sizes, values, &x)));
    if let Some(parameters) = parameters {
        parameters.check(case, &passes.parameter_gradient);
    }
}

/// Weight and bias as the layer holds them.
struct Parameters<T> {
    values: Vec<T>,
    /// For each scalar of the weight in memory its place in files.
    places: Vec<usize>,
}

impl<T: Real> Parameters<T> {
    /// The taps outermost, then the inner axis, then the outer one of the weight in files.
    fn of(case: &Case) -> Self {
        let &[outer, inner, ref kernel @ ..] = case.shape("param.weight") else { panic!("{}", case.name) };
        let taps: usize = kernel.iter().product();
        let places = (0..outer * inner * taps)
            .map(|k| (k % outer * inner + k / outer % inner) * taps + k / outer / inner);
        Self::placed(case, places.collect())
    }

    /// The same with the kernel's depth beside the channels.
    fn of_volumes(case: &Case) -> Self {
        let &[outer, inner, kd, kh, kw] = case.shape("param.weight") else { panic!("{}", case.name) };
        let mut places = Vec::new();
        for (h, w) in (0..kh).flat_map(|h| (0..kw).map(move |w| (h, w))) {
            for (d, i) in (0..kd).flat_map(|d| (0..inner).map(move |i| (d, i))) {
                places.extend((0..outer).map(|o| (((o * inner + i) * kd + d) * kh + h) * kw + w));
            }
        }
        Self::placed(case, places)
    }

    fn placed(case: &Case, places: Vec<usize>) -> Self {
        let weight = case.values::<T>("param.weight");
        let mut values: Vec<T> = places.iter().map(|&place| weight[place]).collect();
        if case.flag("bias") {
            values.extend(case.values::<T>("param.bias"));
        }
        Parameters { values, places }
    }

    fn check(&self, case: &Case, gradient: &[T]) {
        let (inner, bias) = gradient.split_at(self.places.len());
        let mut weight = vec![T::nan(); inner.len()];
        self.places.iter().zip(inner).for_each(|(&place, &g)| weight[place] = g);
        case.check("grad_param.weight", &weight);
        if case.flag("bias") {
            case.check("grad_param.bias", bias);
        }
    }
}

fn conv1d<T: Real>(case: &Case) {
    let &[samples, channels, width] = case.shape("input") else { panic!("{}", case.name) };
    let (kernel, dilation) = (size(case, "kernel_size"), size(case, "dilation"));
    let padding = match case.config["padding"].as_str() {
        Some("same") => {
            let all = dilation * (kernel - 1);
            [all / 2, all - all / 2]
        }
        _ => [size(case, "padding"); 2],
    };
    let spec = Conv2dSpec {
        channels,
        height: 1,
        width,
        outputs: size(case, "out_channels"),
        kernel: [1, kernel],
        stride: [1, size(case, "stride")],
        padding: [[0, 0], padding],
        dilation: [1, dilation],
        groups: size(case, "groups"),
        bias: case.flag("bias"),
    };
    let sizes = Sizes {
        forward_scratch: spec.forward_scratch(samples),
        backward_scratch: spec.backward_scratch(samples),
        reads_inputs: true,
        ..Sizes::default()
    };
    check(case, &spec, sizes, Some(Parameters::<T>::of(case)));
}

fn max_pool1d<T: Real>(case: &Case) {
    let &[samples, channels, width] = case.shape("input") else { panic!("{}", case.name) };
    let spec = MaxPool2dSpec {
        channels,
        height: 1,
        width,
        kernel: [1, size(case, "kernel_size")],
        stride: [1, size(case, "stride")],
        padding: [0, size(case, "padding")],
        dilation: [1, size(case, "dilation")],
        relu: false,
    };
    let sizes = Sizes { saved: samples * spec.saved_each(), ..Sizes::default() };
    check::<T>(case, &spec, sizes, None);
}

fn avg_pool1d<T: Real>(case: &Case) {
    let &[_, channels, width] = case.shape("input") else { panic!("{}", case.name) };
    let spec = AvgPool2dSpec {
        channels,
        height: 1,
        width,
        kernel: [1, size(case, "kernel_size")],
        stride: [1, size(case, "stride")],
        padding: [0, size(case, "padding")],
        count_include_pad: case.flag("count_include_pad"),
    };
    check::<T>(case, &spec, Sizes::default(), None);
}

fn avg_pool1d_of_bins<T: Real>(case: &Case) {
    let (channels, [height, width], output) = bins(case);
    let spec = AdaptiveAvgPool2dSpec { channels, height, width, output };
    check::<T>(case, &spec, Sizes::default(), None);
    if output == [1, 1] {
        global_avg_pool1d::<T>(case);
    }
}

fn global_avg_pool1d<T: Real>(case: &Case) {
    let &[samples, channels, width] = case.shape("input") else { panic!("{}", case.name) };
    let spec = GlobalAvgPool2dSpec { channels, height: 1, width };
    let sizes = Sizes { forward_scratch: spec.forward_scratch(samples), ..Sizes::default() };
    check::<T>(case, &spec, sizes, None);
}

fn conv_transpose2d<T: Real>(case: &Case) {
    let &[_, channels, height, width] = case.shape("input") else { panic!("{}", case.name) };
    let pair = |key| case.pair(key).expect("two sizes");
    let spec = ConvTranspose2dSpec {
        channels,
        height,
        width,
        outputs: size(case, "out_channels"),
        kernel: pair("kernel_size"),
        stride: pair("stride"),
        padding: pair("padding"),
        output_padding: pair("output_padding"),
        dilation: pair("dilation"),
        groups: size(case, "groups"),
        bias: case.flag("bias"),
    };
    transposed::<T>(case, &spec);
}

fn conv_transpose1d<T: Real>(case: &Case) {
    let &[_, channels, width] = case.shape("input") else { panic!("{}", case.name) };
    let spec = ConvTranspose2dSpec {
        channels,
        height: 1,
        width,
        outputs: size(case, "out_channels"),
        kernel: [1, size(case, "kernel_size")],
        stride: [1, size(case, "stride")],
        padding: [0, size(case, "padding")],
        output_padding: [0, size(case, "output_padding")],
        dilation: [1, size(case, "dilation")],
        groups: size(case, "groups"),
        bias: case.flag("bias"),
    };
    transposed::<T>(case, &spec);
}

fn transposed<T: Real>(case: &Case, spec: &ConvTranspose2dSpec) {
    let samples = case.shape("input")[0];
    let [height, width] = spec.output_size();
    assert_eq!(height * width, case.shape("output")[2..].iter().product::<usize>());
    let sizes = Sizes {
        forward_scratch: spec.forward_scratch(samples),
        backward_scratch: spec.backward_scratch(samples),
        reads_inputs: true,
        ..Sizes::default()
    };
    check(case, spec, sizes, Some(Parameters::<T>::of(case)));
}

/// Over an image, or over a sequence, which is an image of one row; one bin is the layer that takes the whole.
fn adaptive_max_pool<T: Real>(case: &Case) {
    let (channels, input, output) = bins(case);
    let [height, width] = input;
    let samples = case.shape("input")[0];
    let spec = AdaptiveMaxPool2dSpec { channels, height, width, output };
    let sizes = Sizes { saved: samples * spec.saved_each(), ..Sizes::default() };
    check::<T>(case, &spec, sizes, None);
    if output == [1, 1] {
        let kernel = input;
        let spec = MaxPool2dSpec {
            channels,
            height,
            width,
            kernel,
            stride: kernel,
            padding: [0, 0],
            dilation: [1, 1],
            relu: false,
        };
        let sizes = Sizes { saved: samples * spec.saved_each(), ..Sizes::default() };
        check::<T>(case, &spec, sizes, None);
    }
}

/// The channels, and the sizes of what comes in and out.
fn bins(case: &Case) -> (usize, [usize; 2], [usize; 2]) {
    let bins = || case.pair("output_size").unwrap_or_else(|| [size(case, "output_size"); 2]);
    match *case.shape("input") {
        [_, channels, width] => (channels, [1, width], [1, size(case, "output_size")]),
        [_, channels, height, width] => (channels, [height, width], bins()),
        _ => panic!("{}", case.name),
    }
}

fn zero_pad<T: Real>(case: &Case) {
    let &[_, channels, height, width] = case.shape("input") else { panic!("{}", case.name) };
    let number = |value: &serde_json::Value| value.as_u64().expect("a size") as usize;
    let padding = match &case.config["padding"] {
        serde_json::Value::Array(sides) => {
            let [left, right, top, bottom] = [0, 1, 2, 3].map(|i| number(&sides[i]));
            [[top, bottom], [left, right]]
        }
        all => [[number(all); 2]; 2],
    };
    let spec = ZeroPad2dSpec { channels, height, width, padding };
    check::<T>(case, &spec, Sizes::default(), None);
}

fn upsample<T: Real>(case: &Case) {
    let &[_, channels, height, width] = case.shape("input") else { panic!("{}", case.name) };
    let &[_, _, h, w] = case.shape("output") else { panic!("{}", case.name) };
    let align_corners = case.config["align_corners"].as_bool().unwrap_or(false);
    let mode = match case.text("mode") {
        "nearest" => Interpolation::Nearest,
        _ => Interpolation::Bilinear { align_corners },
    };
    let spec = UpsampleSpec { channels, height, width, output: [h, w], mode };
    check::<T>(case, &spec, Sizes::default(), None);
}

fn pixel_shuffle<T: Real>(case: &Case) {
    let &[_, _, height, width] = case.shape("input") else { panic!("{}", case.name) };
    let channels = case.shape("output")[1];
    let spec = PixelShuffleSpec { channels, height, width, factor: size(case, "upscale_factor") };
    check::<T>(case, &spec, Sizes::default(), None);
}

fn conv3d<T: Real>(case: &Case) {
    let &[samples, channels, depth, height, width] = case.shape("input") else { panic!("{}", case.name) };
    let triple = |key: &str| match &case.config[key] {
        serde_json::Value::Array(sizes) => [0, 1, 2].map(|i| sizes[i].as_u64().expect("a size") as usize),
        all => [all.as_u64().expect("a size") as usize; 3],
    };
    let spec = Conv3dSpec {
        channels,
        depth,
        height,
        width,
        outputs: size(case, "out_channels"),
        kernel: triple("kernel_size"),
        stride: triple("stride"),
        padding: triple("padding").map(|p| [p, p]),
        dilation: triple("dilation"),
        groups: size(case, "groups"),
        bias: case.flag("bias"),
    };
    assert_eq!(spec.output_size(), case.shape("output")[2..]);
    let sizes = Sizes {
        forward_scratch: spec.forward_scratch(samples),
        backward_scratch: spec.backward_scratch(samples),
        reads_inputs: true,
        ..Sizes::default()
    };
    check(case, &spec, sizes, Some(Parameters::<T>::of_volumes(case)));
}
