//! Whole networks against finite differences, in f64.

mod common;

use common::differences::check;
use formwork::Noise;
use formwork::prelude::*;

network! {
    pub struct Mlp<T>(x: [5]) -> [3] {
        x -> Dense(7) -> Tanh -> Dense(6) -> Gelu -> Dropout(0.3) -> Dense(3) -> LogSoftmax
    }

    pub struct Flat<T>(x: [3, 4]) -> [2] {
        x -> Dense(5, bias: false) -> Silu -> Flatten -> BatchNorm1d -> Dense(2) -> Sigmoid
    }

    pub struct Cnn<T>(image: [2, 9, 8]) -> [3] {
        image
            -> conv1: Conv2d(4, kernel: 3, padding: same, bias: false) -> BatchNorm2d -> Elu -> MaxPool2d(2)
            -> conv2: Conv2d(6, kernel: (2, 3), stride: (1, 2), padding: 1, groups: 2) -> LeakyRelu
            -> AvgPool2d(2, stride: 1, padding: 1)
            -> Flatten
            -> Dense(5) -> Softplus
            -> Dense(3)
    }

    /// An image in row-major order and channels last at once, values used several times, an image that comes out.
    #[allow(formwork::bias_before_batch_norm)]
    pub struct Residual<T>(image: [3, 6, 5]) -> [4, 6, 5] {
        let a = image -> stem: Conv2d(4, kernel: 3, padding: 1) -> BatchNorm2d -> Tanh;
        let b = a -> Conv2d(4, kernel: 3, padding: 1) -> BatchNorm2d -> Sigmoid -> Conv2d(4, kernel: 1);
        let c = a + b -> Selu;
        let d = c -> Conv2d(4, kernel: 3, padding: 2, dilation: 2);
        c + d + a -> Conv2d(4, kernel: 1)
    }

    pub struct Pooled<T>(image: [2, 5, 5]) -> [3] {
        let y = image -> Conv2d(6, kernel: 3, padding: 1, stride: 2) -> Tanh;
        y + y -> GlobalAvgPool2d -> Dense(3) -> Softmax
    }

    /// Layers that nothing reads: their gradient is zero.
    pub struct Unread<T>(x: [4]) -> [2] {
        let _dead = x -> unread: Dense(3) -> BatchNorm1d -> Relu;
        x -> Dense(2)
    }

    pub struct Depthwise<T>(image: [3, 7, 7]) -> [2] {
        image
            -> Conv2d(6, kernel: 3, groups: 3) -> Gelu(approximate: tanh)
            -> Conv2d(6, kernel: 3, groups: 6, padding: 1) -> Silu
            -> Flatten
            -> Dense(2)
    }

    /// Every way to normalise, of images and sequences; the first has running averages and nothing else to keep.
    pub struct Norms<T>(image: [4, 5, 3]) -> [3] {
        image
            -> BatchNorm2d(affine: false)
            -> Conv2d(6, kernel: 3, padding: 1) -> GroupNorm(3) -> Tanh
            -> Conv2d(4, kernel: 1) -> InstanceNorm2d(affine: true, track_running_stats: true) -> Silu
            -> LayerNorm(axis: 0) -> Conv2d(2, kernel: 3) -> LayerNorm
            -> Flatten -> Dense(6) -> RmsNorm(eps: 1e-3) -> Dense(3) -> LayerNorm(bias: false, eps: 1e-2)
    }

    pub struct Rows<T>(x: [3, 4]) -> [3, 5] {
        x -> LayerNorm -> Dense(5) -> Tanh -> RmsNorm -> Dense(5) -> LayerNorm(affine: false)
    }

    pub struct Bends<T>(image: [3, 4, 5]) -> [2] {
        image
            -> Conv2d(4, kernel: 3, padding: 1) -> PRelu(per_channel: true)
            -> Conv2d(8, kernel: 2) -> Glu -> Mish
            -> Conv2d(4, kernel: 1) -> PRelu -> Glu(axis: 2) -> Celu(0.7)
            -> Flatten -> Dense(8) -> Softsign -> Dense(8) -> LogSigmoid -> Dense(8) -> Hardswish
            -> Dense(8) -> Hardtanh(min: -0.9, max: 1.1) -> Dense(8) -> Hardsigmoid -> Dense(6) -> Relu6 -> Glu
            -> Dense(2)
    }

    pub struct Noisy<T>(image: [3, 4, 5]) -> [2] {
        image
            -> GaussianNoise(0.3) -> Conv2d(5, kernel: 3) -> Dropout2d(0.4) -> Selu -> AlphaDropout(0.3)
            -> GaussianNoise(0.2)
            -> Flatten -> Dense(7) -> GaussianNoise(0.1) -> Tanh -> AlphaDropout(0.2) -> Dense(2)
    }
}

#[test]
fn mlp() {
    check::<Mlp<f64>>(4);
}

#[test]
fn matrices_and_batch_norm() {
    check::<Flat<f64>>(5);
}

#[test]
fn cnn_with_batch_norm() {
    check::<Cnn<f64>>(3);
}

#[test]
fn residual() {
    check::<Residual<f64>>(2);
}

#[test]
fn a_value_added_to_itself() {
    check::<Pooled<f64>>(3);
}

#[test]
fn layers_that_nothing_reads() {
    check::<Unread<f64>>(3);
}

#[test]
fn depthwise() {
    check::<Depthwise<f64>>(2);
}

#[test]
fn normalisations() {
    check::<Norms<f64>>(3);
    check::<Rows<f64>>(2);
}

#[test]
fn activations_with_and_without_weights() {
    check::<Bends<f64>>(3);
}

#[test]
fn noise_of_every_kind() {
    check::<Noisy<f64>>(4);
}

#[test]
fn noise_is_for_training_alone() {
    let network = Noisy::<f64>::new(1);
    let images = [[nalgebra::SMatrix::repeat(0.5); 3]];
    let predicted = network.predict(&images[0]);
    assert_eq!(predicted, network.predict(&images[0]));
    let mut workspace = Workspace::new();
    let mut train = |step| {
        let noise = Noise { seed: 1, step, first: 0 };
        let pass = network.forward(&images[..], Selection::All, noise, &mut workspace).expect("a batch");
        pass.outputs()[0]
    };
    assert_eq!(train(1), train(1));
    assert_ne!(train(1), train(2));
    assert_ne!(train(1), predicted);
}

/// Statistics are gathered where no gradient flows.
#[test]
fn running_averages_without_weights_move() {
    let mut network = Norms::<f64>::new(1);
    let mut gradient = Norms::zeroed();
    let mut workspace = Workspace::new();
    let mut inputs = formwork::tensor::zeroed_vec::<<Norms<f64> as Network>::Sample>(2);
    formwork::tensor::flat_mut(&mut inputs).fill(3.0);
    let mut pass =
        network.forward(&inputs, Selection::All, Noise::default(), &mut workspace).expect("a batch");
    formwork::tensor::flat_mut(pass.outputs_and_gradients().1).fill(1.0);
    pass.backward(&mut gradient);
    let sgd = Sgd::new(0.1);
    sgd.step(&mut sgd.start(&*network), &mut network, &gradient);
    for (mean, var) in network.batch_norm2d1.running_mean.iter().zip(&network.batch_norm2d1.running_var) {
        assert!((mean - 0.3).abs() < 1e-12 && (var - 0.9).abs() < 1e-12, "{mean} {var}");
    }
}
