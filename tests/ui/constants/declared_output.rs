use formwork::network;

mod config {
    pub const CLASSES: usize = 12;
}

network! {
    pub struct Digits(x: [784]) -> [10] { x -> Dense(32) -> Relu -> logits: Dense(config::CLASSES) }
}

fn main() {
    let scores: nalgebra::SVector<f32, 10> = Digits::new(7).predict(&nalgebra::SVector::zeros());
    assert_eq!(scores.len(), 10);
}
