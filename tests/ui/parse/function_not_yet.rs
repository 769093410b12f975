use formwork::network;

network! {
    struct N(x: [8]) -> [8] { x -> map(|v| v * v) -> Relu }
}

fn main() {
    let _ = N::new(7);
}
