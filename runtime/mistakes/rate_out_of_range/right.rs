use formwork::network;

network! {
    struct Wine(measures: [11]) -> [3] {
        measures -> Dense(16) -> Relu -> Dropout(0.2) -> Dense(3)
    }
}

fn main() {}
