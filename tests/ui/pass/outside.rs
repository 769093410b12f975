//! The twins of `tests/ui/outside`.

use formwork::prelude::*;

mod vision {
    formwork::network! {
        pub struct Backbone(image: [3, 32, 32]) -> [512] { image -> Flatten -> Dense(512) }

        pub struct Small(image: [3, 8, 8]) -> [4, 2, 2] { image -> Conv2d(4, kernel: 3, stride: 3) }

        pub struct Joint(a: [3], b: [5]) -> [4] { (a -> Dense(4)) + (b -> Dense(4)) }

        pub struct Coder(x: [6]) -> (mean: [2], log_var: [2]) { (x -> Dense(2), x -> Dense(2)) }

        pub struct Words(tokens: [3] in 0..10) -> [3, 4] { tokens -> Embedding(4) }
    }
}

network! {
    struct Classifier(image: [1, 34, 34]) -> [10] {
        let edges = image -> Conv2d(3, kernel: 3);
        edges -> features: vision::Backbone => [512] -> Dense(10)
    }

    struct Claimed(x: [3, 8, 8]) -> [4, 2, 2] { x -> vision::Small => [4, 2, 2] }

    struct Two(a: [3], b: [5]) -> [4] { (a, b) -> vision::Joint => [4] }

    struct Read(x: [6]) -> [2] {
        let e = x -> vision::Coder => (mean: [2], log_var: [2]);
        e.mean + e.log_var
    }

    struct Fewer(x: [3] in 0..7) -> [3, 4] { x -> vision::Words => [3, 4] }
}

fn main() {
    let classifier = Classifier::new(1);
    let image = [nalgebra::SMatrix::<f32, 34, 34>::repeat(0.5)];
    assert_eq!(classifier.predict(&image).len(), 10);
}
