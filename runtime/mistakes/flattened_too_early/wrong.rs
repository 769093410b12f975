use formwork::network;

network! {
    struct Icons(image: [3, 18, 18]) -> [5] {
        image -> Conv2d(8, kernel: 3) -> Relu -> Flatten -> MaxPool2d(2) -> Dense(5)
    }
}

fn main() {}
