use formwork::network;

network! {
    struct N(x: [8, 9, 9]) -> [8] { x -> MaxPool2d(3, padding: 2) -> GlobalAvgPool2d }
}

fn main() {
    let _ = N::new(7);
}
