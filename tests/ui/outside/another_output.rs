use formwork::prelude::*;

mod vision {
    formwork::network! {
        pub struct Backbone(image: [3, 32, 32]) -> [256] { image -> Flatten -> Dense(256) }
    }
}

network! {
    struct Classifier(image: [3, 32, 32]) -> [10] {
        image -> features: vision::Backbone => [512] -> Dense(10)
    }
}

fn main() {}
