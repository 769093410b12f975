use formwork::network;

network! {
    struct Wine(measures: [11]) -> [3] {
        let hidden = measures -> Dense(16) -> Relu;
        hiden -> Dense(3)
    }
}

fn main() {}
