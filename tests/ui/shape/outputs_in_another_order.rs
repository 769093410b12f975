formwork::network! {
    struct Net(x: [8]) -> (mean: [2], spread: [3]) {
        let (mean, spread) = (x -> Dense(2), x -> Dense(3));
        (spread, mean)
    }
}

fn main() {}
