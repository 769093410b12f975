use formwork::network;

network! {
    struct N(x: [8]) -> [4] { x -> fc: Dense(64) -> Relu -> fc: Dense(4) }
}

fn main() {
    let _ = N::new(7);
}
