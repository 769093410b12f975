use formwork::network;

network! {
    struct N(type: [8]) -> [8] { type }
}

fn main() {
    let _ = N::new(7);
}
