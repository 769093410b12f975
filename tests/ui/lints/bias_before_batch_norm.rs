#![deny(deprecated)]

formwork::network! {
    block Step(c)(x: [k, h, w]) -> [c, h, w] {
        x -> Conv2d(c, kernel: 3, padding: 1) -> BatchNorm2d -> Relu
    }
    struct Net(image: [3, 32, 32]) -> [16] {
        image -> Step(8) -> Step(16) -> GlobalAvgPool2d
    }
}

fn main() {}
