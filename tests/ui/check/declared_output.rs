use formwork::network;

network! {
    struct Digits(image: [784]) -> [10] { image -> Dense(64) -> Relu -> logits: Dense(12) }
}

fn main() {
    let _ = Digits::new(7);
}
