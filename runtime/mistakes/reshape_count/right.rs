use formwork::network;

network! {
    struct Painter(noise: [10]) -> [20, 6, 6] {
        noise -> Dense(720) -> Relu -> reshape([20, 6, 6])
    }
}

fn main() {}
