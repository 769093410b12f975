use formwork::network;

network! {
    block Narrow(n)(x: [m]) -> [n] { x -> Dense(n) -> Relu }

    struct Wine(measures: [11]) -> [3] { measures -> Narrow(6) -> Dense(3) }
}

fn main() {}
