use formwork::network;

network! {
    struct Icons(image: [3, 10, 10]) -> [16] {
        image -> Conv2d(8, kernel: 5) -> Relu -> MaxPool2d(2)
            -> deep: Conv2d(16, kernel: 5) -> Relu -> GlobalAvgPool2d
    }
}

fn main() {}
