//! Whole networks against finite differences, in f64.

use formwork::prelude::*;
use formwork::{Noise, Role, noise::Stream};
use rand::RngExt;

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
}

/// The gradient of `Σ outputs · weights` against central differences, for every learned number.
fn check<N>(samples: usize)
where
    N: for<'a> Network<Batch<'a> = &'a [<N as Network>::Sample], Scalar = f64>,
    N::Sample: Tensor<Scalar = f64>,
{
    let name = N::GRAPH.name;
    let mut stream = Stream::new(11, 0);
    let mut draw = |values: &mut [f64]| values.fill_with(|| stream.random::<f64>() * 2.0 - 1.0);
    let mut network = N::zeroed();
    formwork::init::initialize(network.as_mut_slice(), N::TENSORS, 5);
    let mut inputs = formwork::tensor::zeroed_vec::<N::Sample>(samples + 2);
    draw(formwork::tensor::flat_mut(&mut inputs));
    let indices: Vec<usize> = (0..samples).map(|i| (i * 3 + 1) % (samples + 2)).collect();
    let mut weights = formwork::tensor::zeroed_vec::<N::Output>(samples);
    draw(formwork::tensor::flat_mut(&mut weights));
    let weights = formwork::tensor::flat(&weights);
    let noise = Noise { seed: 3, step: 9, first: 0 };
    let mut workspace = Workspace::<N>::new();

    let mut gradient = N::zeroed();
    // What was there must not matter.
    draw(gradient.as_mut_slice());
    let selection = Selection::Indices(&indices);
    let mut pass = network.forward(&inputs, selection, noise, &mut workspace).expect("a good batch");
    let (_, gradients) = pass.outputs_and_gradients();
    formwork::tensor::flat_mut(gradients).copy_from_slice(weights);
    pass.backward(&mut gradient);

    let mut value = |network: &N| -> f64 {
        let pass = network.forward(&inputs, selection, noise, &mut workspace).expect("a good batch");
        formwork::tensor::flat(pass.outputs()).iter().zip(weights).map(|(y, w)| y * w).sum()
    };
    let mut checked = 0;
    for tensor in N::TENSORS.iter().filter(|t| t.role == Role::Learned) {
        for i in tensor.range() {
            let (old, h) = (network.as_slice()[i], 1e-5);
            network.as_mut_slice()[i] = old + h;
            let above = value(&network);
            network.as_mut_slice()[i] = old - h;
            let below = value(&network);
            network.as_mut_slice()[i] = old;
            let (want, got) = ((above - below) / (2.0 * h), gradient.as_slice()[i]);
            assert!(
                (want - got).abs() <= 1e-7 + 1e-6 * want.abs(),
                "{name}: {} at {}: differences give {want}, backward {got}",
                tensor.name,
                i - tensor.offset
            );
            checked += 1;
        }
    }
    assert_eq!(checked, N::PARAMETERS, "{name}: every learned number is checked");
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
