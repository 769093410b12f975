use formwork::prelude::*;

network! { struct Blend(wide: [6], narrow: [4]) -> [2] { concat(wide, narrow, axis: 0) -> Dense(2) } }

fn main() {
    let (wide, narrow): (SVector<f32, 6>, SVector<f32, 4>) = (SVector::zeros(), SVector::zeros());
    let _ = Blend::new(1).predict(&wide, &narrow);
}
