use formwork::network;

network! {
    struct Enlarge(code: [16, 7, 7]) -> [8, 14, 14] {
        code -> ConvTranspose2d(8, kernel: 3, stride: 2, padding: 1)
    }
}

fn main() {}
