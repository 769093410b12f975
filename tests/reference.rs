//! Element-wise and pooling layers against PyTorch's numbers, in `f64` and `f32`.

mod common;

use common::goldens::{Case, group};
use common::layer::{Sizes, inner_channels, outer_channels, predict, train};
use formwork::Real;
use formwork::layers::Layer;
use formwork::layers::activation::{Activation, ActivationSpec};
use formwork::layers::adaptive_avg_pool2d::AdaptiveAvgPool2dSpec;
use formwork::layers::avg_pool2d::AvgPool2dSpec;
use formwork::layers::global_avg_pool2d::GlobalAvgPool2dSpec;
use formwork::layers::glu::GluSpec;
use formwork::layers::max_pool2d::MaxPool2dSpec;
use formwork::layers::prelu::PReluSpec;
use formwork::layers::softmax::SoftmaxSpec;

#[test]
fn layers_agree_with_pytorch() {
    let mut run = 0;
    for case in group("layer") {
        match case.kind.as_str() {
            "MaxPool2d" => both(&case, max_pool::<f64>, max_pool::<f32>),
            "AvgPool2d" => both(&case, avg_pool::<f64>, avg_pool::<f32>),
            "AdaptiveAvgPool2d" if case.name == "adaptive_avg_pool2d_uneven" => {
                both(&case, adaptive_avg_pool::<f64>, adaptive_avg_pool::<f32>);
            }
            "AdaptiveAvgPool2d" => both(&case, global_avg_pool::<f64>, global_avg_pool::<f32>),
            "Flatten" => both(&case, flatten::<f64>, flatten::<f32>),
            // These run in `reference_products`, `reference_norms`, `reference_spatial` and `indices`.
            "Linear" | "Conv2d" | "Embedding" => continue,
            "BatchNorm1d" | "BatchNorm2d" | "LayerNorm" | "RMSNorm" | "GroupNorm" | "InstanceNorm2d" => {
                continue;
            }
            kind if common::SPATIAL.contains(&kind) => continue,
            other => panic!("no test runs `{}`, a {other}", case.name),
        }
        run += 1;
    }
    assert_eq!(run, 13);
}

#[test]
fn activations_agree_with_pytorch() {
    let cases = group("activation");
    assert_eq!(cases.len(), 47);
    for case in &cases {
        match case.kind.as_str() {
            "PReLU" => both(case, prelu::<f64>, prelu::<f32>),
            "GLU" => both(case, glu::<f64>, glu::<f32>),
            "Softmax" | "LogSoftmax" => both(case, softmax::<f64>, softmax::<f32>),
            _ => both(case, activation::<f64>, activation::<f32>),
        }
    }
}

fn both(case: &Case, in_f64: impl Fn(&Case), in_f32: impl Fn(&Case)) {
    in_f64(case);
    in_f32(case);
}

fn activation<T: Real>(case: &Case) {
    let function = match case.kind.as_str() {
        "ReLU" => Activation::Relu,
        "LeakyReLU" => Activation::LeakyRelu { slope: case.number("negative_slope") },
        "ELU" => Activation::Elu { alpha: case.number("alpha") },
        "SELU" => Activation::Selu,
        "GELU" if case.text("approximate") == "tanh" => Activation::GeluTanh,
        "GELU" => Activation::Gelu,
        "SiLU" => Activation::Silu,
        "Sigmoid" => Activation::Sigmoid,
        "Tanh" => Activation::Tanh,
        "Softplus" => Activation::Softplus { beta: case.number("beta"), threshold: case.number("threshold") },
        "ReLU6" => Activation::Relu6,
        "CELU" => Activation::Celu { alpha: case.number("alpha") },
        "Mish" => Activation::Mish,
        "LogSigmoid" => Activation::LogSigmoid,
        "Softsign" => Activation::Softsign,
        "Hardtanh" => Activation::Hardtanh { min: case.number("min_val"), max: case.number("max_val") },
        "Hardsigmoid" => Activation::Hardsigmoid,
        "Hardswish" => Activation::Hardswish,
        other => panic!("no test runs `{}`, a {other}", case.name),
    };
    let x = case.values::<T>("input");
    let samples = case.shape("input")[0];
    let spec = ActivationSpec { len: x.len() / samples, function };
    let sizes = Sizes {
        samples,
        output: x.len(),
        forward_scratch: spec.forward_scratch(samples),
        backward_scratch: spec.backward_scratch(samples),
        reads_inputs: function.reads_inputs(),
        reads_outputs: function.reads_outputs(),
        ..Sizes::default()
    };
    let passes = train(&spec, &sizes, &[], &x, &case.values("grad_output"));
    case.check("output", &passes.output);
    // In these gradients PyTorch rounds `alpha`, and 1/6, to `f32`, in `f64` too.
    let least = if matches!(case.kind.as_str(), "CELU" | "Hardsigmoid") { 1e-7 } else { 0.0 };
    case.check_within("grad_input", &passes.input_gradient, least);
    case.check("output", &predict(&spec, &sizes, &[], &x));
}

/// Several values for each channel lie with the channels innermost.
fn prelu<T: Real>(case: &Case) {
    let shape = case.shape("input");
    let (samples, channels) = (shape[0], case.number("num_parameters") as usize);
    let spec = PReluSpec { channels, values: shape[1..].iter().product::<usize>() / channels };
    let sizes = Sizes {
        samples,
        output: shape.iter().product(),
        forward_scratch: spec.forward_scratch(samples),
        backward_scratch: spec.backward_scratch(samples),
        reads_inputs: true,
        ..Sizes::default()
    };
    let x = inner_channels(shape, &case.values::<T>("input"));
    let dy = inner_channels(shape, &case.values("grad_output"));
    let parameters = case.values::<T>("param.weight");
    let passes = train(&spec, &sizes, &parameters, &x, &dy);
    case.check("output", &outer_channels(shape, &passes.output));
    case.check("grad_input", &outer_channels(shape, &passes.input_gradient));
    case.check("grad_param.weight", &passes.parameter_gradient);
    case.check("output", &outer_channels(shape, &predict(&spec, &sizes, &parameters, &x)));
}

fn glu<T: Real>(case: &Case) {
    let (input, output) = (case.shape("input"), case.shape("output"));
    let axis = if case.number("dim") < 0.0 { input.len() - 1 } else { case.number("dim") as usize };
    let blocks = input[1..axis].iter().product();
    let half = input[axis..].iter().product::<usize>() / 2;
    let spec = GluSpec { blocks, half };
    let sizes =
        Sizes { samples: input[0], output: output.iter().product(), reads_inputs: true, ..Sizes::default() };
    let x = case.values::<T>("input");
    let passes = train(&spec, &sizes, &[], &x, &case.values("grad_output"));
    case.check("output", &passes.output);
    case.check("grad_input", &passes.input_gradient);
    // The same with the channels innermost, where each of the other places is a run.
    if axis == 1 {
        let inner = GluSpec { blocks: half / (input[1] / 2), half: input[1] / 2 };
        let dy = inner_channels(output, &case.values("grad_output"));
        let passes = train(&inner, &sizes, &[], &inner_channels(input, &x), &dy);
        case.check("output", &outer_channels(output, &passes.output));
        case.check("grad_input", &outer_channels(input, &passes.input_gradient));
    }
}

fn softmax<T: Real>(case: &Case) {
    let x = case.values::<T>("input");
    let shape = case.shape("input");
    let (samples, shape) = (shape[0], &shape[1..]);
    // Axis 1 of the batch is axis 0 of a sample, axis -1 the last.
    let axis = if case.number("dim") < 0.0 { shape.len() - 1 } else { case.number("dim") as usize - 1 };
    let spec = SoftmaxSpec {
        outer: shape[..axis].iter().product(),
        len: shape[axis],
        inner: shape[axis + 1..].iter().product(),
        log: case.kind == "LogSoftmax",
    };
    let sizes = Sizes {
        samples,
        output: x.len(),
        forward_scratch: spec.forward_scratch(samples),
        backward_scratch: spec.backward_scratch(samples),
        reads_outputs: true,
        ..Sizes::default()
    };
    let passes = train(&spec, &sizes, &[], &x, &case.values("grad_output"));
    case.check("output", &passes.output);
    case.check("grad_input", &passes.input_gradient);
}

/// Runs a layer without parameters over images.
fn image<T: Real>(case: &Case, layer: &impl Layer<T>, sizes: &Sizes) {
    let (input, output) = (case.shape("input"), case.shape("output"));
    let x = inner_channels(input, &case.values::<T>("input"));
    let dy = inner_channels(output, &case.values("grad_output"));
    let passes = train(layer, sizes, &[], &x, &dy);
    case.check("output", &outer_channels(output, &passes.output));
    case.check("grad_input", &outer_channels(input, &passes.input_gradient));
    case.check("output", &outer_channels(output, &predict(layer, sizes, &[], &x)));
}

fn max_pool<T: Real>(case: &Case) {
    let &[samples, channels, height, width] = case.shape("input") else { panic!("{}", case.name) };
    assert!(!case.flag("ceil_mode"));
    let kernel = case.pair("kernel_size").expect("two sizes");
    let spec = MaxPool2dSpec {
        channels,
        height,
        width,
        kernel,
        stride: case.pair("stride").unwrap_or(kernel),
        padding: case.pair("padding").expect("two sizes"),
        dilation: case.pair("dilation").expect("two sizes"),
        relu: false,
    };
    assert_eq!(spec.output(), case.shape("output")[2..]);
    let sizes = Sizes {
        samples,
        output: samples * spec.saved_each(),
        saved: samples * spec.saved_each(),
        forward_scratch: spec.forward_scratch(samples),
        backward_scratch: spec.backward_scratch(samples),
        ..Sizes::default()
    };
    image::<T>(case, &spec, &sizes);
}

fn avg_pool<T: Real>(case: &Case) {
    let &[samples, channels, height, width] = case.shape("input") else { panic!("{}", case.name) };
    assert!(!case.flag("ceil_mode") && case.config["divisor_override"].is_null());
    let kernel = case.pair("kernel_size").expect("two sizes");
    let spec = AvgPool2dSpec {
        channels,
        height,
        width,
        kernel,
        stride: case.pair("stride").unwrap_or(kernel),
        padding: case.pair("padding").expect("two sizes"),
        count_include_pad: case.flag("count_include_pad"),
    };
    assert_eq!(spec.output(), case.shape("output")[2..]);
    let sizes = Sizes {
        samples,
        output: case.tensor("output").values.len(),
        forward_scratch: spec.forward_scratch(samples),
        backward_scratch: spec.backward_scratch(samples),
        ..Sizes::default()
    };
    image::<T>(case, &spec, &sizes);
}

fn global_avg_pool<T: Real>(case: &Case) {
    let &[samples, channels, height, width] = case.shape("input") else { panic!("{}", case.name) };
    assert_eq!(case.number("output_size"), 1.0);
    let spec = GlobalAvgPool2dSpec { channels, height, width };
    let sizes = Sizes {
        samples,
        output: samples * channels,
        forward_scratch: spec.forward_scratch(samples),
        backward_scratch: spec.backward_scratch(samples),
        ..Sizes::default()
    };
    image::<T>(case, &spec, &sizes);
}

fn adaptive_avg_pool<T: Real>(case: &Case) {
    let &[samples, channels, height, width] = case.shape("input") else { panic!("{}", case.name) };
    let output = case.pair("output_size").expect("two sizes");
    let spec = AdaptiveAvgPool2dSpec { channels, height, width, output };
    let sizes = Sizes { samples, output: samples * channels * output[0] * output[1], ..Sizes::default() };
    image::<T>(case, &spec, &sizes);
}

/// Flattening is a view of the row-major order, so an image only leaves its channels-last form.
fn flatten<T: Real>(case: &Case) {
    let shape = case.shape("input");
    assert_eq!(case.shape("output").iter().product::<usize>(), case.tensor("input").values.len());
    let x = inner_channels(shape, &case.values::<T>("input"));
    case.check("output", &outer_channels(shape, &x));
    case.check("grad_input", &case.values::<T>("grad_output"));
}
