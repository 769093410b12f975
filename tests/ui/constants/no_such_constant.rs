use formwork::network;

network! {
    struct N(x: [SIDE]) -> [10] { x -> Dense(SIDE) -> Relu -> Dense(10) }
}

fn main() {
    let _ = N::new(7);
}
