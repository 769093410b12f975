use formwork::network;

const SIDE: usize = 12;

network! {
    struct N(image: [1, SIDE, SIDE]) -> [10] {
        image -> conv1: Conv2d(8, kernel: 5) -> Relu -> MaxPool2d(2)
            -> conv2: Conv2d(8, kernel: 5) -> Relu -> MaxPool2d(2)
            -> Flatten -> hidden: Dense(64) -> Dense(10)
    }
}

fn main() {
    let net = N::new(7);
    let weights: &[f32] = net.hidden.bias.as_slice();
    assert_eq!(weights.len(), 64);
}
