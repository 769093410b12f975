use formwork::network;

network! {
    pub struct Letters(text: [207] in 0..27) -> [207, 27] {
        text -> Embedding(32) -> PositionEmbedding(200) -> Dense(27)
    }
}

fn main() {}
