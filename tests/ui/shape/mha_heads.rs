use formwork::network;

network! {
    pub struct Letters(text: [12] in 0..27) -> [12, 27] {
        text -> Embedding(250) -> MultiHeadAttention(8, causal: true) -> Dense(27)
    }
}

fn main() {}
