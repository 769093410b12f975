use formwork::network;

const SIDE: usize = 3;

network! {
    struct N(image: [1, SIDE - 3, SIDE]) -> [10] { image -> Conv2d(4, kernel: 3) -> Flatten -> Dense(10) }
}

fn main() {
    let _ = N::new(7);
}
