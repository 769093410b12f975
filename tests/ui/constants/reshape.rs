use formwork::network;

const SIDE: usize = 5;

network! {
    struct N(image: [1, 6, 6]) -> [10] { reshape(image, [SIDE * SIDE]) -> Dense(10) }
}

fn main() {
    let _ = N::new(7);
}
