use formwork::network;

network! {
    struct N(x: [4, 16]) -> [8] { x -> Conv1d(8, kernel: 7) -> GlobalAvgPool1d }
}

fn main() {
    let _ = N::new(7);
}
