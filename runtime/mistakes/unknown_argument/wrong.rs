use formwork::network;

network! {
    struct Icons(image: [3, 18, 18]) -> [8, 8, 8] {
        image -> Conv2d(8, kernel: 3, strides: 2)
    }
}

fn main() {}
