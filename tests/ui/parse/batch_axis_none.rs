formwork::network! {
    struct Net(x: [None, 784]) -> [3] { x -> Dense(3) }
}

fn main() {}
