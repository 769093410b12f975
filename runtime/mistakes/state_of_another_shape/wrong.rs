use formwork::network;

network! {
    struct Onward(x: [16, 4], before: [8]) -> [16, 8] {
        (x, before) -> Gru(8, layers: 2)
    }
}

fn main() {}
