use formwork::network;

network! {
    struct Gesture(readings: [.., 6]) -> [3] {
        readings -> Lstm(16, bidirectional: true) -> Last -> Dense(3)
    }
}

fn main() {}
