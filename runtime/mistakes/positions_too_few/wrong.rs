use formwork::network;

network! {
    struct Reader(text: [128] in 0..96) -> [128, 32] {
        text -> Embedding(32) -> PositionEmbedding(100) -> MultiHeadAttention(4)
    }
}

fn main() {}
