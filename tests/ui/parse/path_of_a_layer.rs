formwork::network! {
    struct Net(x: [8]) -> [3] { x -> nn.Linear(5) -> Relu -> Dense(3) }
}

fn main() {}
