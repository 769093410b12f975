use formwork::network;

network! {
    struct N(x: [8, 4, 4]) -> [32] { x -> Flatten -> MaxPool2d(2) }
}

fn main() {
    let _ = N::new(7);
}
