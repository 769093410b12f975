formwork::network! {
    struct Net(x: [8]) -> [3] { x -> Dense(5) Dense(3) }
}

fn main() {}
