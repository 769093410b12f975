use formwork::network;

network! {
    struct N(x: [0, 28]) -> [8] { x -> Dense(8) }
}

fn main() {
    let _ = N::new(7);
}
