use formwork::network;

network! {
    struct N(x: [1, 16, 1]) -> [1] { x -> MaxPool2d(2) -> GlobalAvgPool2d }
}

fn main() {
    let _ = N::new(7);
}
