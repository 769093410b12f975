use formwork::network;

network! {
    struct N(x: [1, 8, 8]) -> [32] { x -> Conv2d(32) -> GlobalAvgPool2d }
}

fn main() {
    let _ = N::new(7);
}
