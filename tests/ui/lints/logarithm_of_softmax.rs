#![deny(deprecated)]

formwork::network! {
    struct Loss(image: [784], target: [10]) -> [] {
        let shares = image -> Dense(10) -> Softmax;
        -sum(target * ln(shares))
    }
}

fn main() {}
