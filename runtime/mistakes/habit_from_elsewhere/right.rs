use formwork::network;

network! {
    struct Icons(image: [3, 18, 18]) -> [8, 16, 16] {
        image -> Conv2d(8, kernel: 3) -> Relu
    }
}

fn main() {}
