use formwork::network;

network! {
    struct N(x: [1, 8, 8]) -> [4] { x -> Conv2D(4, kernel: 3) -> GlobalAvgPool2d }
}

fn main() {
    let _ = N::new(7);
}
