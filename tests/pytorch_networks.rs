//! ResNet-18, U-Net and MobileNetV2 with weights from files that PyTorch wrote: outputs and gradients are PyTorch's.
//!
//! `tests/networks/generate.py` made the files; the networks have few channels so that these stay small.

use formwork::prelude::*;
use formwork::{Noise, Role};
use safetensors::SafeTensors;
use std::path::PathBuf;

network! {
    block Basic(channels)(x: [channels, h, w]) -> [channels, h, w] {
        let y = x
            -> conv1: Conv2d(channels, kernel: 3, padding: 1, bias: false) -> bn1: BatchNorm2d -> Relu
            -> conv2: Conv2d(channels, kernel: 3, padding: 1, bias: false) -> bn2: BatchNorm2d;
        x + y -> Relu
    }

    block Down(channels)(x: [c, h, w]) -> [channels, (h + 1) / 2, (w + 1) / 2] {
        let y = x
            -> conv1: Conv2d(channels, kernel: 3, stride: 2, padding: 1, bias: false) -> bn1: BatchNorm2d -> Relu
            -> conv2: Conv2d(channels, kernel: 3, padding: 1, bias: false) -> bn2: BatchNorm2d;
        let s = x -> shortcut: Conv2d(channels, kernel: 1, stride: 2, bias: false) -> norm: BatchNorm2d;
        s + y -> Relu
    }

    block Stage(channels)(x: [c, h, w]) -> [channels, (h + 1) / 2, (w + 1) / 2] {
        x -> down: Down(channels) -> same: Basic(channels)
    }

    /// He, Zhang, Ren, Sun: "Deep residual learning for image recognition", 2015.
    struct ResNet18<T>(image: [3, 40, 40]) -> [10] {
        image
            -> conv1: Conv2d(4, kernel: 7, stride: 2, padding: 3, bias: false) -> bn1: BatchNorm2d -> Relu
            -> MaxPool2d(3, stride: 2, padding: 1)
            -> layer1: [Basic(4); 2] -> layer2: Stage(8) -> layer3: Stage(16) -> layer4: Stage(32)
            -> GlobalAvgPool2d -> fc: Dense(10)
    }
}

network! {
    block Double(channels)(x: [c, h, w]) -> [channels, h, w] {
        x
            -> conv1: Conv2d(channels, kernel: 3, padding: 1, bias: false) -> bn1: BatchNorm2d -> Relu
            -> conv2: Conv2d(channels, kernel: 3, padding: 1, bias: false) -> bn2: BatchNorm2d -> Relu
    }

    block Up(channels)(x: [2 * channels, h, w], skip: [channels, 2 * h, 2 * w]) -> [channels, 2 * h, 2 * w] {
        let wide = x -> up: ConvTranspose2d(channels, kernel: 2, stride: 2);
        concat(skip, wide, axis: 0) -> conv: Double(channels)
    }

    /// Ronneberger, Fischer, Brox: "U-Net", 2015.
    struct UNet<T>(image: [2, 24, 16]) -> [3, 24, 16] {
        let a = image -> enter: Double(4);
        let b = a -> MaxPool2d(2) -> down1: Double(8);
        let c = b -> MaxPool2d(2) -> down2: Double(16);
        let d = c -> MaxPool2d(2) -> down3: Double(32);
        let c = (d, c) -> up3: Up(16);
        let b = (c, b) -> up2: Up(8);
        (b, a) -> up1: Up(4) -> mask: Conv2d(3, kernel: 1)
    }
}

network! {
    block Changing(channels, stride)(x: [c, h, w]) -> [channels, (h - 1) / stride + 1, (w - 1) / stride + 1] {
        x
            -> expand: Conv2d(6 * c, kernel: 1, bias: false) -> bn1: BatchNorm2d -> Relu6
            -> depthwise: Conv2d(6 * c, kernel: 3, stride: stride, padding: 1, groups: 6 * c, bias: false)
            -> bn2: BatchNorm2d -> Relu6
            -> project: Conv2d(channels, kernel: 1, bias: false) -> bn3: BatchNorm2d
    }

    block Keeping(x: [c, h, w]) -> [c, h, w] {
        let y = x
            -> expand: Conv2d(6 * c, kernel: 1, bias: false) -> bn1: BatchNorm2d -> Relu6
            -> depthwise: Conv2d(6 * c, kernel: 3, padding: 1, groups: 6 * c, bias: false)
            -> bn2: BatchNorm2d -> Relu6
            -> project: Conv2d(c, kernel: 1, bias: false) -> bn3: BatchNorm2d;
        x + y
    }

    block Separable(channels)(x: [c, h, w]) -> [channels, h, w] {
        x
            -> depthwise: Conv2d(c, kernel: 3, padding: 1, groups: c, bias: false) -> bn1: BatchNorm2d -> Relu6
            -> project: Conv2d(channels, kernel: 1, bias: false) -> bn2: BatchNorm2d
    }

    block Blocks(channels, more, stride)(x: [c, h, w])
        -> [channels, (h - 1) / stride + 1, (w - 1) / stride + 1]
    {
        x -> first: Changing(channels, stride) -> rest: [Keeping; more]
    }

    /// Sandler, Howard, Zhu, Zhmoginov, Chen: "MobileNetV2: inverted residuals and linear bottlenecks", 2018.
    struct MobileNetV2<T>(image: [3, 48, 48]) -> [10] {
        image
            -> stem: Conv2d(8, kernel: 3, stride: 2, padding: 1, bias: false) -> bn1: BatchNorm2d -> Relu6
            -> enter: Separable(4)
            -> stage2: Blocks(6, 1, 2) -> stage3: Blocks(8, 2, 2) -> stage4: Blocks(12, 3, 2)
            -> stage5: Blocks(16, 2, 1) -> stage6: Blocks(20, 2, 2) -> stage7: Changing(24, 1)
            -> last: Conv2d(64, kernel: 1, bias: false) -> bn2: BatchNorm2d -> Relu6
            -> GlobalAvgPool2d -> classifier: Dense(10)
    }
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/networks").join(name)
}

/// The numbers of one tensor.
fn numbers(file: &SafeTensors, name: &str) -> Vec<f64> {
    let view = file.tensor(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(view.dtype(), safetensors::Dtype::F64, "{name}");
    view.data().as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect()
}

/// All within a billionth of the largest. (What cancels out, such as the gradient by a bias in front of a batch
/// normalisation, is rounding alone on both sides.)
fn close(network: &str, what: &str, got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len(), "{network}: {what}");
    let largest = want.iter().fold(0.0, |largest: f64, want| largest.max(want.abs()));
    let off = got.iter().zip(want).fold(0.0, |off: f64, (got, want)| off.max((got - want).abs()));
    assert!(off <= 1e-9 * largest + 1e-12, "{network}: {what} is {off:.1e} off, of {largest:.1e}");
}

fn agree<N>(name: &str)
where
    N: SingleInput<Scalar = f64>,
    N::Sample: Tensor<Scalar = f64>,
{
    let mut network = N::zeroed();
    network.load(path(&format!("{name}.safetensors"))).expect("it fits, strictly");
    let bytes = std::fs::read(path(&format!("{name}.vectors.safetensors"))).expect("it is there");
    let vectors = SafeTensors::deserialize(&bytes).expect("it is whole");
    let samples = vectors.tensor("input").expect("an input").shape()[0];
    let mut inputs = formwork::tensor::zeroed_vec::<N::Sample>(samples);
    formwork::tensor::flat_mut(&mut inputs).copy_from_slice(&numbers(&vectors, "input"));

    let mut workspace = Workspace::<N>::new();
    let mut outputs = formwork::tensor::zeroed_vec::<N::Output>(samples);
    network
        .predict_selected(N::batch(&inputs), Selection::All, &mut outputs, &mut workspace)
        .expect("a good batch");
    close(name, "a prediction", formwork::tensor::flat(&outputs), &numbers(&vectors, "predicted"));

    let mut gradient = N::zeroed();
    let mut pass = network
        .forward(N::batch(&inputs), Selection::All, Noise::default(), &mut workspace)
        .expect("a good batch");
    close(name, "an output", formwork::tensor::flat(pass.outputs()), &numbers(&vectors, "output"));
    let (_, gradients) = pass.outputs_and_gradients();
    formwork::tensor::flat_mut(gradients).copy_from_slice(&numbers(&vectors, "grad_output"));
    pass.backward(&mut gradient);
    let mut checked = 0;
    for info in N::TENSORS.iter().filter(|info| info.role == Role::Learned) {
        let tensor = &gradient.as_slice()[info.range()];
        let got: Vec<f64> = info.places().map(|place| tensor[place]).collect();
        close(name, &info.name.to_string(), &got, &numbers(&vectors, &format!("grad.{}", info.name)));
        checked += got.len();
    }
    assert_eq!(checked, N::PARAMETERS);
}

#[test]
fn resnet18_agrees_with_pytorch() {
    agree::<ResNet18<f64>>("resnet18");
}

#[test]
fn unet_agrees_with_pytorch() {
    agree::<UNet<f64>>("unet");
}

#[test]
fn mobilenet_v2_agrees_with_pytorch() {
    agree::<MobileNetV2<f64>>("mobilenet_v2");
}
