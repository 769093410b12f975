use formwork::network;

network! {
    struct Weekday(features: [11]) -> [7] {
        features -> Dense(20) -> Relu -> scores: Dense(6)
    }
}

fn main() {}
