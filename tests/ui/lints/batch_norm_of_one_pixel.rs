#![deny(deprecated)]

formwork::network! {
    struct Net(image: [3, 32, 32]) -> [16] {
        image -> Conv2d(16, kernel: 3, bias: false) -> AvgPool2d(30) -> BatchNorm2d -> Relu -> Flatten
    }
}

fn main() {}
