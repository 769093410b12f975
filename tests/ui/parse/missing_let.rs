formwork::network! {
    struct Net(x: [8]) -> [3] {
        hidden = x -> Dense(5) -> Relu;
        hidden -> Dense(3)
    }
}

fn main() {}
