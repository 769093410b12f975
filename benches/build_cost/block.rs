use formwork::prelude::*;

network! {
    block Residual(x: [c, h, w]) -> [c, h, w] {
        let y = x
            -> Conv2d(c, kernel: 3, padding: 1, bias: false) -> BatchNorm2d -> Relu
            -> Conv2d(c, kernel: 3, padding: 1, bias: false) -> BatchNorm2d;
        x + y -> Relu
    }

    pub struct Net(image: [3, 16, 16]) -> [10] {
        image -> Conv2d(8, kernel: 3, padding: 1) -> [Residual; TIMES] -> GlobalAvgPool2d -> Dense(10)
    }
}
