formwork::network! {
    struct Net(x: [8]) -> [3] { x -> Dense(5), Relu, Dense(3) }
}

fn main() {}
