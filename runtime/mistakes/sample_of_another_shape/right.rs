use formwork::prelude::*;

network! { struct Wine(measures: [11]) -> [3] { measures -> Dense(3) } }

fn main() {
    let measures: SVector<f32, 11> = SVector::zeros();
    let _ = Wine::new(1).predict(&measures);
}
