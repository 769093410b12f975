use formwork::network;

network! {
    struct Likeness(queries: [5, 8], keys: [6, 8]) -> [5, 6] {
        matmul(queries, keys)
    }
}

fn main() {}
