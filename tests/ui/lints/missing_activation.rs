#![deny(deprecated)]

formwork::network! {
    struct Digits(image: [784]) -> [10] {
        image -> hidden: Dense(128) -> logits: Dense(10)
    }
}

fn main() {}
