use formwork::network;

network! {
    struct N(x: [8, 9, 9]) -> [8] { x -> Conv2d(8, kernel: 3, stride: 0) -> GlobalAvgPool2d }
}

fn main() {
    let _ = N::new(7);
}
