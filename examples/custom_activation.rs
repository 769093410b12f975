//! An activation of one's own: `x + sin²(x)` (Ziyin and others, "Neural networks fail to learn periodic functions", 2020)
//! goes on with a wave where the usual ones go straight ahead.

use clap::Parser;
use formwork::prelude::*;

network! {
    /// The macro differentiates the function and runs it as one kernel.
    pub struct Snake(t: [1]) -> [1] {
        t -> Dense(48) -> map(|x| x + pow(sin(x), 2)) -> Dense(48) -> map(|x| x + pow(sin(x), 2)) -> Dense(1)
    }
    pub struct Rectified(t: [1]) -> [1] {
        t -> Dense(48) -> Relu -> Dense(48) -> Relu -> Dense(1)
    }
}

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 150)]
    epochs: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// A wave on a slope.
fn wave(t: f32) -> f32 {
    (2.0 * t).sin() + 0.3 * t
}

/// Samples of the wave, evenly from `from` to `to`.
fn samples(from: f32, to: f32, len: usize) -> formwork::Result<Dataset<SVector<f32, 1>, SVector<f32, 1>>> {
    let times = (0..len).map(|i| from + (to - from) * i as f32 / len as f32);
    let (inputs, targets) = times.map(|t| (SVector::from([t]), SVector::from([wave(t)]))).unzip();
    Dataset::new(inputs, targets)
}

fn main() -> formwork::Result<()> {
    let options = Options::parse();
    let snake = run(Snake::new(options.seed), &options)?;
    let rectified = run(Rectified::new(options.seed), &options)?;
    println!("mean squared error      where trained    beyond");
    for (name, [inside, outside]) in [("x + sin²(x)", snake), ("Relu", rectified)] {
        println!("{name:<22} {inside:>14.5} {outside:>9.5}");
    }
    Ok(())
}

/// The errors where the network was trained, and one period beyond.
fn run<N>(mut network: Box<N>, options: &Options) -> formwork::Result<[f64; 2]>
where
    N: SingleInput<Sample = SVector<f32, 1>, Output = SVector<f32, 1>, Kind = formwork::kind::RawScores>,
{
    let (train, beyond) = (samples(-6.0, 6.0, 512)?, samples(6.0, 9.0, 128)?);
    let loss = MeanSquaredError::new();
    Trainer::new(loss, Adam::new(3e-3))
        .epochs(options.epochs)
        .batch_size(64)
        .seed(options.seed)
        .quiet()
        .fit(&mut network, &train)?;
    let error = |data: &Dataset<_, SVector<f32, 1>>| {
        let mut outputs = vec![SVector::zeros(); data.len()];
        let inputs = N::batch(&data.inputs);
        network.predict_selected(inputs, Selection::All, &mut outputs, &mut Workspace::new())?;
        loss.value(&outputs, &data.targets, Selection::All)
    };
    Ok([error(&train)?, error(&beyond)?])
}
