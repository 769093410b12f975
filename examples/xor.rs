//! Exclusive or, the smallest problem that needs a hidden layer: three hidden sigmoids learn it from most seeds.

use clap::Parser;
use formwork::prelude::*;

network! {
    pub struct Xor(x: [2]) -> [1] {
        x -> Dense(3) -> Sigmoid -> Dense(1) -> Sigmoid
    }
}

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 1500)]
    epochs: usize,
    /// From how many seeds to begin
    #[arg(long, default_value_t = 20)]
    seeds: u64,
}

fn main() -> formwork::Result<()> {
    let options = Options::parse();
    let inputs: Vec<_> = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]].map(SVector::<f32, 2>::from).into();
    let targets: Vec<_> = [0.0, 1.0, 1.0, 0.0].map(SVector::<f32, 1>::new).into();
    let data = Dataset::new(inputs, targets)?;
    let mut solved = 0;
    for seed in 0..options.seeds {
        let mut xor = Xor::new(seed);
        Trainer::new(MeanSquaredError::new(), Adam::new(0.05))
            .epochs(options.epochs)
            .batch_size(4)
            .seed(seed)
            .quiet()
            .fit(&mut xor, &data)?;
        let answers = xor.predict_batch(&data.inputs);
        let right = BinaryAccuracy::new().threshold(0.5).of(&answers, &data.targets)? == 1.0;
        solved += u64::from(right);
        if right && solved == 1 {
            println!("{}\n", Xor::summary());
            for (x, answer) in data.inputs.iter().zip(&answers) {
                println!("{} xor {} = {:.3}", x[0], x[1], answer[0]);
            }
        }
    }
    println!("\nsolved from {solved} of {} seeds", options.seeds);
    Ok(())
}
