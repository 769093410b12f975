use formwork::network;

network! {
    struct Halves(x: [20]) -> [10] {
        let (left, right) = split(x, 2, axis: 0);
        left + right
    }
}

fn main() {}
