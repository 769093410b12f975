use formwork::network;

network! {
    struct N(x: [40, 81]) -> [64] { x -> Conv1d(64, kernel: 3, in: 40) -> GlobalAvgPool1d }
}

fn main() {
    let _ = N::new(7);
}
