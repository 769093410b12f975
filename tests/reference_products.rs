//! Dense layers and convolutions against PyTorch's numbers, in `f64` and `f32`.

mod common;

use common::goldens::{Case, group};
use common::layer::{Sizes, inner_channels, outer_channels, predict, reversed, train};
use formwork::Real;
use formwork::layers::conv2d::Conv2dSpec;
use formwork::layers::dense::DenseSpec;

#[test]
fn dense_layers_agree_with_pytorch() {
    assert_eq!(run("Linear", dense::<f64>), 4);
    assert_eq!(run("Linear", dense::<f32>), 4);
}

#[test]
fn convolutions_agree_with_pytorch() {
    assert_eq!(run("Conv2d", conv2d::<f64>), 13);
    assert_eq!(run("Conv2d", conv2d::<f32>), 13);
}

fn run(kind: &str, check: impl Fn(&Case)) -> usize {
    let mut cases = group("layer");
    cases.retain(|case| case.kind == kind);
    cases.iter().for_each(check);
    cases.len()
}

/// Weight and bias as the layer holds them.
fn parameters<T: Real>(case: &Case, shape: [usize; 3]) -> Vec<T> {
    let mut parameters = reversed(shape, &case.values("param.weight"));
    if case.flag("bias") {
        parameters.extend(case.values::<T>("param.bias"));
    }
    parameters
}

fn check_parameters<T: Real>(case: &Case, [out, inputs, pixels]: [usize; 3], gradient: &[T]) {
    let (weight, bias) = gradient.split_at(out * inputs * pixels);
    case.check("grad_param.weight", &reversed([pixels, inputs, out], weight));
    if case.flag("bias") {
        case.check("grad_param.bias", bias);
    }
}

fn dense<T: Real>(case: &Case) {
    let x = case.values::<T>("input");
    let shape = case.shape("input");
    let (samples, inputs) = (shape[0], shape[shape.len() - 1]);
    let outputs = case.number("out_features") as usize;
    let rows = shape[1..shape.len() - 1].iter().product();
    let spec = DenseSpec { rows, inputs, outputs, bias: case.flag("bias") };
    let sizes = Sizes {
        samples,
        output: samples * rows * outputs,
        forward_scratch: spec.forward_scratch(samples),
        backward_scratch: spec.backward_scratch(samples),
        reads_inputs: true,
        ..Sizes::default()
    };
    let shape = [outputs, inputs, 1];
    let parameters = parameters::<T>(case, shape);
    let passes = train(&spec, &sizes, &parameters, &x, &case.values("grad_output"));
    case.check("output", &passes.output);
    case.check("grad_input", &passes.input_gradient);
    check_parameters(case, shape, &passes.parameter_gradient);
    case.check("output", &predict(&spec, &sizes, &parameters, &x));
}

fn conv2d<T: Real>(case: &Case) {
    let (input, output) = (case.shape("input"), case.shape("output"));
    let &[samples, channels, height, width] = input else { panic!("{}", case.name) };
    let &[outputs, inputs, ..] = case.shape("param.weight") else { panic!("{}", case.name) };
    let kernel = case.pair("kernel_size").expect("two sizes");
    let dilation = case.pair("dilation").expect("two sizes");
    let padding = [0, 1].map(|axis| match case.config["padding"].as_str() {
        Some("valid") => [0, 0],
        Some("same") => {
            let all = dilation[axis] * (kernel[axis] - 1);
            [all / 2, all - all / 2]
        }
        _ => [case.pair("padding").expect("two sizes")[axis]; 2],
    });
    let spec = Conv2dSpec {
        channels,
        height,
        width,
        outputs,
        kernel,
        stride: case.pair("stride").expect("two sizes"),
        padding,
        dilation,
        groups: case.number("groups") as usize,
        bias: case.flag("bias"),
    };
    let sizes = Sizes {
        samples,
        output: output.iter().product(),
        forward_scratch: spec.forward_scratch(samples),
        backward_scratch: spec.backward_scratch(samples),
        reads_inputs: true,
        ..Sizes::default()
    };
    let shape = [outputs, inputs, kernel[0] * kernel[1]];
    let parameters = parameters::<T>(case, shape);
    let x = inner_channels(input, &case.values::<T>("input"));
    let dy = inner_channels(output, &case.values("grad_output"));
    let passes = train(&spec, &sizes, &parameters, &x, &dy);
    case.check("output", &outer_channels(output, &passes.output));
    case.check("grad_input", &outer_channels(input, &passes.input_gradient));
    check_parameters(case, shape, &passes.parameter_gradient);
    case.check("output", &outer_channels(output, &predict(&spec, &sizes, &parameters, &x)));
}
