formwork::network! {
    struct Net(tokens: [20]) -> [20, 8] { tokens -> Embedding(8) }
}

fn main() {}
