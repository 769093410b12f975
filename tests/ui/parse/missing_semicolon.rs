formwork::network! {
    struct Net(x: [8]) -> [3] {
        let hidden = x -> Dense(5) -> Relu
        hidden -> Dense(3)
    }
}

fn main() {}
