use formwork::network;

network! {
    struct N(x: [8, 16, 16]) -> [1, 18, 18] { x -> ConvTranspose2d(1, kernel: 3, output_padding: 1) }
}

fn main() {
    let _ = N::new(7);
}
