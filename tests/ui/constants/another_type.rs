use formwork::network;

const HIDDEN: u32 = 32;

network! {
    struct N(x: [8]) -> [10] { x -> Dense(HIDDEN) -> Relu -> Dense(10, in: HIDDEN) }
}

fn main() {
    let _ = N::new(7);
}
