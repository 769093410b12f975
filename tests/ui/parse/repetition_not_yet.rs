use formwork::network;

network! {
    struct N(x: [8]) -> [8] { x -> body: [Dense(8); 3] -> Relu }
}

fn main() {
    let _ = N::new(7);
}
