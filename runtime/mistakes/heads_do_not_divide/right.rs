use formwork::network;

network! {
    struct Mixed(words: [32, 50]) -> [32, 50] {
        words -> MultiHeadAttention(5)
    }
}

fn main() {}
