use formwork::network;

const MANY: usize = 1 << 30;

network! {
    struct N(x: [16]) -> [10] { x -> Dense(MANY) -> Relu -> Dense(MANY) -> Dense(10) }
}

fn main() {
    let _ = N::new(7);
}
