use formwork::network;

network! {
    struct Movement(readings: [64, 6]) -> [3] {
        readings -> Lstm(32) -> Last -> Dense(3)
    }
}

fn main() {}
