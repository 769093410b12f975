use formwork::network;

network! {
    struct Match(question: [40], answer: [60]) -> [16] {
        layer reader = Dense(16);
        (question -> reader) * (answer -> reader)
    }
}

fn main() {}
