formwork::network! {
    struct Net(x: [8]) -> [3] { x -> Dense }
}

fn main() {}
