formwork::network! {
    struct Net(x: [-784]) -> [3] { x -> Dense(3) }
}

fn main() {}
