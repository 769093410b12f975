use formwork::network;

network! {
    struct N(image: [28, 28]) -> [10] { image -> Conv2d(32, kernel: 3) -> GlobalAvgPool2d -> Dense(10) }
}

fn main() {
    let _ = N::new(7);
}
