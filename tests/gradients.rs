//! Whole networks against finite differences, in f64.

mod common;

use common::differences::check;
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
