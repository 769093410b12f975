use formwork::network;

network! {
    struct N(image: [224, 224, 3]) -> [10] { image -> conv1: Conv2d(64, kernel: 7, stride: 2) -> GlobalAvgPool2d -> Dense(10) }
}

fn main() {
    let _ = N::new(7);
}
