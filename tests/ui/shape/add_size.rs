use formwork::network;

network! {
    struct N(x: [64, 28, 28]) -> [64] {
        let y = x -> c1: Conv2d(64, kernel: 3) -> Relu -> c2: Conv2d(64, kernel: 3);
        y + x -> GlobalAvgPool2d
    }
}

fn main() {
    let _ = N::new(7);
}
