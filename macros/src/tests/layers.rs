//! What the layers tell the planner and the writer.

use super::*;
use crate::graph::Node;
use crate::layers::{Init, Kind, Layout, Role, Traits};
use crate::shape::{Dim, Shape};
use quote::quote;

/// The only layer of a network, with the shapes that flow in.
pub fn only(input: &str, layer: &str) -> (Node, Vec<Shape>) {
    let source = format!("struct N(x: {input}) -> [1] {{ x -> {layer} }}");
    let (mut shaped, _) = analyse(&source);
    let mut shaped = shaped.remove(0);
    let node = shaped.graph.nodes.remove(0);
    let inputs = node.inputs.iter().filter_map(|v| shaped.shapes[v.0].clone()).collect();
    (node, inputs)
}

pub fn spec(input: &str, layer: &str) -> String {
    let (node, inputs) = only(input, layer);
    let layer = node.layer.unwrap_or_else(|| panic!("{layer} cannot be read"));
    layer.outputs(&inputs).unwrap_or_else(|m| panic!("{layer:?}: {m:?}"));
    layer.spec(&inputs, 7).to_string()
}

pub fn traits(input: &str, layer: &str) -> Traits {
    let (node, inputs) = only(input, layer);
    node.layer.map(|l| l.traits(&inputs)).unwrap_or_else(|| panic!("{layer} cannot be read"))
}

macro_rules! assert_spec {
    ($input:literal, $layer:literal, $($tokens:tt)*) => {
        assert_eq!(spec($input, $layer), quote!($($tokens)*).to_string());
    };
}

#[test]
fn specs() {
    assert_spec!("[5]", "Dense(3)", dense::DenseSpec { rows: 1, inputs: 5, outputs: 3, bias: true });
    assert_spec!(
        "[4, 5]",
        "Dense(3, bias: false)",
        dense::DenseSpec { rows: 4, inputs: 5, outputs: 3, bias: false }
    );
    assert_spec!(
        "[4, 9, 8]",
        "Conv2d(6, kernel: (2, 3), stride: (1, 2), padding: (0, 1), dilation: 2, groups: 2)",
        conv2d::Conv2dSpec {
            channels: 4,
            height: 9,
            width: 8,
            outputs: 6,
            kernel: [2, 3],
            stride: [1, 2],
            padding: [[0, 0], [1, 1]],
            dilation: [2, 2],
            groups: 2,
            bias: true
        }
    );
    assert_spec!(
        "[1, 9, 8]",
        "Conv2d(6, kernel: (4, 3), padding: same)",
        conv2d::Conv2dSpec {
            channels: 1,
            height: 9,
            width: 8,
            outputs: 6,
            kernel: [4, 3],
            stride: [1, 1],
            padding: [[1, 2], [1, 1]],
            dilation: [1, 1],
            groups: 1,
            bias: true
        }
    );
    assert_spec!(
        "[2, 8, 6]",
        "MaxPool2d((2, 3))",
        max_pool2d::MaxPool2dSpec {
            channels: 2,
            height: 8,
            width: 6,
            kernel: [2, 3],
            stride: [2, 3],
            padding: [0, 0],
            dilation: [1, 1],
            relu: false
        }
    );
    assert_spec!(
        "[2, 8, 6]",
        "AvgPool2d(3, stride: 1, padding: 1, count_include_pad: false)",
        avg_pool2d::AvgPool2dSpec {
            channels: 2,
            height: 8,
            width: 6,
            kernel: [3, 3],
            stride: [1, 1],
            padding: [1, 1],
            count_include_pad: false
        }
    );
    assert_spec!(
        "[2, 8, 6]",
        "GlobalAvgPool2d",
        global_avg_pool2d::GlobalAvgPool2dSpec { channels: 2, height: 8, width: 6 }
    );
    assert_spec!(
        "[2, 8, 6]",
        "BatchNorm2d",
        batch_norm::BatchNormSpec {
            channels: 2,
            values: 48,
            eps: 0.00001f64,
            affine: true,
            running: false,
            counted: false
        }
    );
    assert_spec!(
        "[8, 6]",
        "BatchNorm1d(eps: 1e-3)",
        batch_norm::BatchNormSpec {
            channels: 6,
            values: 8,
            eps: 0.001f64,
            affine: true,
            running: false,
            counted: false
        }
    );
    assert_spec!(
        "[8]",
        "BatchNorm1d",
        batch_norm::BatchNormSpec {
            channels: 8,
            values: 1,
            eps: 0.00001f64,
            affine: true,
            running: false,
            counted: false
        }
    );
    assert_spec!(
        "[8, 6]",
        "BatchNorm1d(affine: false)",
        batch_norm::BatchNormSpec {
            channels: 6,
            values: 8,
            eps: 0.00001f64,
            affine: false,
            running: false,
            counted: false
        }
    );
    assert_spec!(
        "[8]",
        "LayerNorm",
        layer_norm::LayerNormSpec { rows: 1, len: 8, eps: 0.00001f64, weight: true, bias: true }
    );
    assert_spec!(
        "[4, 8]",
        "LayerNorm(bias: false, eps: 1e-3)",
        layer_norm::LayerNormSpec { rows: 4, len: 8, eps: 0.001f64, weight: true, bias: false }
    );
    assert_spec!(
        "[4, 8, 6]",
        "LayerNorm(affine: false)",
        layer_norm::LayerNormSpec { rows: 1, len: 192, eps: 0.00001f64, weight: false, bias: false }
    );
    assert_spec!(
        "[4, 8, 6]",
        "LayerNorm(axis: 0)",
        layer_norm::LayerNormSpec { rows: 48, len: 4, eps: 0.00001f64, weight: true, bias: true }
    );
    assert_spec!(
        "[4, 8]",
        "RmsNorm",
        rms_norm::RmsNormSpec { rows: 4, len: 8, eps: 0.000001f64, weight: true }
    );
    assert_spec!(
        "[6, 2, 3]",
        "GroupNorm(3)",
        group_norm::GroupNormSpec { channels: 6, values: 6, groups: 3, eps: 0.00001f64, affine: true }
    );
    assert_spec!(
        "[6, 2, 3]",
        "InstanceNorm2d(track_running_stats: true)",
        instance_norm2d::InstanceNorm2dSpec {
            channels: 6,
            values: 6,
            eps: 0.00001f64,
            affine: false,
            track: true,
            running: false,
            counted: false
        }
    );
    assert_spec!("[8, 6]", "Dropout(0.25)", dropout::DropoutSpec { node: 7, len: 48, rate: 0.25f64 });
    assert_spec!(
        "[8, 6, 2]",
        "Dropout2d(0.25)",
        dropout2d::Dropout2dSpec { node: 7, channels: 8, values: 12, rate: 0.25f64 }
    );
    assert_spec!(
        "[8, 6]",
        "AlphaDropout(0.25)",
        alpha_dropout::AlphaDropoutSpec { node: 7, len: 48, rate: 0.25f64 }
    );
    assert_spec!(
        "[8, 6]",
        "GaussianNoise(0.1)",
        gaussian_noise::GaussianNoiseSpec { node: 7, len: 48, std: 0.1f64 }
    );
    assert_spec!(
        "[8]",
        "LeakyRelu(-0.5)",
        activation::ActivationSpec { len: 8, function: activation::Activation::LeakyRelu { slope: -0.5f64 } }
    );
    assert_spec!(
        "[8]",
        "Gelu(approximate: tanh)",
        activation::ActivationSpec { len: 8, function: activation::Activation::GeluTanh }
    );
    assert_spec!(
        "[8]",
        "Gelu",
        activation::ActivationSpec { len: 8, function: activation::Activation::Gelu }
    );
    assert_spec!(
        "[8]",
        "Softplus(beta: 2)",
        activation::ActivationSpec {
            len: 8,
            function: activation::Activation::Softplus { beta: 2f64, threshold: 20f64 }
        }
    );
    assert_spec!(
        "[8]",
        "Hardtanh(max: 2)",
        activation::ActivationSpec {
            len: 8,
            function: activation::Activation::Hardtanh { min: -1f64, max: 2f64 }
        }
    );
    assert_spec!(
        "[8]",
        "Celu(0.5)",
        activation::ActivationSpec { len: 8, function: activation::Activation::Celu { alpha: 0.5f64 } }
    );
    assert_spec!("[6, 4, 3]", "PRelu", prelu::PReluSpec { channels: 1, values: 72 });
    assert_spec!("[6, 4, 3]", "PRelu(per_channel: true)", prelu::PReluSpec { channels: 6, values: 12 });
    assert_spec!("[6, 4]", "PRelu(per_channel: true)", prelu::PReluSpec { channels: 4, values: 6 });
    assert_spec!("[6, 4]", "Glu", glu::GluSpec { blocks: 6, half: 2 });
    assert_spec!("[6, 4]", "Glu(axis: 0)", glu::GluSpec { blocks: 1, half: 12 });
    assert_spec!("[6, 4, 3]", "Glu", glu::GluSpec { blocks: 12, half: 3 });
    assert_spec!("[6, 4, 3]", "Glu(axis: 1)", glu::GluSpec { blocks: 6, half: 6 });
    assert_spec!("[8]", "Softmax", softmax::SoftmaxSpec { outer: 1, len: 8, inner: 1, log: false });
    assert_spec!("[4, 8]", "LogSoftmax", softmax::SoftmaxSpec { outer: 4, len: 8, inner: 1, log: true });
    assert_spec!("[4, 8, 6]", "Softmax", softmax::SoftmaxSpec { outer: 1, len: 4, inner: 48, log: false });
    assert_spec!(
        "[4, 8, 6]",
        "Softmax(axis: 1)",
        softmax::SoftmaxSpec { outer: 4, len: 8, inner: 6, log: false }
    );
}

#[test]
fn fields() {
    let field = |input, layer| {
        let (node, inputs) = only(input, layer);
        node.layer.map(|l| l.field(&inputs, &quote!(f32)).to_string())
    };
    assert_eq!(field("[5]", "Dense(3)"), Some(quote!(dense::Dense<f32, 3, 5, 3>).to_string()));
    assert_eq!(field("[5]", "Dense(3, bias: false)"), Some(quote!(dense::Dense<f32, 3, 5, 0>).to_string()));
    let conv = field("[4, 9, 9]", "Conv2d(6, kernel: (2, 3), groups: 2)");
    assert_eq!(conv, Some(quote!(conv2d::Conv2d<f32, 6, 2, 2, 3, 6>).to_string()));
    let image = |layer| field("[4, 9, 9]", layer);
    assert_eq!(image("LayerNorm(bias: false)"), Some(quote!(layer_norm::LayerNorm<f32, 324, 0>).to_string()));
    assert_eq!(image("LayerNorm(axis: 0)"), Some(quote!(layer_norm::LayerNorm<f32, 4, 4>).to_string()));
    assert_eq!(image("RmsNorm"), Some(quote!(rms_norm::RmsNorm<f32, 324>).to_string()));
    assert_eq!(image("GroupNorm(2)"), Some(quote!(group_norm::GroupNorm<f32, 4>).to_string()));
    assert_eq!(
        image("InstanceNorm2d(affine: true)"),
        Some(quote!(instance_norm2d::InstanceNorm2d<f32, 4, 0>).to_string())
    );
    assert_eq!(field("[4, 9]", "BatchNorm1d"), Some(quote!(batch_norm::BatchNorm<f32, 9, 9>).to_string()));
}

/// The numbers of a shape without constants.
pub fn sizes(shape: &[Dim]) -> Vec<usize> {
    shape.iter().filter_map(|n| n.known()).collect()
}

/// How a tensor is drawn, as numbers.
pub fn width(init: Init) -> (&'static str, f64) {
    match init {
        Init::Constant(value) => ("constant", value),
        Init::Uniform { bound } => ("uniform", bound.known().unwrap_or(f64::NAN)),
        Init::Normal { std } => ("normal", std.known().unwrap_or(f64::NAN)),
        Init::NormalBut { std, .. } => ("normal but", std),
    }
}

#[test]
fn parameters() {
    let parameters = |input, layer| {
        let (node, inputs) = only(input, layer);
        node.layer.map(|l| l.parameters(&inputs)).unwrap_or_default()
    };
    let dense = parameters("[16]", "Dense(3)");
    assert_eq!(
        (dense[0].name, sizes(&dense[0].memory_shape), &dense[0].axes[..]),
        ("weight", vec![16, 3], &[1, 0][..])
    );
    assert_eq!((width(dense[0].init), width(dense[1].init)), (("uniform", 0.25), ("uniform", 0.25)));
    assert_eq!(parameters("[16]", "Dense(3, bias: false)").len(), 1);
    let he = parameters("[8]", "Dense(3, init: he_normal)");
    assert_eq!((width(he[0].init), width(he[1].init)), (("normal", 0.5), ("constant", 0.0)));
    let conv = parameters("[4, 9, 9]", "Conv2d(6, kernel: 2, groups: 2, init: glorot_uniform)");
    assert_eq!(conv[0].memory_shape, [2, 2, 2, 6]);
    assert_eq!(conv[0].axes, [3, 2, 0, 1]);
    // Into one unit 2 * 2 * 2 = 8 values, out of it 6 * 2 * 2 = 24.
    assert_eq!(width(conv[0].init), ("uniform", (6.0f64 / 32.0).sqrt()));
    let image = parameters("[4, 9, 8]", "LayerNorm");
    assert_eq!((sizes(&image[0].memory_shape), &image[1].axes[..]), (vec![4, 9, 8], &[0, 1, 2][..]));
    let bare = parameters("[4, 9, 9]", "BatchNorm2d(affine: false)");
    assert_eq!(bare.iter().map(|p| p.name).collect::<Vec<_>>(), ["running_mean", "running_var"]);
    let norm = parameters("[4, 9, 9]", "BatchNorm2d(momentum: 0.3)");
    let names: Vec<_> = norm.iter().map(|p| p.name).collect();
    assert_eq!(names, ["weight", "bias", "running_mean", "running_var"]);
    assert_eq!((norm[0].role, norm[3].role), (Role::Learned, Role::Average { momentum: 0.3 }));
    assert_eq!((norm[2].init, norm[3].init), (Init::Constant(0.0), Init::Constant(1.0)));
}

#[test]
fn what_backward_needs() {
    let relu = traits("[8]", "Relu");
    assert!(relu.reads_outputs && !relu.reads_inputs && relu.in_place && relu.gradient_in_place);
    for other in ["Relu6", "Celu", "LogSigmoid", "Hardtanh"] {
        let traits = traits("[8]", other);
        assert!(traits.reads_outputs && !traits.reads_inputs && traits.in_place, "{other}");
    }
    for other in [
        "Mish",
        "Softsign",
        "Hardsigmoid",
        "Hardswish",
        "Gelu",
        "Silu",
        "Softplus",
        "LeakyRelu(-0.1)",
        "Elu(-1)",
    ] {
        let traits = traits("[8]", other);
        assert!(traits.reads_inputs && !traits.reads_outputs && !traits.in_place, "{other}");
    }
    assert!(traits("[2, 2, 2]", "Flatten").view);
    for noise in ["Dropout(0)", "Dropout2d(0.5)", "AlphaDropout(0.5)", "GaussianNoise(1)"] {
        assert!(traits("[2, 3, 4]", noise).identity_in_prediction, "{noise}");
    }
    assert_eq!(traits("[3, 2, 2]", "BatchNorm2d").batch_values, Some(4.into()));
    assert_eq!(traits("[3]", "BatchNorm1d").batch_values, Some(1.into()));
    assert_eq!(traits("[3]", "BatchNorm1d").saved_fixed, 9);
    assert_eq!(traits("[5, 3]", "LayerNorm").saved_each, 10);
    assert_eq!(traits("[5, 3, 2]", "LayerNorm").layout, Layout::RowMajor);
    assert_eq!(traits("[5, 3, 2]", "LayerNorm(axis: 0)").layout, Layout::ChannelsLast);
    assert_eq!(traits("[3, 2, 2]", "GroupNorm(3)").saved_each, 9);
    assert_eq!(traits("[3, 2, 2]", "AvgPool2d(2)"), Traits::new(Layout::ChannelsLast));
}

#[test]
fn work_and_kinds() {
    let layer = |input, layer| {
        let (node, inputs) = only(input, layer);
        node.layer.map(|l| (l.multiply_adds(&inputs), l.kind()))
    };
    assert_eq!(layer("[4, 5]", "Dense(3)"), Some((60.into(), Some(Kind::RawScores))));
    assert_eq!(
        layer("[4, 9, 9]", "Conv2d(6, kernel: 2, groups: 2)"),
        Some(((8 * 8 * 6 * 4 * 2).into(), Some(Kind::RawScores)))
    );
    assert_eq!(layer("[4]", "Sigmoid"), Some((0.into(), Some(Kind::Probabilities))));
    assert_eq!(layer("[4]", "Softmax"), Some((0.into(), Some(Kind::Distribution))));
    assert_eq!(layer("[4]", "LogSoftmax"), Some((0.into(), Some(Kind::LogDistribution))));
    assert_eq!(layer("[4]", "Flatten"), Some((0.into(), None)));
}

/// What a node's text says gives the same layer again.
#[test]
fn texts_can_be_read_again() {
    let layers = [
        (
            "[4, 9, 9]",
            "Conv2d(6, kernel: (2, 3), stride: 2, padding: (1, 0), dilation: 2, groups: 2, bias: false)",
        ),
        ("[4, 9, 9]", "Conv2d(6, kernel: 3, padding: same, init: he_normal, in: 4)"),
        ("[4, 9, 9]", "MaxPool2d(3, stride: (1, 2), padding: 1, dilation: 2)"),
        ("[4, 9, 9]", "AvgPool2d(3, stride: 3, count_include_pad: false)"),
        ("[4]", "Dense(3, bias: false)"),
        ("[4]", "Softplus(beta: 2, threshold: 3)"),
        ("[4]", "Elu(0.5)"),
        ("[4]", "LeakyRelu"),
        ("[4]", "Celu(0.5)"),
        ("[4]", "Hardtanh(min: -2, max: 3)"),
        ("[4]", "PRelu(per_channel: true)"),
        ("[4, 3, 2]", "Glu(axis: 2)"),
        ("[4]", "BatchNorm1d(eps: 1e-3, momentum: 0.2)"),
        ("[4]", "BatchNorm1d(affine: false)"),
        ("[4, 3, 2]", "LayerNorm(axis: 0, eps: 1e-3, bias: false)"),
        ("[4, 3]", "LayerNorm(affine: false)"),
        ("[4, 3]", "RmsNorm(axis: 1, eps: 1e-3, affine: false)"),
        ("[4, 3, 2]", "GroupNorm(2, eps: 1e-3, affine: false)"),
        ("[4, 3, 2]", "InstanceNorm2d(eps: 1e-3, momentum: 0.2, affine: true, track_running_stats: true)"),
        ("[4]", "Dropout(0.1)"),
        ("[4, 3, 2]", "Dropout2d(0.1)"),
        ("[4]", "AlphaDropout(0.1)"),
        ("[4]", "GaussianNoise(0.1)"),
        ("[4]", "Gelu(approximate: tanh)"),
        ("[4, 2]", "Softmax(axis: 0)"),
    ];
    for (input, text) in layers {
        let (node, _) = only(input, text);
        let (again, _) = only(input, &node.text);
        assert_eq!(node.text, again.text);
        assert_eq!(spec(input, text), spec(input, &node.text));
    }
    assert_eq!(only("[4]", "Dense(3, in: 4, init: he_normal)").0.text, "Dense(3)");
}
