use formwork::network;

network! {
    struct N(x: [8]) -> [8] { x -> Dense(8) + x }
}

fn main() {
    let _ = N::new(7);
}
