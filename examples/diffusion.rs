//! Denoising diffusion (Ho, Jain, Abbeel 2020) on MNIST at half its size: a small U-Net learns to say which noise was
//! added to a digit, and then makes digits of noise alone, a little at a time.

mod grid;

use clap::Parser;
use formwork::noise::Stream;
use formwork::{Noise, data::Image, prelude::*};
use rand::Rng;
use std::path::PathBuf;

/// In how many steps a digit becomes noise.
const STEPS: usize = 200;

type Small = [SMatrix<f32, 14, 14>; 1];

network! {
    /// Two convolutions, the second of which knows the time.
    block Look(n)(x: [c, h, w], time: [k]) -> [n, h, w] {
        let shift = time -> Dense(n) -> reshape([n, 1, 1]) -> expand([n, h, w]);
        (x -> Conv2d(n, kernel: 3, padding: 1) -> GroupNorm(8)) + shift
            -> Silu -> Conv2d(n, kernel: 3, padding: 1) -> GroupNorm(8) -> Silu
    }
    /// A U-Net that finds the noise in an image.
    pub struct Denoiser(noisy: [1, 14, 14], time: [] in 0..STEPS) -> [1, 14, 14] {
        let t = time -> Embedding(32) -> Dense(64) -> Silu;
        let fine = (noisy, t) -> outer: Look(32);
        let coarse = (fine -> MaxPool2d(2), t) -> inner: Look(64);
        let both = (concat(coarse -> Upsample(2), fine, axis: 0), t) -> back: Look(32);
        both -> noise: Conv2d(1, kernel: 3, padding: 1)
    }
    /// How far its answer is from the noise that was added.
    pub struct Diffusion(image: [1, 14, 14], time: [] in 0..STEPS, signal: [], spread: []) -> [] {
        let added = normal([1, 14, 14]);
        let found = (signal * image + spread * added, time) -> denoiser: Denoiser;
        mean((found - added) * (found - added))
    }
}

#[derive(Parser)]
struct Options {
    /// Steps of training, on 64 images each
    #[arg(long, default_value_t = 3000)]
    steps: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the picture goes
    #[arg(long, default_value = "target/diffusion/digits.png")]
    picture: PathBuf,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let (train, _) = formwork::data::mnist("examples/data/mnist")?;
    let images: Vec<Small> = train.inputs.iter().map(half).collect();
    println!("{}\n", Diffusion::summary());

    // How much noise each step adds, and what is left of the image after all of them.
    let beta: Vec<f32> = (0..STEPS).map(|t| 5e-4 + 0.1 * t as f32 / STEPS as f32).collect();
    let left: Vec<f32> = beta
        .iter()
        .scan(1.0, |left, beta| {
            *left *= 1.0 - beta;
            Some(*left)
        })
        .collect();

    let (mut network, mut gradient) = (Diffusion::new(options.seed), Diffusion::zeroed());
    let mut workspace = Diffusion::workspace();
    let adam = Adam::new(1e-3);
    let mut state = adam.start(&*network);
    let mut chance = Stream::new(options.seed, 10);
    let (mut seen, mut sum) = (0, 0.0);
    for step in 1..=options.steps {
        adam.set_rate(&mut state, 1e-3 * (1.0 - step as f64 / (options.steps + 1) as f64));
        let image: Vec<Small> = (0..64).map(|_| images[chance.next_u32() as usize % images.len()]).collect();
        let time =
            (0..64).map(|_| Index::new(chance.next_u32() as usize % STEPS)).collect::<Result<Vec<_>, _>>()?;
        let signal: Vec<f32> = time.iter().map(|t| left[t.get()].sqrt()).collect();
        let spread: Vec<f32> = time.iter().map(|t| (1.0 - left[t.get()]).sqrt()).collect();
        let batch = DiffusionBatch { image: &image, time: &time, signal: &signal, spread: &spread };
        let noise = Noise { seed: options.seed, step: step as u64, first: 0 };
        let mut pass = network.forward(batch, Selection::All, noise, &mut workspace)?;
        let (outputs, gradients) = pass.outputs_and_gradients();
        sum += Minimize.loss(outputs, &[(); 64], Selection::All, gradients)?;
        pass.backward(&mut gradient);
        adam.step(&mut state, &mut network, &gradient);
        seen += 1;
        if step % 500 == 0 || step == options.steps {
            println!("step {step}: {:.4} of the noise is not found", sum / f64::from(seen));
            (seen, sum) = (0, 0.0);
        }
    }

    // From noise to digits: at each time take a part of what is found away, and add a little anew.
    let mut digits: Vec<Small> = chance.normal(64);
    for t in (0..STEPS).rev() {
        let time = vec![Index::new(t)?; digits.len()];
        let found = network.denoiser.predict_batch(DenoiserBatch { noisy: &digits, time: &time })?;
        let anew: Vec<Small> = chance.normal(digits.len());
        let (part, little) = (beta[t] / (1.0 - left[t]).sqrt(), if t > 0 { beta[t].sqrt() } else { 0.0 });
        for ((digit, found), anew) in digits.iter_mut().zip(&found).zip(&anew) {
            digit[0] = (digit[0] - part * found[0]) / (1.0 - beta[t]).sqrt() + little * anew[0];
        }
    }
    let shown = |small: &Small| [SMatrix::from_fn(|x, y| (small[0][(x / 2, y / 2)] + 1.0) / 2.0)];
    grid::draw(&options.picture, 16, 2, &digits.iter().map(shown).collect::<Vec<Image>>())?;
    println!("\nmade of noise: {}", options.picture.display());
    Ok(())
}

/// Every four pixels as one, from -1 to 1.
fn half(image: &Image) -> Small {
    [SMatrix::from_fn(|x, y| image[0].fixed_view::<2, 2>(2 * x, 2 * y).sum() / 2.0 - 1.0)]
}
