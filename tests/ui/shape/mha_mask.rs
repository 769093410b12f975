use formwork::network;

network! {
    pub struct Cross(x: [6, 32], memory: [4, 20], seen: [6] in 0..2) -> [6, 32] {
        (x, memory) -> MultiHeadAttention(8, mask: seen)
    }
}

fn main() {}
