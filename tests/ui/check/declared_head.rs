use formwork::network;

network! {
    struct N(image: [3, 64, 64]) -> [1] {
        image -> Conv2d(8, kernel: 4, stride: 2) -> Relu -> score: Conv2d(1, kernel: 4, stride: 2)
    }
}

fn main() {
    let _ = N::new(7);
}
