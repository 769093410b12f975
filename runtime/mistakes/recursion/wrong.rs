use formwork::network;

network! {
    block Half(n)(x: [m]) -> [n] { x -> Dense(n) -> Relu -> Half(n / 2) }

    struct Wine(measures: [16]) -> [4] { measures -> Half(8) -> Half(4) }
}

fn main() {}
