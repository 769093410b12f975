use formwork::network;

network! {
    struct N(x: [8]) -> [8] {
        let y = x -> c1: Dense(8) -> Relu;
        y + c1
    }
}

fn main() {
    let _ = N::new(7);
}
