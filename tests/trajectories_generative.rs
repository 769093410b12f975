//! Generative models trained beside PyTorch's: the same weights, batches and noise give the same losses and final weights.

mod common;

use common::goldens::{Case, case};
use common::start::{read, start};
use formwork::losses::Loss;
use formwork::prelude::*;
use formwork::tensor::{flat_mut, zeroed_vec};
use formwork::{Network, Noise, Parameters, TensorInfo};

network! {
    pub struct Encoder<T>(x: [11]) -> (mean: [3], log_var: [3]) {
        let hidden = x -> enc: Dense(7) -> Tanh;
        (hidden -> mu: Dense(3), hidden -> logvar: Dense(3))
    }

    pub struct Decoder<T>(z: [3]) -> [11] {
        z -> dec1: Dense(7) -> Tanh -> dec2: Dense(11)
    }

    /// The noise comes in, so that it is the reference's.
    pub struct Vae<T>(x: [11], eps: [3]) -> [] {
        let (mean, log_var) = x -> encoder: Encoder;
        let logits = mean + exp(log_var / 2) * eps -> decoder: Decoder;
        let reconstruction = sum(softplus(logits) - x * logits);
        let divergence = sum(mean * mean + exp(log_var) - log_var - 1) / 2;
        reconstruction + divergence
    }
}

/// The reference's networks are not made of others.
fn name(info: &TensorInfo) -> String {
    info.name.to_string().replace("encoder.", "").replace("decoder.", "")
}

/// The samples of one step.
fn samples<V: Tensor<Scalar = f64>>(case: &Case, tensor: &str, step: usize) -> Vec<V> {
    let shape = case.shape(tensor);
    let mut samples = zeroed_vec::<V>(shape[1]);
    let each = shape[1] * V::LEN;
    flat_mut(&mut samples).copy_from_slice(&case.values::<f64>(tensor)[step * each..(step + 1) * each]);
    samples
}

fn check_all<N: Network<Scalar = f64>>(case: &Case, group: &str, network: &N) {
    for info in N::TENSORS {
        case.check(&format!("{group}.{}", name(&info)), &read(network, &info));
    }
}

#[test]
fn variational_autoencoder() {
    let case = case("train_vae");
    let mut vae = start::<Vae<f64>>(&case, name);
    let mut gradient = Vae::<f64>::zeroed();
    let mut workspace = Vae::<f64>::workspace();
    let adam = Adam::new(0.01);
    let mut state = adam.start(&*vae);
    let mut losses = Vec::new();
    for step in 0..case.shape("batch.input")[0] {
        let (x, eps) = (samples(&case, "batch.input", step), samples(&case, "batch.eps", step));
        let batch = VaeBatch { x: &x, eps: &eps };
        let mut pass =
            vae.forward(batch, Selection::All, Noise::default(), &mut workspace).expect("as many of both");
        let (outputs, gradients) = pass.outputs_and_gradients();
        let loss = Minimize.loss(outputs, &[(); 5], Selection::All, gradients);
        losses.push(loss.expect("a batch"));
        pass.backward(&mut gradient);
        if step == 0 {
            check_all(&case, "grad_first", &*gradient);
        }
        adam.step(&mut state, &mut vae, &gradient);
    }
    case.check("loss", &losses);
    check_all(&case, "final", &*vae);
}

network! {
    pub struct Generator<T>(z: [3]) -> [5] {
        z -> g1: Dense(7) -> Relu -> g2: Dense(5) -> Tanh
    }

    pub struct Discriminator<T>(x: [5]) -> [1] {
        x -> d1: Dense(7) -> LeakyRelu(0.2) -> d2: Dense(1)
    }
}

#[test]
fn adversarial_pair() {
    let case = case("train_gan");
    let mut generator = start::<Generator<f64>>(&case, name);
    let mut discriminator = start::<Discriminator<f64>>(&case, name);
    let adam = |rate| Adam::new(rate).betas(0.5, 0.999);
    let mut pair =
        Adversarial::new(adam(0.01), adam(0.02)).start(&*generator, &*discriminator).expect("settings");
    let (mut of_discriminator, mut of_generator) = (Vec::new(), Vec::new());
    for step in 0..case.shape("batch.real")[0] {
        let [for_d, for_g] = ["batch.noise_d", "batch.noise_g"].map(|name| samples(&case, name, step));
        let real = samples(&case, "batch.real", step);
        let judged = pair.discriminate(&generator, &mut discriminator, &real, &for_d).expect("a batch");
        of_discriminator.push(judged.loss);
        of_generator.push(pair.generate(&mut generator, &discriminator, &for_g).expect("a batch"));
    }
    case.check("loss_d", &of_discriminator);
    case.check("loss_g", &of_generator);
    check_all(&case, "final", &*generator);
    check_all(&case, "final", &*discriminator);
}
