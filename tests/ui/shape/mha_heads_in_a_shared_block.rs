use formwork::network;

network! {
    use formwork::sets::transformer;

    pub struct Letters(text: [12] in 0..27) -> [12, 27] {
        text -> Embedding(30) -> [DecoderOnlyLayer(4, 120, 0.1); 2] -> Dense(27)
    }
}

fn main() {}
