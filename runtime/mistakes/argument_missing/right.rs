use formwork::network;

network! {
    struct Icons(image: [3, 18, 18]) -> [8, 18, 18] {
        image -> Conv2d(8, padding: same, kernel: 3)
    }
}

fn main() {}
