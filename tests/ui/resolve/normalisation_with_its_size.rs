formwork::network! {
    struct Net(x: [8]) -> [8] { x -> Dense(8) -> LayerNorm(8) }
}

fn main() {}
