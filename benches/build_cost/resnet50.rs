use formwork::prelude::*;

network! {
    block Bottleneck(x: [c, h, w]) -> [c, h, w] {
        let y = x
            -> Conv2d(c / 4, kernel: 1, bias: false) -> BatchNorm2d -> Relu
            -> Conv2d(c / 4, kernel: 3, padding: 1, bias: false) -> BatchNorm2d -> Relu
            -> Conv2d(c, kernel: 1, bias: false) -> BatchNorm2d;
        x + y -> Relu
    }

    block Widen(n, stride)(x: [c, h, w]) -> [4 * n, h / stride, w / stride] {
        let y = x
            -> Conv2d(n, kernel: 1, bias: false) -> BatchNorm2d -> Relu
            -> Conv2d(n, kernel: 3, stride: stride, padding: 1, bias: false) -> BatchNorm2d -> Relu
            -> Conv2d(4 * n, kernel: 1, bias: false) -> BatchNorm2d;
        (x -> Conv2d(4 * n, kernel: 1, stride: stride, bias: false) -> BatchNorm2d) + y -> Relu
    }

    pub struct Net(image: [3, 224, 224]) -> [1000] {
        image
            -> Conv2d(64, kernel: 7, stride: 2, padding: 3, bias: false) -> BatchNorm2d -> Relu
            -> MaxPool2d(3, stride: 2, padding: 1)
            -> Widen(64, 1) -> [Bottleneck; 2]
            -> Widen(128, 2) -> [Bottleneck; 3]
            -> Widen(256, 2) -> [Bottleneck; 5]
            -> Widen(512, 2) -> [Bottleneck; 2]
            -> GlobalAvgPool2d -> Dense(1000)
    }
}
