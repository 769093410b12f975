use formwork::network;

const CHANNELS: usize = 6;
const NOTHING: usize = 0;

network! {
    struct N(image: [4, 8, 8]) -> [10] {
        let a = image -> conv: Conv2d(9, kernel: 3, groups: CHANNELS) -> Relu -> Flatten -> Dense(10);
        let b = image -> Flatten -> Dense(NOTHING) -> Relu -> Dense(10);
        a + b
    }
}

fn main() {
    let _ = N::new(7);
}
