use formwork::prelude::*;

network! {
    struct Digits(image: [1, 28, 28]) -> [10] {
        image -> Flatten -> first: Dens(64) -> Relu -> second: Dense(32) -> Relu -> Dense(10)
    }
}

fn main() {
    let digits = Digits::new(7);
    let _: f32 = digits.first.bias[63] + digits.second.bias[31] + digits.dense1.bias[9];
}
