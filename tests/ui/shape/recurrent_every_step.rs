use formwork::prelude::*;

network! {
    struct Reader(x: [64, 6]) -> [3] { x -> Lstm(32) -> Dense(3) }

    struct Onward(x: [64, 6], h0: [16]) -> [32] { (x, h0) -> Gru(32) -> Last }

    struct Both(x: [64, 6]) -> [32] { let (_, h) = x -> Lstm(32); h }
}

fn main() {}
