use formwork::network;

network! {
    struct Scans(image: [1, 40, 30]) -> [8] {
        image -> Conv2d(8, kernel: 3) -> Relu -> GlobalAvgPool2d
    }
}

fn main() {}
