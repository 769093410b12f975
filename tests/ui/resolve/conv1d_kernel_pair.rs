use formwork::network;

network! {
    struct N(x: [64, 3]) -> [8] { x -> Conv1d(8, kernel: (1, 3)) -> GlobalAvgPool1d }
}

fn main() {
    let _ = N::new(7);
}
