//! The valid twins of the mistakes in `check`.
#![allow(dead_code)]

mod declared_output {
    formwork::network! {
        struct Digits(image: [784]) -> [10] { image -> Dense(64) -> Relu -> logits: Dense(10) }
    }
}

mod declared_head {
    formwork::network! {
        struct N(image: [3, 64, 64]) -> [1] {
            image -> Conv2d(8, kernel: 4, stride: 2) -> Relu -> score: Conv2d(1, kernel: 4, stride: 2) -> GlobalAvgPool2d
        }
    }
}

fn main() {}
