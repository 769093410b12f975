use formwork::network;

network! {
    struct N(image: [1, 32, 32]) -> [10] {
        image -> conv1: Conv2d(8, kernel: 3) -> MaxPool2d(2) -> conv2: Conv2d(16, kernel: 3) -> MaxPool2d(2) -> Flatten -> Dense(10, in: 400)
    }
}

fn main() {
    let _ = N::new(7);
}
