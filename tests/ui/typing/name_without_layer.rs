use formwork::prelude::*;

network! {
    struct Digits(image: [1, 28, 28]) -> [10] {
        image -> Flatten -> hidden: Dense(32) -> Relu -> logits:
    }
}

fn main() {
    let digits = Digits::new(7);
    let _: f32 = digits.hidden.bias[31];
    let _ = &digits.logits;
}
