formwork::network! {
    struct Net(x: [8]) -> [2, 4] { x -> reshape(2, 4) }
}

fn main() {}
