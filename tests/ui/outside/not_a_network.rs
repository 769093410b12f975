use formwork::prelude::*;

struct Backbone {
    _weight: f32,
}

network! {
    struct Classifier(image: [3, 32, 32]) -> [10] {
        image -> features: Backbone => [512] -> Dense(10)
    }
}

fn main() {
    let classifier = Classifier::new(1);
    let _ = classifier;
}
