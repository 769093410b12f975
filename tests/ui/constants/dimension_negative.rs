use formwork::network;

const SIDE: usize = 3;

network! {
    struct N(x: [SIDE]) -> [10] { x -> Dense(SIDE - 5) -> Dense(10) }
}

fn main() {
    let _ = N::new(7);
}
