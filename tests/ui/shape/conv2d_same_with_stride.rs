use formwork::network;

network! {
    struct N(x: [3, 32, 32]) -> [8] { x -> Conv2d(8, kernel: 3, padding: same, stride: 2) -> GlobalAvgPool2d }
}

fn main() {
    let _ = N::new(7);
}
