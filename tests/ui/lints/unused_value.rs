#![deny(unused_variables)]

formwork::network! {
    struct Net(x: [8], y: [8]) -> [8] {
        let skip = x -> fc: Dense(8) -> Relu;
        x -> Dense(8) -> Relu
    }
}

fn main() {}
