use formwork::prelude::*;

network! {
    struct Digits(image: [1, 28, 28]) -> [10] {
        image -> conv: Conv2d() -> Relu -> Flatten -> hidden: Dense(32) -> Relu -> logits: Dense(10)
    }
}

fn main() {
    let digits = Digits::new(7);
    let _: f32 = digits.conv.bias[0] + digits.hidden.bias[31] + digits.logits.bias[9];
    let _: SVector<f32, 10> = digits.predict(&[SMatrix::zeros()]);
}
