formwork::network! {
    struct Net(x: [3, 8, 8]) -> [3, 8] { sum(x, axis: 1) -> Softmax(axis: 2) }
}

fn main() {}
