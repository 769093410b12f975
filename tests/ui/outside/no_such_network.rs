use formwork::prelude::*;

network! {
    struct Classifier(image: [3, 32, 32]) -> [10] {
        image -> features: Backbone => [512] -> Dense(10)
    }
}

fn main() {}
