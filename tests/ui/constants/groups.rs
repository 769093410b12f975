use formwork::network;

const GROUPS: usize = 8;

network! {
    struct N(x: [24, 8, 8]) -> [60] { x -> Conv2d(60, kernel: 3, groups: GROUPS) -> GlobalAvgPool2d }
}

fn main() {
    let _ = N::new(7);
}
