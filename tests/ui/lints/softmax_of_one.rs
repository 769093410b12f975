#![deny(deprecated)]

formwork::network! {
    struct Spam(words: [400]) -> [1] {
        words -> Dense(32) -> Relu -> score: Dense(1) -> Softmax
    }
}

fn main() {}
