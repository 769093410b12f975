use formwork::prelude::*;
#[allow(unused_imports)]
use nalgebra::{SMatrix, SVector};

formwork::network! {
    struct Digits(image: [1, 28, 28]) -> [10] { image -> Flatten -> logits: Dense(10) }
}

#[allow(dead_code)]
type Image = [SMatrix<f32, 28, 28>; 1];

fn train(net: &mut Box<Digits>, data: &Dataset<Image, usize>) {
    let _ = Trainer::new(CrossEntropy::new(), Adam::new(1e-3)).fit(net, data);
}

fn main() {}
