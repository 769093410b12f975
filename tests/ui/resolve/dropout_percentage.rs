use formwork::network;

network! {
    struct N(x: [8]) -> [8] { x -> Dropout(30) }
}

fn main() {
    let _ = N::new(7);
}
