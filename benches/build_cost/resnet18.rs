use formwork::prelude::*;

network! {
    block Basic(x: [c, h, w]) -> [c, h, w] {
        let y = x
            -> Conv2d(c, kernel: 3, padding: 1, bias: false) -> BatchNorm2d -> Relu
            -> Conv2d(c, kernel: 3, padding: 1, bias: false) -> BatchNorm2d;
        x + y -> Relu
    }

    block Down(x: [c, h, w]) -> [2 * c, h / 2, w / 2] {
        let y = x
            -> Conv2d(2 * c, kernel: 3, stride: 2, padding: 1, bias: false) -> BatchNorm2d -> Relu
            -> Conv2d(2 * c, kernel: 3, padding: 1, bias: false) -> BatchNorm2d;
        (x -> Conv2d(2 * c, kernel: 1, stride: 2, bias: false) -> BatchNorm2d) + y -> Relu
    }

    pub struct Net(image: [3, 224, 224]) -> [1000] {
        image
            -> Conv2d(64, kernel: 7, stride: 2, padding: 3, bias: false) -> BatchNorm2d -> Relu
            -> MaxPool2d(3, stride: 2, padding: 1)
            -> [Basic; 2] -> Down -> Basic -> Down -> Basic -> Down -> Basic
            -> GlobalAvgPool2d -> Dense(1000)
    }
}
