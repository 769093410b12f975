//! Networks over sequences, images and volumes against finite differences, in f64.

mod common;

use common::differences::check;
use formwork::prelude::*;

network! {
    #[allow(formwork::bias_before_batch_norm)]
    pub struct Sequence<T>(x: [13, 3]) -> [2] {
        let a = x -> Conv1d(4, kernel: 3, padding: same) -> BatchNorm1d -> Tanh;
        let b = a -> Conv1d(4, kernel: 3, padding: 2, dilation: 2, groups: 2, bias: false) -> Silu;
        let c = b -> Conv1d(4, kernel: 3, groups: 4, padding: 1);
        a + c
            -> MaxPool1d(3, stride: 2, padding: 1)
            -> Conv1d(6, kernel: 2, stride: 2) -> Gelu
            -> AvgPool1d(2, stride: 1)
            -> GlobalAvgPool1d
            -> Dense(2)
    }

    /// Down and up again, with a size on the way that a stride makes ambiguous.
    #[allow(formwork::bias_before_batch_norm)]
    pub struct UpAndDown<T>(image: [2, 7, 6]) -> [1, 8, 7] {
        image
            -> Conv2d(4, kernel: 3, stride: 2, padding: 1) -> Tanh
            -> ConvTranspose2d(4, kernel: 3, stride: 2, padding: 1, output_padding: (1, 0), groups: 2) -> BatchNorm2d
            -> ConvTranspose2d(3, kernel: (1, 3), dilation: 2, padding: (0, 1), bias: false) -> Silu
            -> ConvTranspose2d(1, kernel: 1)
    }

    pub struct Longer<T>(x: [5, 4]) -> [11, 2] {
        x -> ConvTranspose1d(6, kernel: 3, stride: 2, padding: 1, output_padding: 1, groups: 2) -> Gelu
            -> ConvTranspose1d(2, kernel: 2)
    }

    pub struct Resized<T>(image: [2, 5, 4]) -> [2] {
        let a = image -> ZeroPad2d((1, 2, 0, 1)) -> Conv2d(3, kernel: 2) -> Tanh;
        let b = a -> Upsample(2) -> Conv2d(8, kernel: 3, padding: 1) -> Silu;
        let c = b -> Upsample(size: (5, 6), mode: bilinear) -> PixelShuffle(2) -> AdaptiveAvgPool2d((4, 3));
        let d = c -> Upsample(size: (3, 5), mode: bilinear, align_corners: true) -> Conv2d(4, kernel: 2) -> Gelu;
        (d -> GlobalMaxPool2d) + (d -> GlobalAvgPool2d) -> Dense(2)
    }

    pub struct Volume<T>(v: [2, 4, 5, 4]) -> [3, 2, 5, 4] {
        let a = v -> Conv3d(4, kernel: (3, 3, 1), padding: same) -> Tanh;
        let b = a -> Conv3d(4, kernel: (2, 1, 3), groups: 2, padding: (0, 0, 1), bias: false) -> Silu;
        b + (a -> Conv3d(4, kernel: (2, 1, 1))) -> Conv3d(3, kernel: 1, stride: (2, 1, 1))
    }
}

#[test]
fn volumes() {
    check::<Volume<f64>>(2);
}

#[test]
fn resized_images() {
    check::<Resized<f64>>(2);
}

#[test]
fn transposed_convolutions() {
    check::<UpAndDown<f64>>(2);
    check::<Longer<f64>>(3);
}

#[test]
fn sequences() {
    check::<Sequence<f64>>(3);
}
