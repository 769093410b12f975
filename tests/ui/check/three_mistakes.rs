use formwork::network;

network! {
    struct N(image: [1, 28, 28]) -> [10] {
        let a = image -> Conv2d(8, kernal: 3) -> GlobalAvgPool2d;
        let b = image -> Dense(10);
        let c = image -> Flatten -> Dense(10, in: 100);
        b + c -> Relu
    }
}

fn main() {
    let _ = N::new(7);
}
