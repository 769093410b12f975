use formwork::network;

network! {
    struct Garments(image: [1, 20, 20]) -> [5] {
        image -> Conv2d(6, kernel: 5) -> Relu -> MaxPool2d(2) -> Dense(5)
    }
}

fn main() {}
