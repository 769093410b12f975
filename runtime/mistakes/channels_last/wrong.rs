use formwork::network;

network! {
    struct Photos(image: [64, 48, 3]) -> [8] {
        image -> Conv2d(8, kernel: 5) -> Relu -> GlobalAvgPool2d
    }
}

fn main() {}
