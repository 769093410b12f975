//! What each lint warns about, allowed at the struct; and what none of them minds.
#![deny(warnings)]

formwork::network! {
    #[allow(
        formwork::missing_activation,
        formwork::relu_before_softmax,
        formwork::repeated_softmax,
        formwork::softmax_of_one,
        formwork::dropout_at_the_end,
        formwork::batch_norm_of_one_pixel,
        formwork::bias_before_batch_norm,
        formwork::unnamed_twins
    )]
    pub struct Allowed(image: [3, 16, 16]) -> (classes: [10], score: [1], scores: [8]) {
        let h = image -> Conv2d(8, kernel: 3) -> BatchNorm2d -> Relu -> AvgPool2d(14) -> BatchNorm2d -> Flatten;
        let classes = h -> Dense(32) -> Dense(10) -> Relu -> Softmax -> Softmax -> Dropout(0.1);
        let score = h -> Dense(1) -> Softmax;
        let scores = (h -> Dense(8) -> Tanh) + (h -> Dense(8) -> Sigmoid);
        (classes, score, scores)
    }

    #[allow(formwork::logarithm_of_softmax, missing_docs)]
    pub struct Loss(x: [8], target: [3]) -> [] {
        -sum(target * ln(x -> Dense(3) -> Softmax))
    }

    // A bottleneck is meant, and so is one layer for two inputs.
    pub struct Fine(a: [64], b: [64]) -> [64] {
        layer encode = Dense(8);
        ((a -> encode) + (b -> encode)) -> narrow: Dense(4) -> wide: Dense(64)
    }
}

fn main() {}
