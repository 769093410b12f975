use formwork::prelude::*;

mod words {
    formwork::network! {
        pub struct Words(tokens: [3] in 0..10) -> [3, 4] { tokens -> Embedding(4) }
    }
}
use words::Words;

network! {
    struct Numbers(x: [3]) -> [3, 4] { x -> Words => [3, 4] }

    struct Beyond(x: [3] in 0..12) -> [3, 4] { x -> Words => [3, 4] }
}

fn main() {}
