formwork::network! {
    struct Vae(image: [784]) -> (mean: [20], log_var: [20], again: [784]) {
        let h = image -> Dense(400) -> Relu;
        let mean = h -> to_mean: Dense(20);
        let log_var = h -> to_log_var: Dense(2);
        let z = mean + exp(0.5 * log_var) * normal([20]);
        (mean, log_var, z -> Dense(400) -> Relu -> Dense(784) -> Sigmoid)
    }
}

fn main() {}
