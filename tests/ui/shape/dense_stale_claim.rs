use formwork::network;

network! {
    struct N(image: [32, 7, 7]) -> [10] { image -> Flatten -> fc: Dense(10, in: 1050) }
}

fn main() {
    let _ = N::new(7);
}
