use formwork::prelude::*;
#[allow(unused_imports)]
use nalgebra::{SMatrix, SVector};

formwork::network! {
    struct Price(rooms: [13]) -> [1] { rooms -> Dense(1) }
}

#[allow(dead_code)]
type Image = [SMatrix<f32, 28, 28>; 1];

fn train(net: &mut Box<Price>, data: &Dataset<SVector<f32, 13>, f32>) {
    let _ = Trainer::new(MeanSquaredError::new(), Adam::new(1e-3)).fit(net, data);
}

fn main() {}
