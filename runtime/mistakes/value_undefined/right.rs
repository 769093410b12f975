use formwork::network;

network! {
    struct Wine(measures: [11]) -> [3] {
        let hidden = measures -> Dense(16) -> Relu;
        hidden -> Dense(3)
    }
}

fn main() {}
