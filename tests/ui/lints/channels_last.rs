#![deny(deprecated)]

formwork::network! {
    struct Photos(photo: [96, 128, 3]) -> [5] { photo -> Conv2d(8, kernel: 3) -> Relu -> GlobalAvgPool2d -> Dense(5) }
}

fn main() {
    let _ = Photos::new(7);
}
