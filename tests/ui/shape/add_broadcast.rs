use formwork::network;

network! {
    struct N(x: [64, 14, 14]) -> [64, 14, 14] {
        let gate = x -> GlobalAvgPool2d -> Sigmoid;
        x + gate
    }
}

fn main() {
    let _ = N::new(7);
}
