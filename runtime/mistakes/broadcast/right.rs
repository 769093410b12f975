use formwork::network;

network! {
    struct Gated(x: [6, 9, 9]) -> [6, 9, 9] {
        let gate = x -> GlobalAvgPool2d -> Dense(6) -> Sigmoid;
        x * expand(gate, [6, 9, 9])
    }
}

fn main() {}
