use formwork::network;

network! {
    struct Answer(question: [6, 32], text: [40, 32], seen: [40, 6]) -> [6, 32] {
        (question, text) -> MultiHeadAttention(8, mask: seen)
    }
}

fn main() {}
