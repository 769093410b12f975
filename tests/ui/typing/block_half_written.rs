use formwork::prelude::*;

network! {
    block Residual(channels)(x: [channels, h, w]) -> [channels, h, w] {
        x + (x -> first: Conv2d(channels, kernel: 3, padding: same) -> Relu -> second: Conv2d(channels, kernel:))
    }

    struct Digits(image: [1, 28, 28]) -> [10] {
        image -> stem: Conv2d(8, kernel: 3) -> body: [Residual(8); 2] -> Flatten -> logits: Dense(10)
    }
}

fn main() {
    let digits = Digits::new(7);
    let _: f32 = digits.stem.bias[0] + digits.body[1].first.bias[7] + digits.body[0].second.bias[0];
    let _: f32 = digits.logits.bias[9];
}
