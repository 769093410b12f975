use formwork::network;

const HIDDEN: usize = 65;

network! {
    struct N(x: [784]) -> [10] { x -> fc: Dense(HIDDEN) -> Relu -> Dense(10, in: 64) }
}

fn main() {
    let _ = N::new(7);
}
