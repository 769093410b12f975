use formwork::network;

network! {
    struct Pair(x: [12]) -> [6] {
        let (left, right) = split(x, 2, axis: 0);
        left + right -> Dense(6)
    }
}

fn main() {}
