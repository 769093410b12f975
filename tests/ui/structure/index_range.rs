formwork::network! {
    struct Words(tokens: [16] in 0..100) -> [32] { tokens -> Embedding(32) -> GlobalAvgPool1d }
    struct Tag(text: [16] in 0..500) -> [7] { text -> words: Words -> Dense(7) }
}

fn main() {}
