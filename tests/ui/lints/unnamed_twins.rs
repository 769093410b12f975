#![deny(deprecated)]

formwork::network! {
    struct Pair(a: [8], b: [8]) -> [4] {
        let left = a -> Dense(4) -> Tanh;
        let right = b -> Dense(4) -> Tanh;
        left * right
    }
}

fn main() {}
