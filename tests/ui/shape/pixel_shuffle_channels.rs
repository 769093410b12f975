use formwork::network;

network! {
    struct N(x: [1, 8, 8]) -> [2, 12, 12] { x -> Conv2d(6, kernel: 3) -> PixelShuffle(2) }
}

fn main() {
    let _ = N::new(7);
}
