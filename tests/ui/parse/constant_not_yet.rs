use formwork::network;

network! {
    struct N(x: [FEATURES]) -> [8] { x -> Dense(8) }
}

fn main() {
    let _ = N::new(7);
}
