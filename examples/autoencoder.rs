//! An autoencoder: digits squeezed through 32 numbers and made again, drawn side by side with the originals.

mod grid;

use clap::Parser;
use formwork::{data::Image, prelude::*};

network! {
    pub struct Encoder(image: [1, 28, 28]) -> [32] {
        image -> Flatten -> Dense(128) -> Relu -> code: Dense(32)
    }
    pub struct Decoder(code: [32]) -> [1, 28, 28] {
        code -> Dense(128) -> Relu -> pixels: Dense(784) -> Sigmoid -> reshape([1, 28, 28])
    }
    pub struct Autoencoder(image: [1, 28, 28]) -> [1, 28, 28] {
        image -> encoder: Encoder -> decoder: Decoder
    }
}

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 3)]
    epochs: usize,
    #[arg(long, default_value_t = usize::MAX, hide_default_value = true)]
    train_limit: usize,
    #[arg(long, default_value = "target/autoencoder/digits.png")]
    picture: std::path::PathBuf,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let (train, test) = formwork::data::mnist("examples/data/mnist")?;
    // What should come out is what went in.
    let themselves = |images: Vec<Image>| Dataset::new(images.clone(), images);
    let (train, test) = (themselves(train.take(options.train_limit).inputs)?, themselves(test.inputs)?);
    println!("{}\n", Autoencoder::summary());
    let mut network = Autoencoder::new(1);
    let history = Trainer::new(MeanSquaredError::new(), Adam::new(1e-3))
        .epochs(options.epochs)
        .batch_size(64)
        .validate_on(&test)
        .fit(&mut network, &train)?;
    println!("{history}");
    // The two halves are networks of their own, with the trained weights.
    let again = |image| network.decoder.predict(&network.encoder.predict(image));
    let pairs: Vec<Image> = test.inputs[..8].iter().flat_map(|image| [*image, again(image)]).collect();
    grid::draw(&options.picture, 8, 3, &pairs)?;
    println!("\noriginals and what was made of their 32 numbers: {}", options.picture.display());
    Ok(())
}
