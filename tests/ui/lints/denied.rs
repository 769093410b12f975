formwork::network! {
    #[deny(formwork::missing_activation)]
    struct Digits(image: [784]) -> [10] {
        image -> hidden: Dense(128) -> logits: Dense(10)
    }
}

fn main() {}
