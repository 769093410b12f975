use formwork::network;

network! {
    struct N(gray: [1, 28, 28]) -> [16] { gray -> Conv2d(16, kernel: 3, in: 3) -> GlobalAvgPool2d }
}

fn main() {
    let _ = N::new(7);
}
