formwork::network! {
    struct Net(x: (1, 28, 28)) -> [3] { x -> Flatten -> Dense(3) }
}

fn main() {}
