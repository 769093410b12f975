formwork::network! {
    struct Net(x: [8]) -> (a: [8], b: [3]) { x, x -> Dense(3) }
}

fn main() {}
