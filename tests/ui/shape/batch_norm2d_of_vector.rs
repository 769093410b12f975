use formwork::network;

network! {
    struct N(x: [256]) -> [256] { x -> BatchNorm2d }
}

fn main() {
    let _ = N::new(7);
}
