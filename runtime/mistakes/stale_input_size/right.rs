use formwork::network;

network! {
    struct Garments(image: [1, 20, 20]) -> [5] {
        image -> Conv2d(8, kernel: 3, padding: 1) -> Relu -> MaxPool2d(2) -> Flatten
            -> hidden: Dense(32, in: 800) -> Relu -> Dense(5)
    }
}

fn main() {}
