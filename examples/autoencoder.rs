//! An autoencoder: digits squeezed through 32 numbers and made again, drawn side by side with the originals.

use clap::Parser;
use formwork::{data::Image, prelude::*};
use std::{fs::File, io::BufWriter, path::Path};

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
    let pairs: Vec<[Image; 2]> = test.inputs[..8]
        .iter()
        .map(|image| [*image, network.decoder.predict(&network.encoder.predict(image))])
        .collect();
    draw(&options.picture, &pairs)?;
    println!("\noriginals and what was made of their 32 numbers: {}", options.picture.display());
    Ok(())
}

/// Rows of four pairs, each image three times as large.
fn draw(file: &Path, pairs: &[[Image; 2]]) -> Result<(), Box<dyn std::error::Error>> {
    const SCALE: usize = 3;
    const EACH: usize = 28 * SCALE + 4;
    let (width, height) = (8 * EACH, pairs.len().div_ceil(4) * EACH);
    let mut pixels = vec![255; width * height];
    for (i, image) in pairs.iter().flatten().enumerate() {
        let (left, top) = (i % 8 * EACH, i / 8 * EACH);
        for (y, x) in (0..28 * SCALE).flat_map(|y| (0..28 * SCALE).map(move |x| (y, x))) {
            let ink = image[0][(x / SCALE, y / SCALE)];
            pixels[(top + y) * width + left + x] = 255 - (255.0 * ink) as u8;
        }
    }
    std::fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(file)?), width as u32, height as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(())
}
