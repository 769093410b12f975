use formwork::prelude::*;

network! {
    struct Digits(image: [1, 28, 28]) -> [10] {
        image -> conv: Conv2d(8, kernel: 3) -> Relu -> Flatten -> hidden: Dense(32) ->
    }
}

fn main() {
    let digits = Digits::new(7);
    let _: f32 = digits.hidden.bias[0];
    let _: SVector<f32, 10> = digits.predict(&[SMatrix::zeros()]);
}
