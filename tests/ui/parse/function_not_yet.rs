use formwork::network;

network! {
    struct N(x: [8]) -> [16] { concat(x, x, axis: 0) -> Relu }
}

fn main() {
    let _ = N::new(7);
}
