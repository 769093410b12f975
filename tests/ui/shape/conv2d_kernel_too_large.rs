use formwork::network;

network! {
    struct N(x: [8, 3, 3]) -> [4] { x -> conv5: Conv2d(4, kernel: 4) -> GlobalAvgPool2d }
}

fn main() {
    let _ = N::new(7);
}
