use formwork::network;

network! {
    struct N(x: [8], y: [8]) -> [8] { x + y }
}

fn main() {
    let _ = N::new(7);
}
