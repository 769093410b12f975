use formwork::network;

const LEFT: usize = 32;
const RIGHT: usize = 16;

network! {
    struct N<T>(image: [3, 8, 8]) -> [LEFT, 8, 8] {
        let a = image -> Conv2d(LEFT, kernel: 3, padding: 1);
        let b = image -> Conv2d(RIGHT, kernel: 1);
        a + b -> Relu
    }
}

fn main() {
    let _ = N::<f64>::new(7);
}
