use formwork::network;

network! {
    struct N(image: [8]) -> [4] {
        let skip = image -> Dense(8);
        let out = skp -> Relu;
        out + skp -> Dense(4)
    }
}

fn main() {
    let _ = N::new(7);
}
