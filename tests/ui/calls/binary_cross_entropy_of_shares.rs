use formwork::prelude::*;
#[allow(unused_imports)]
use nalgebra::{SMatrix, SVector};

formwork::network! {
    struct Spam(words: [9]) -> [1] { words -> Dense(1) -> Sigmoid }
}

#[allow(dead_code)]
type Image = [SMatrix<f32, 28, 28>; 1];

fn train(net: &mut Box<Spam>, data: &Dataset<SVector<f32, 9>, SVector<f32, 1>>) {
    let _ = Trainer::new(BinaryCrossEntropy::new(), Adam::new(1e-3)).fit(net, data);
}

fn main() {}
