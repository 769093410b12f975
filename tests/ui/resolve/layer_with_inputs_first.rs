formwork::network! {
    struct Net(x: [8]) -> [3] { x -> Linear(8, 5) -> Relu -> Dense(3) }
}

fn main() {}
