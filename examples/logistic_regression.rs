//! Logistic regression on the breast cancer data: descent finds what Newton's method finds.

use clap::Parser;
use formwork::data::csv::Table;
use formwork::prelude::*;

network! {
    pub struct Logistic<T>(x: [30]) -> [1] {
        x -> line: Dense(1)
    }
}

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 1500)]
    epochs: usize,
    /// How strongly weights and bias are drawn to zero
    #[arg(long, default_value_t = 0.01)]
    decay: f64,
    #[arg(long, default_value = "examples/data/breast_cancer.csv")]
    data: std::path::PathBuf,
}

type Data = Dataset<SVector<f64, 30>, SVector<f64, 1>>;

fn main() -> formwork::Result<()> {
    let options = Options::parse();
    let table = Table::read(&options.data)?;
    let data = Data::new(table.all_but(&["label"])?, table.numbers(["label"])?)?;
    let (mut train, mut test) = data.split_every(5);
    let scale = Standardizer::fit(&train.inputs)?;
    scale.apply(&mut train.inputs);
    scale.apply(&mut test.inputs);

    let mut logistic = Logistic::<f64>::new(1);
    let history =
        Trainer::new(BinaryCrossEntropy::new(), Sgd::new(0.5).momentum(0.9).weight_decay(options.decay))
            .epochs(options.epochs)
            .batch_size(train.len())
            .metric(BinaryAccuracy::new())
            .validate_on(&test)
            .quiet()
            .fit(&mut logistic, &train)?;

    let exact = newton(&train, options.decay);
    let learned = logistic.tensor("line.weight")?.iter().chain(logistic.tensor("line.bias")?);
    println!("{:>24}  {:>12}  {:>12}", "", "learned", "Newton");
    let mut off = 0f64;
    for ((name, learned), exact) in
        table.columns()[..30].iter().map(String::as_str).chain(["bias"]).zip(learned).zip(&exact)
    {
        println!("{name:>24}  {learned:12.8}  {exact:12.8}");
        off = off.max((learned - exact).abs());
    }
    println!("\nlargest difference {off:.1e}");
    if let Some(scores) = history.last().and_then(|epoch| epoch.validation.as_ref()) {
        println!("{:.1} % of the test rows are right", 100.0 * scores.metrics[0]);
    }
    Ok(())
}

/// The minimum of the mean cross-entropy plus `decay / 2 · |w|²` by Newton's method, with a 1 at the end of each `x`.
fn newton(data: &Data, decay: f64) -> SVector<f64, 31> {
    let mut w = SVector::<f64, 31>::zeros();
    for _ in 0..25 {
        let (mut slope, mut curve) = (w * decay, SMatrix::<f64, 31, 31>::identity() * decay);
        for (x, y) in data.iter() {
            let x = x.push(1.0);
            let p = 1.0 / (1.0 + (-w.dot(&x)).exp());
            slope += x * ((p - y[0]) / data.len() as f64);
            curve += x * x.transpose() * (p * (1.0 - p) / data.len() as f64);
        }
        w -= curve.cholesky().map_or(SVector::repeat(f64::NAN), |factor| factor.solve(&slope));
    }
    w
}
