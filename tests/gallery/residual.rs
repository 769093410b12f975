//! Networks of blocks with a way around each: ResNet-18 and ResNet-50, with gates for the channels, and ConvNeXt.

use formwork::prelude::*;

network! {
    block Stem(n)(image: [c, h, w]) -> [n, h / 4, w / 4] {
        image
            -> conv: Conv2d(n, kernel: 7, stride: 2, padding: 3, bias: false) -> bn: BatchNorm2d -> Relu
            -> MaxPool2d(3, stride: 2, padding: 1)
    }

    block Basic(x: [c, h, w]) -> [c, h, w] {
        let y = x
            -> conv1: Conv2d(c, kernel: 3, padding: 1, bias: false) -> bn1: BatchNorm2d -> Relu
            -> conv2: Conv2d(c, kernel: 3, padding: 1, bias: false) -> bn2: BatchNorm2d;
        x + y -> Relu
    }

    /// Twice the channels at half the size, so that the way around is a projection.
    block BasicDown(x: [c, h, w]) -> [2 * c, h / 2, w / 2] {
        let y = x
            -> conv1: Conv2d(2 * c, kernel: 3, stride: 2, padding: 1, bias: false) -> bn1: BatchNorm2d -> Relu
            -> conv2: Conv2d(2 * c, kernel: 3, padding: 1, bias: false) -> bn2: BatchNorm2d;
        (x -> project: Conv2d(2 * c, kernel: 1, stride: 2, bias: false) -> bn: BatchNorm2d) + y -> Relu
    }

    /// He et al. (2015).
    pub struct ResNet18(image: [3, 224, 224]) -> [1000] {
        image
            -> stem: Stem(64)
            -> layer1: [Basic; 2]
            -> BasicDown -> layer2: Basic
            -> BasicDown -> layer3: Basic
            -> BasicDown -> layer4: Basic
            -> GlobalAvgPool2d -> fc: Dense(1000)
    }

    // So small that its last images are one pixel.
    #[allow(formwork::batch_norm_of_one_pixel)]
    pub struct SmallResNet18<T>(image: [2, 32, 32]) -> [3] {
        image
            -> stem: Stem(2)
            -> layer1: [Basic; 2]
            -> BasicDown -> layer2: Basic
            -> BasicDown -> layer3: Basic
            -> BasicDown -> layer4: Basic
            -> GlobalAvgPool2d -> fc: Dense(3)
    }

    block Bottleneck(x: [c, h, w]) -> [c, h, w] {
        let y = x
            -> conv1: Conv2d(c / 4, kernel: 1, bias: false) -> bn1: BatchNorm2d -> Relu
            -> conv2: Conv2d(c / 4, kernel: 3, padding: 1, bias: false) -> bn2: BatchNorm2d -> Relu
            -> conv3: Conv2d(c, kernel: 1, bias: false) -> bn3: BatchNorm2d;
        x + y -> Relu
    }

    block Widen(n, stride)(x: [c, h, w]) -> [4 * n, h / stride, w / stride] {
        let y = x
            -> conv1: Conv2d(n, kernel: 1, bias: false) -> bn1: BatchNorm2d -> Relu
            -> conv2: Conv2d(n, kernel: 3, stride: stride, padding: 1, bias: false) -> bn2: BatchNorm2d -> Relu
            -> conv3: Conv2d(4 * n, kernel: 1, bias: false) -> bn3: BatchNorm2d;
        (x -> project: Conv2d(4 * n, kernel: 1, stride: stride, bias: false) -> bn: BatchNorm2d) + y -> Relu
    }

    block Stage(n, stride, blocks)(x: [c, h, w]) -> [4 * n, h / stride, w / stride] {
        x -> first: Widen(n, stride) -> rest: [Bottleneck; blocks - 1]
    }

    /// He et al. (2015), with the stride where torchvision has it.
    pub struct ResNet50(image: [3, 224, 224]) -> [1000] {
        image
            -> stem: Stem(64)
            -> layer1: Stage(64, 1, 3)
            -> layer2: Stage(128, 2, 4)
            -> layer3: Stage(256, 2, 6)
            -> layer4: Stage(512, 2, 3)
            -> GlobalAvgPool2d -> fc: Dense(1000)
    }

    pub struct SmallResNet50<T>(image: [2, 16, 16]) -> [3] {
        image
            -> stem: Stem(3)
            -> layer1: Stage(2, 1, 3)
            -> layer2: Stage(3, 2, 2)
            -> GlobalAvgPool2d -> fc: Dense(3)
    }
}

network! {
    /// Hu et al. (2017): a gate for each channel.
    block SqueezeExcite(ratio)(x: [c, h, w]) -> [c, h, w] {
        let gate = x -> GlobalAvgPool2d -> fc1: Dense(c / ratio) -> Relu -> fc2: Dense(c) -> Sigmoid;
        x * expand(reshape(gate, [c, 1, 1]), [c, h, w])
    }

    block Gated(ratio)(x: [c, h, w]) -> [c, h, w] {
        let y = x
            -> conv1: Conv2d(c, kernel: 3, padding: 1, bias: false) -> bn1: BatchNorm2d -> Relu
            -> conv2: Conv2d(c, kernel: 3, padding: 1, bias: false) -> bn2: BatchNorm2d
            -> se: SqueezeExcite(ratio);
        x + y -> Relu
    }

    pub struct SeStage(x: [64, 56, 56]) -> [64, 56, 56] {
        x -> [Gated(16); 3]
    }

    pub struct SmallSeStage<T>(x: [4, 5, 6]) -> [4, 5, 6] {
        x -> [Gated(2); 2]
    }
}

network! {
    block Next(start)(x: [c, h, w]) -> [c, h, w] {
        param scale: [c, 1, 1] = start;
        let y = x
            -> depthwise: Conv2d(c, kernel: 7, padding: 3, groups: c)
            -> norm: LayerNorm(axis: 0, eps: 1e-6)
            -> wide: Conv2d(4 * c, kernel: 1) -> Gelu -> narrow: Conv2d(c, kernel: 1);
        x + y * expand(scale, [c, h, w])
    }

    block NextDown(x: [c, h, w]) -> [2 * c, h / 2, w / 2] {
        x -> norm: LayerNorm(axis: 0, eps: 1e-6) -> conv: Conv2d(2 * c, kernel: 2, stride: 2)
    }

    block NextStem(n)(image: [c, h, w]) -> [n, h / 4, w / 4] {
        image -> conv: Conv2d(n, kernel: 4, stride: 4) -> norm: LayerNorm(axis: 0, eps: 1e-6)
    }

    /// Liu et al. (2022).
    pub struct ConvNextTiny(image: [3, 224, 224]) -> [1000] {
        image
            -> stem: NextStem(96) -> [Next(1e-6); 3]
            -> NextDown -> [Next(1e-6); 3]
            -> NextDown -> [Next(1e-6); 9]
            -> NextDown -> [Next(1e-6); 3]
            -> GlobalAvgPool2d -> norm: LayerNorm(eps: 1e-6) -> fc: Dense(1000)
    }

    pub struct SmallConvNext<T>(image: [2, 16, 16]) -> [3] {
        image
            -> stem: NextStem(3) -> [Next(0.5); 2]
            -> NextDown -> [Next(0.5); 1]
            -> GlobalAvgPool2d -> norm: LayerNorm(eps: 1e-6) -> fc: Dense(3)
    }
}
