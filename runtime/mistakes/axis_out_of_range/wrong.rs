use formwork::network;

network! {
    struct Shares(x: [6, 4]) -> [6, 4] {
        x -> Softmax(axis: 2)
    }
}

fn main() {}
