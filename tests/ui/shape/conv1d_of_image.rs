use formwork::network;

network! {
    struct N(x: [3, 8, 8]) -> [8, 6, 6] { x -> Conv1d(8, kernel: 3) }
}

fn main() {
    let _ = N::new(7);
}
