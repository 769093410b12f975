//! From images to images, and images as rows of patches: U-Net, an autoencoder and MLP-Mixer.

use formwork::prelude::*;

network! {
    block Double(n)(x: [c, h, w]) -> [n, h, w] {
        x
            -> conv1: Conv2d(n, kernel: 3, padding: 1, bias: false) -> norm1: BatchNorm2d -> Relu
            -> conv2: Conv2d(n, kernel: 3, padding: 1, bias: false) -> norm2: BatchNorm2d -> Relu
    }

    block Down(x: [c, h, w]) -> [2 * c, h / 2, w / 2] {
        x -> MaxPool2d(2) -> double: Double(2 * c)
    }

    /// Up again, beside what had that size on the way down.
    block Up(x: [2 * n, h, w], skip: [n, 2 * h, 2 * w]) -> [n, 2 * h, 2 * w] {
        concat(x -> up: ConvTranspose2d(n, kernel: 2, stride: 2), skip, axis: 0) -> double: Double(n)
    }

    block Segment(n)(image: [c, h, w]) -> [1, h, w] {
        let a = image -> encoder1: Double(n);
        let b = a -> encoder2: Down;
        let c = b -> encoder3: Down;
        let d = c -> encoder4: Down;
        let e = d -> bottleneck: Down;
        let d = (e, d) -> decoder4: Up;
        let c = (d, c) -> decoder3: Up;
        let b = (c, b) -> decoder2: Up;
        (b, a) -> decoder1: Up -> Conv2d(1, kernel: 1) -> Sigmoid
    }

    /// Ronneberger et al. (2015), with padding and normalisation.
    pub struct UNet(image: [3, 256, 256]) -> [1, 256, 256] {
        image -> net: Segment(32)
    }

    pub struct SmallUNet<T>(image: [2, 16, 32]) -> [1, 16, 32] {
        image -> net: Segment(1)
    }
}

network! {
    block Squeeze(width, code)(x: [n]) -> [code] {
        x -> Dense(4 * width) -> Relu -> Dense(2 * width) -> Relu -> Dense(width) -> Relu -> Dense(code)
    }

    block Unfold(width, size)(z: [code]) -> [size] {
        z -> Dense(width) -> Relu -> Dense(2 * width) -> Relu -> Dense(4 * width) -> Relu -> Dense(size)
    }

    pub struct Encoder(image: [1, 28, 28]) -> [32] {
        image -> Flatten -> Squeeze(64, 32)
    }

    pub struct Decoder(code: [32]) -> [1, 28, 28] {
        code -> Unfold(64, 784) -> Sigmoid -> reshape([1, 28, 28])
    }

    /// Hinton and Salakhutdinov (2006): a digit in 32 numbers.
    pub struct AutoEncoder(image: [1, 28, 28]) -> [1, 28, 28] {
        image -> encoder: Encoder -> decoder: Decoder
    }

    pub struct SmallAutoEncoder<T>(x: [9]) -> [9] {
        x -> Squeeze(3, 2) -> Unfold(3, 9) -> Sigmoid
    }
}

network! {
    block Mlp(hidden)(x: [t, n]) -> [t, n] {
        x -> fc1: Dense(hidden) -> Gelu -> fc2: Dense(n)
    }

    block Mixing(tokens, channels)(x: [t, n]) -> [t, n] {
        let y = x + transpose(x -> norm1: LayerNorm(eps: 1e-6) -> transpose -> across: Mlp(tokens));
        y + (y -> norm2: LayerNorm(eps: 1e-6) -> within: Mlp(channels))
    }

    block Patches(n, size)(image: [c, h, w]) -> [h / size * w / size, n] {
        image -> conv: Conv2d(n, kernel: size, stride: size) -> reshape([n, h / size * w / size]) -> transpose
    }

    /// Tolstikhin et al. (2021), S/16.
    pub struct Mixer(image: [3, 224, 224]) -> [1000] {
        image
            -> stem: Patches(512, 16)
            -> blocks: [Mixing(256, 2048); 8]
            -> norm: LayerNorm(eps: 1e-6) -> GlobalAvgPool1d -> head: Dense(1000)
    }

    pub struct SmallMixer<T>(image: [2, 8, 12]) -> [3] {
        image
            -> stem: Patches(5, 4)
            -> blocks: [Mixing(4, 7); 3]
            -> norm: LayerNorm(eps: 1e-6) -> GlobalAvgPool1d -> head: Dense(3)
    }
}
