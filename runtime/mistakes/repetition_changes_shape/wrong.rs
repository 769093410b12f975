use formwork::network;

network! {
    block Step(n)(x: [m]) -> [n] { x -> Dense(n) -> Tanh }

    struct Deep(x: [30]) -> [20] { x -> [Step(20); 4] }
}

fn main() {}
