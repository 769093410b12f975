use formwork::prelude::*;

mod vision {
    formwork::network! {
        pub struct Backbone(image: [3, 32, 32]) -> [512] { image -> Flatten -> Dense(512) }
    }
}

network! {
    struct Classifier(image: [1, 28, 28]) -> [10] {
        let edges = image -> Conv2d(3, kernel: 3);
        edges -> features: vision::Backbone => [512] -> Dense(10)
    }
}

fn main() {}
