use formwork::network;

network! {
    struct Photos(image: [3, 64, 48]) -> [8] {
        image -> Conv2d(8, kernel: 5) -> Relu -> GlobalAvgPool2d
    }
}

fn main() {}
