//! A variational autoencoder (Kingma, Welling 2013) that learns to write digits: 784 pixels, 400 hidden units, 20 numbers.

mod grid;

use clap::Parser;
use formwork::{Noise, data::Image, noise::Stream, prelude::*};
use std::path::{Path, PathBuf};

network! {
    pub struct Encoder(image: [1, 28, 28]) -> (mean: [20], log_var: [20]) {
        let seen = image -> Flatten -> hidden: Dense(400) -> Relu;
        (seen -> mean: Dense(20), seen -> log_var: Dense(20))
    }
    pub struct Decoder(z: [20]) -> [1, 28, 28] {
        z -> hidden: Dense(400) -> Relu -> logits: Dense(784) -> reshape([1, 28, 28])
    }
    /// What an image costs in nats: the negative evidence bound, which training makes small.
    pub struct Vae(image: [1, 28, 28]) -> [] {
        let (mean, log_var) = image -> encoder: Encoder;
        let z = mean + exp(log_var / 2) * normal([20]);
        let logits = z -> decoder: Decoder;
        let reconstruction = sum(softplus(logits) - image * logits);
        let divergence = sum(mean * mean + exp(log_var) - log_var - 1) / 2;
        reconstruction + divergence
    }
}

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 15)]
    epochs: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = usize::MAX, hide_default_value = true)]
    train_limit: usize,
    /// Where the pictures go
    #[arg(long, default_value = "target/vae")]
    folder: PathBuf,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let (train, test) = formwork::data::mnist("examples/data/mnist")?;
    println!("{}\n", Vae::summary());
    let mut vae = Vae::new(options.seed);
    // The network is its own loss, so the labels are not looked at.
    let history = Trainer::new(Minimize, Adam::new(1e-3))
        .epochs(options.epochs)
        .batch_size(128)
        .seed(options.seed)
        .fit(&mut vae, &train.take(options.train_limit))?;
    println!("{history}\n\ntest bound: {:.2} nats", bound(&vae, &test.inputs)?);
    draw(&options.folder, &vae, &test.inputs, options.seed)?;
    println!("samples, reconstructions and a walk through the 20 numbers: {}", options.folder.display());
    Ok(())
}

/// The mean over images of the bound, with noise, which is drawn in passes of training alone.
fn bound(vae: &Vae, images: &[Image]) -> formwork::Result<f64> {
    let mut workspace = Vae::workspace();
    let mut sum = 0.0;
    for (step, batch) in (0..).zip(images.chunks(500)) {
        let noise = Noise { seed: 1, step, first: 0 };
        let pass = vae.forward(batch, Selection::All, noise, &mut workspace)?;
        sum += pass.outputs().iter().map(|&nats| f64::from(nats)).sum::<f64>();
    }
    Ok(sum / images.len() as f64)
}

fn draw(folder: &Path, vae: &Vae, images: &[Image], seed: u64) -> Result<(), Box<dyn std::error::Error>> {
    // The halves are networks of their own, with the trained weights.
    let decode =
        |z: &SVector<f32, 20>| vae.decoder.predict(z).map(|row| row.map(|x| 1.0 / (1.0 + (-x).exp())));
    let codes = Stream::new(seed, 1).normal(64);
    let samples: Vec<Image> = codes.iter().map(decode).collect();
    grid::draw(&folder.join("samples.png"), 16, 2, &samples)?;

    let code = |image| vae.encoder.predict(image).mean;
    let pairs: Vec<Image> = images[..32].iter().flat_map(|image| [*image, decode(&code(image))]).collect();
    grid::draw(&folder.join("reconstructions.png"), 16, 2, &pairs)?;

    let mut walk = Vec::new();
    for ends in images[..8].chunks(2) {
        let (from, to) = (code(&ends[0]), code(&ends[1]));
        walk.extend((0..16).map(|i| decode(&from.lerp(&to, i as f32 / 15.0))));
    }
    grid::draw(&folder.join("walk.png"), 16, 2, &walk)?;
    Ok(())
}
