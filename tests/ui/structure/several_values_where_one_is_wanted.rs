use formwork::network;

network! {
    pub struct Encoder(x: [784]) -> (mean: [20], log_var: [20]) {
        let h = x -> Dense(400) -> Relu;
        (h -> mean: Dense(20), h -> spread: Dense(20))
    }

    pub struct Vae(x: [784]) -> [784] {
        let e = x -> encoder: Encoder;
        e.mean + exp(0.5 * e.logvar) -> Dense(784)
    }
}

fn main() {
    Vae::new(1);
}
