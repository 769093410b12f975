use formwork::prelude::*;

mod vision {
    formwork::network! {
        pub struct Backbone(image: [3, 32, 32]) -> [512] { image -> Dense(512) }
    }
}

network! {
    struct Classifier(image: [3, 32, 32]) -> [10] {
        image -> features: vision::Backbone => [512] -> Dense(10)
    }
}

fn main() {
    let classifier = Classifier::new(1);
    let _ = classifier.features.predict(&[nalgebra::SMatrix::zeros(); 3]);
}
