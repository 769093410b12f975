#![deny(deprecated)]

formwork::network! {
    struct Digits(image: [784]) -> [10] {
        image -> Dense(128) -> Relu -> Dense(10) -> Relu -> Softmax
    }
}

fn main() {}
