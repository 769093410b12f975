use formwork::network;

network! {
    struct N(scan: [8, 16, 16]) -> [4, 6, 14, 14] { scan -> Conv3d(4, kernel: 3) }
}

fn main() {
    let _ = N::new(7);
}
