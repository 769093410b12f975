formwork::network! {
    struct Net(x: [8]) -> [8] {
        for _ in 0..3 {
            x -> Dense(8)
        }
    }
}

fn main() {}
