use formwork::network;

network! {
    struct N(x: [32, 28, 28]) -> [64] {
        let y = x -> c1: Conv2d(64, kernel: 3, padding: 1) -> Relu -> c2: Conv2d(64, kernel: 3, padding: 1) -> Relu;
        y + x -> Relu -> GlobalAvgPool2d
    }
}

fn main() {
    let _ = N::new(7);
}
