#![deny(deprecated)]

formwork::network! {
    #[allow(formwork::missing_activations)]
    struct Digits(image: [784]) -> [10] {
        image -> Dense(128) -> Dense(10)
    }
}

fn main() {}
