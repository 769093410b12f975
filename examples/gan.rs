//! A generator that learns to write digits by deceiving a discriminator: DCGAN (Radford, Metz, Chintala 2015), made small,
//! on MNIST. With `--conditional` it writes the digit it is told.

mod grid;

use clap::Parser;
use formwork::{data::Image, noise::Stream, prelude::*};
use std::path::PathBuf;

network! {
    block Draw(x: [n]) -> [1, 28, 28] {
        x
            -> Dense(64 * 7 * 7, bias: false) -> reshape([64, 7, 7]) -> BatchNorm2d -> Relu
            -> ConvTranspose2d(32, kernel: 4, stride: 2, padding: 1, bias: false) -> BatchNorm2d -> Relu
            -> ConvTranspose2d(1, kernel: 4, stride: 2, padding: 1) -> Sigmoid
    }
    block Look(image: [c, 28, 28]) -> [32 * 7 * 7] {
        image
            -> Conv2d(16, kernel: 4, stride: 2, padding: 1) -> LeakyRelu(0.2)
            -> Conv2d(32, kernel: 4, stride: 2, padding: 1, bias: false) -> BatchNorm2d -> LeakyRelu(0.2)
            -> Flatten
    }
    pub struct Generator(z: [64]) -> [1, 28, 28] {
        z -> draw: Draw
    }
    pub struct Discriminator(image: [1, 28, 28]) -> [1] {
        image -> look: Look -> Dropout(0.3) -> score: Dense(1)
    }
    pub struct Writer(z: [64], digit: [] in 0..10) -> [1, 28, 28] {
        concat(z, digit -> Embedding(16), axis: 0) -> draw: Draw
    }
    /// The digit comes as a second channel of the image.
    pub struct Reader(image: [1, 28, 28], digit: [] in 0..10) -> [1] {
        let told = digit -> Embedding(784) -> reshape([1, 28, 28]);
        concat(image, told, axis: 0) -> look: Look -> Dropout(0.3) -> score: Dense(1)
    }
}

#[derive(Parser)]
struct Options {
    /// Tell both networks the digit
    #[arg(long)]
    conditional: bool,
    #[arg(long, default_value_t = 3)]
    epochs: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = usize::MAX, hide_default_value = true)]
    train_limit: usize,
    /// Where the picture goes
    #[arg(long, default_value = "target/gan/digits.png")]
    picture: PathBuf,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let (train, _) = formwork::data::mnist("examples/data/mnist")?;
    let train = train.take(options.train_limit);
    let adam = Adam::new(5e-4).betas(0.5, 0.999);
    let trainer =
        Adversarial::new(adam, adam).epochs(options.epochs).batch_size(64).seed(options.seed).smooth(0.9);
    let codes: Vec<SVector<f32, 64>> = Stream::new(options.seed, 9).normal(80);
    let (history, digits): (_, Vec<Image>) = if options.conditional {
        let (mut writer, mut reader) = (Writer::new(options.seed), Reader::new(options.seed + 1));
        println!("{}\n\n{}\n", Writer::summary(), Reader::summary());
        let history = trainer.fit(&mut writer, &mut reader, &train)?;
        // A column for each digit, a row for each of eight codes.
        let digit = (0..80).map(|i| Index::new(i % 10)).collect::<Result<Vec<_>, _>>()?;
        let z: Vec<_> = (0..80).map(|i| codes[i / 10]).collect();
        (history, writer.predict_batch(WriterBatch { z: &z, digit: &digit })?)
    } else {
        let (mut generator, mut discriminator) =
            (Generator::new(options.seed), Discriminator::new(options.seed + 1));
        println!("{}\n\n{}\n", Generator::summary(), Discriminator::summary());
        let history = trainer.fit(&mut generator, &mut discriminator, &train)?;
        (history, generator.predict_batch(&codes))
    };
    println!("{history}");
    grid::draw(&options.picture, if options.conditional { 10 } else { 16 }, 2, &digits)?;
    println!("\nwhat it writes: {}", options.picture.display());
    Ok(())
}
