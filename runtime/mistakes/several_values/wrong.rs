use formwork::network;

network! {
    struct Pair(x: [12]) -> [6] {
        let parts = split(x, 2, axis: 0);
        parts -> Dense(6)
    }
}

fn main() {}
