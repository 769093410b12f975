formwork::network! {
    struct Net(x: [8]) -> [3] { Dense(3)(x) }
}

fn main() {}
