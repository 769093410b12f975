use formwork::network;

network! {
    struct N(x: [8]) -> [4] { x -> Linear(4) }
}

fn main() {
    let _ = N::new(7);
}
