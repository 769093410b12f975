//! A Siamese pair: one encoder looks at two digits, and its weights learn whether they are the same.

use clap::Parser;
use formwork::{data::Image, prelude::*};

network! {
    block Encode(features)(image: [c, h, w]) -> [features] {
        image
            -> Conv2d(8, kernel: 3) -> Relu -> MaxPool2d(2)
            -> Conv2d(16, kernel: 3) -> Relu -> MaxPool2d(2)
            -> Flatten -> Dense(features)
    }
    pub struct Siamese(a: [1, 28, 28], b: [1, 28, 28]) -> [1] {
        layer encoder = Encode(32);
        let (p, q) = (a -> encoder, b -> encoder);
        (p - q) * (p - q) -> same: Dense(1)
    }
}

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 3)]
    epochs: usize,
    #[arg(long, default_value_t = 20_000)]
    pairs: usize,
}

/// Images in pairs, every second one of the same digit, and 1 for these.
struct Pairs {
    a: Vec<Image>,
    b: Vec<Image>,
    same: Vec<SVector<f32, 1>>,
}

impl Pairs {
    fn new(digits: &Dataset<Image, Index<10>>, len: usize) -> Pairs {
        let places = |class| (0..digits.len()).filter(move |&i| digits.targets[i].get() == class);
        let of: Vec<Vec<usize>> = (0..10).map(|class| places(class).collect()).collect();
        let mut pairs = Pairs { a: Vec::new(), b: Vec::new(), same: Vec::new() };
        for i in 0..len.min(digits.len()) {
            let class = digits.targets[i].get();
            let other = if i % 2 == 0 { class } else { (class + 1 + i / 2 % 9) % 10 };
            pairs.a.push(digits.inputs[i]);
            pairs.b.push(digits.inputs[of[other][i * 7 % of[other].len()]]);
            pairs.same.push(SVector::from([f32::from(other == class)]));
        }
        pairs
    }

    fn batch(&self) -> (SiameseBatch<'_>, &[SVector<f32, 1>]) {
        (SiameseBatch { a: &self.a, b: &self.b }, &self.same)
    }
}

fn main() -> formwork::Result<()> {
    let options = Options::parse();
    let (train, test) = formwork::data::mnist("examples/data/mnist")?;
    let (train, test) = (Pairs::new(&train, options.pairs), Pairs::new(&test, usize::MAX));
    println!("{}\n", Siamese::summary());
    let mut network = Siamese::new(1);
    let history = Trainer::new(BinaryCrossEntropy::new(), Adam::new(1e-3))
        .epochs(options.epochs)
        .batch_size(32)
        .metric(BinaryAccuracy::new())
        .validate_on(&test.batch())
        .fit(&mut network, &train.batch())?;
    println!("{history}");
    let logits = network.predict_batch(test.batch().0)?;
    let right = BinaryAccuracy::new().of(&logits, &test.same)?;
    println!("\n{:.1} % of {} pairs of unseen digits are told right", 100.0 * right, test.same.len());
    Ok(())
}
