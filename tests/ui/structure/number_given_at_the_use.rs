formwork::network! {
    block Hidden(units, rate)(x: [n]) -> [units] { x -> Dense(units) -> Relu -> Dropout(rate) }

    struct Digits(image: [784]) -> [10] { image -> Hidden(128, 0.2) -> Hidden(64, 30) -> logits: Dense(10) }
}

fn main() {
    let _ = Digits::new(7);
}
