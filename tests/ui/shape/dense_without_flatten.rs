use formwork::network;

network! {
    struct N(image: [1, 28, 28]) -> [128] { image -> Conv2d(32, kernel: 3) -> Relu -> MaxPool2d(2) -> Dense(128) }
}

fn main() {
    let _ = N::new(7);
}
