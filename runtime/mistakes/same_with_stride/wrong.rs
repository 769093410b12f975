use formwork::network;

network! {
    struct Icons(image: [3, 18, 18]) -> [8, 9, 9] {
        image -> Conv2d(8, kernel: 3, stride: 2, padding: same)
    }
}

fn main() {}
