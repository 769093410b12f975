use formwork::network;

network! {
    struct Wine(measures: [11]) -> [3] {
        measures -> hidden: Dense(16) -> Relu -> narrow: Dense(8) -> Relu -> Dense(3)
    }
}

fn main() {}
