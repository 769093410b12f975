formwork::network! {
    class Net(x: [8]) -> [3] { x -> Dense(3) }
}

fn main() {}
