use formwork::network;

network! {
    struct N(x: [8, 16, 16]) -> [1, 32, 32] { x -> ConvTranspose2d(1, kernel: 3, stride: 2, padding: 1) }
}

fn main() {
    let _ = N::new(7);
}
