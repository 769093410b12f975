use formwork::network;

network! {
    struct Wine(measures: [11]) -> [3] { measures -> Dense(3) }
    struct Weekday(features: [11]) -> [7] { features -> Dense(7) }
}

fn bias(wine: &Wine) -> f32 { wine.dense1.bias[0] }

fn main() { bias(&Weekday::new(1)); }
