use formwork::network;

network! {
    struct N(image: [1, 28, 28]) -> [10] {
        image -> conv1: Conv2d(8, kernel: 3) -> Relu -> MaxPool2d(2) -> conv2: Conv2d(8, kernel: 3) -> Relu -> MaxPool2d(2)
            -> conv3: Conv2d(8, kernel: 3) -> conv4: Conv2d(8, kernel: 3) -> conv5: Conv2d(8, kernel: 3) -> GlobalAvgPool2d -> Dense(10)
    }
}

fn main() {
    let _ = N::new(7);
}
