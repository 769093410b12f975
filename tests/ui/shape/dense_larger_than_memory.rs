use formwork::network;

network! {
    struct N(x: [2147483647]) -> [65536] { x -> fc: Dense(65536) }
}

fn main() {
    let _ = N::new(7);
}
