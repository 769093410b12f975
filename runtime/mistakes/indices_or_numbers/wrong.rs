use formwork::network;

network! {
    struct Title(words: [12]) -> [4] {
        words -> Embedding(8) -> GlobalAvgPool1d -> Dense(4)
    }
}

fn main() {}
