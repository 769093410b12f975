formwork::network! {
    struct Net(x: [8]) -> [3] {
        let hidden = x -> Dense(5) -> Relu;
        return hidden -> Dense(3)
    }
}

fn main() {}
