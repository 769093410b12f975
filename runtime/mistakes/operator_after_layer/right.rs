use formwork::network;

network! {
    struct Step(x: [24]) -> [24] {
        (x -> Dense(24) -> Tanh) + x
    }
}

fn main() {}
