use formwork::network;

network! {
    struct N(x: [8]) -> [8] {
        let y = skip + x;
        let skip = x -> Dense(8);
        y
    }
}

fn main() {
    let _ = N::new(7);
}
