use formwork::network;

network! {
    struct Icons(images: [3, 18, 18]) -> [8] {
        images -> Conv2d(8, kernel: 3) -> Relu -> GlobalAvgPool2d
    }
}

fn main() {}
