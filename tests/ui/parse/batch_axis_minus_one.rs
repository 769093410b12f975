formwork::network! {
    struct Net(x: [-1, 784]) -> [3] { x -> Dense(3) }
}

fn main() {}
