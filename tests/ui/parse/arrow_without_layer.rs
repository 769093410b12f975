use formwork::network;

network! {
    struct N(x: [8]) -> [8] { let y = x -> Relu; y -> }
}

fn main() {
    let _ = N::new(7);
}
