use formwork::network;

network! {
    struct N(image: [1, 28, 28]) -> [10] {
        let y = image -> Wobble(8, kernel: 3) -> Relu -> MaxPool2d(40) -> Dense(3);
        y + image -> Dense(12)
    }
}

fn main() {
    let _ = N::new(7);
}
