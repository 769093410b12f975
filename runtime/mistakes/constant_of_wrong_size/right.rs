use formwork::network;

const LABELS: usize = 6;

network! {
    struct Wine(measures: [11]) -> [6] { measures -> Dense(16) -> Relu -> scores: Dense(LABELS) }
}

fn main() {}
