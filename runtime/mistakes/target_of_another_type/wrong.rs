use formwork::prelude::*;

network! { struct Wine(measures: [11]) -> [3] { measures -> Dense(3) } }

fn train(wine: &mut Box<Wine>, data: &Dataset<SVector<f32, 11>, Index<4>>) -> formwork::Result<History> {
    Trainer::new(CrossEntropy::new(), Adam::new(1e-3)).fit(wine, data)
}

fn main() { let _ = train; }
