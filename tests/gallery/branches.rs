//! Blocks with branches that are put together: Inception, DenseNet and MobileNetV2.

use formwork::prelude::*;

network! {
    /// Szegedy et al. (2014): four ways of looking, side by side.
    block Inception(one, three_in, three, five_in, five, pool)(x: [c, h, w]) -> [one + three + five + pool, h, w] {
        let a = x -> Conv2d(one, kernel: 1) -> Relu;
        let b = x -> Conv2d(three_in, kernel: 1) -> Relu -> Conv2d(three, kernel: 3, padding: 1) -> Relu;
        let c = x -> Conv2d(five_in, kernel: 1) -> Relu -> Conv2d(five, kernel: 5, padding: 2) -> Relu;
        let d = x -> MaxPool2d(3, stride: 1, padding: 1) -> Conv2d(pool, kernel: 1) -> Relu;
        concat(a, b, c, d, axis: 0)
    }

    /// The third stage of GoogLeNet.
    pub struct GoogLeNet3(x: [192, 28, 28]) -> [480, 14, 14] {
        x
            -> a: Inception(64, 96, 128, 16, 32, 32)
            -> b: Inception(128, 128, 192, 32, 96, 64)
            -> MaxPool2d(3, stride: 2, padding: 1)
    }

    pub struct SmallInception<T>(x: [3, 6, 5]) -> [7, 6, 5] {
        x -> a: Inception(2, 2, 3, 1, 2, 1) -> b: Inception(1, 1, 2, 2, 1, 3)
    }
}

network! {
    /// Huang et al. (2016): what is found is put behind what was there.
    block Grow(k)(x: [c, h, w]) -> [c + k, h, w] {
        let y = x
            -> norm1: BatchNorm2d -> Relu -> conv1: Conv2d(4 * k, kernel: 1, bias: false)
            -> norm2: BatchNorm2d -> Relu -> conv2: Conv2d(k, kernel: 3, padding: 1, bias: false);
        concat(x, y, axis: 0)
    }

    block Dense6(k)(x: [c, h, w]) -> [c + 6 * k, h, w] {
        x -> Grow(k) -> Grow(k) -> Grow(k) -> Grow(k) -> Grow(k) -> Grow(k)
    }

    block Transition(x: [c, h, w]) -> [c / 2, h / 2, w / 2] {
        x -> norm: BatchNorm2d -> Relu -> conv: Conv2d(c / 2, kernel: 1, bias: false) -> AvgPool2d(2)
    }

    /// The first dense block of DenseNet-121, and what follows it.
    pub struct DenseNet1(x: [64, 56, 56]) -> [128, 28, 28] {
        x -> denseblock1: Dense6(32) -> transition1: Transition
    }

    pub struct SmallDenseNet<T>(x: [2, 6, 4]) -> [4, 3, 2] {
        x -> denseblock1: Dense6(1) -> transition1: Transition
    }
}

network! {
    block Normed(n, kernel, stride)(x: [c, h, w]) -> [n, h / stride, w / stride] {
        x
            -> conv: Conv2d(n, kernel: kernel, stride: stride, padding: kernel / 2, bias: false)
            -> bn: BatchNorm2d -> Relu6
    }

    block Depthwise(stride)(x: [c, h, w]) -> [c, h / stride, w / stride] {
        x -> conv: Conv2d(c, kernel: 3, stride: stride, padding: 1, groups: c, bias: false) -> bn: BatchNorm2d -> Relu6
    }

    block Project(n)(x: [c, h, w]) -> [n, h, w] {
        x -> conv: Conv2d(n, kernel: 1, bias: false) -> bn: BatchNorm2d
    }

    /// Six times the channels inside, and a way around.
    block Inverted(x: [c, h, w]) -> [c, h, w] {
        x + (x -> widen: Normed(6 * c, 1, 1) -> filter: Depthwise(1) -> narrow: Project(c))
    }

    block InvertedTo(n, stride)(x: [c, h, w]) -> [n, h / stride, w / stride] {
        x -> widen: Normed(6 * c, 1, 1) -> filter: Depthwise(stride) -> narrow: Project(n)
    }

    block Stage(n, stride, blocks)(x: [c, h, w]) -> [n, h / stride, w / stride] {
        x -> first: InvertedTo(n, stride) -> rest: [Inverted; blocks - 1]
    }

    /// Sandler et al. (2018).
    pub struct MobileNetV2(image: [3, 224, 224]) -> [1000] {
        image
            -> stem: Normed(32, 3, 2) -> filter: Depthwise(1) -> narrow: Project(16)
            -> Stage(24, 2, 2) -> Stage(32, 2, 3) -> Stage(64, 2, 4) -> Stage(96, 1, 3) -> Stage(160, 2, 3)
            -> InvertedTo(320, 1) -> head: Normed(1280, 1, 1)
            -> GlobalAvgPool2d -> Dropout(0.2) -> fc: Dense(1000)
    }

    pub struct SmallMobileNetV2<T>(image: [2, 16, 16]) -> [3] {
        image
            -> stem: Normed(3, 3, 2) -> filter: Depthwise(1) -> narrow: Project(2)
            -> Stage(2, 2, 2) -> Stage(3, 1, 3)
            -> InvertedTo(4, 1) -> head: Normed(6, 1, 1)
            -> GlobalAvgPool2d -> Dropout(0.2) -> fc: Dense(3)
    }
}
