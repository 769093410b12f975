use formwork::network;

network! {
    struct N(x: [8]) -> [8] { x -> Dropout(1.0) }
}

fn main() {
    let _ = N::new(7);
}
