//! Linear regression on the diabetes data: descent finds what the normal equations give in closed form.

use clap::Parser;
use formwork::data::csv::Table;
use formwork::prelude::*;

network! {
    pub struct Line<T>(x: [10]) -> [1] {
        x -> line: Dense(1)
    }
}

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 1000)]
    epochs: usize,
    #[arg(long, default_value = "examples/data/diabetes.csv")]
    data: std::path::PathBuf,
}

fn main() -> formwork::Result<()> {
    let options = Options::parse();
    let table = Table::read(&options.data)?;
    let data = Dataset::new(table.all_but::<f64, 10>(&["target"])?, table.numbers::<f64, 1>(["target"])?)?;
    let (mut train, mut test) = data.split_every(5);
    let scale = Standardizer::fit(&train.inputs)?;
    scale.apply(&mut train.inputs);
    scale.apply(&mut test.inputs);

    let mut line = Line::<f64>::new(1);
    Trainer::new(MeanSquaredError::new(), Sgd::new(0.4).momentum(0.9))
        .epochs(options.epochs)
        .batch_size(train.len())
        .quiet()
        .fit(&mut line, &train)?;

    let exact = closed_form(&train);
    let learned = line.tensor("line.weight")?.iter().chain(line.tensor("line.bias")?);
    println!("{:>8}  {:>14}  {:>14}", "", "learned", "closed form");
    let mut off = 0f64;
    for ((name, learned), exact) in
        table.columns()[..10].iter().map(String::as_str).chain(["bias"]).zip(learned).zip(&exact)
    {
        println!("{name:>8}  {learned:14.8}  {exact:14.8}");
        off = off.max((learned - exact).abs());
    }
    let loss =
        MeanSquaredError::new().value(&line.predict_batch(&test.inputs), &test.targets, Selection::All)?;
    println!(
        "\nlargest difference {off:.1e}; root of the mean squared error on the test rows {:.2}",
        loss.sqrt()
    );
    Ok(())
}

/// Weights and bias that minimise the squared error: the solution of `Σ x xᵀ w = Σ x y`, with a 1 at the end of each `x`.
fn closed_form(data: &Dataset<SVector<f64, 10>, SVector<f64, 1>>) -> SVector<f64, 11> {
    let (mut square, mut right) = (SMatrix::<f64, 11, 11>::zeros(), SVector::<f64, 11>::zeros());
    for (x, y) in data.iter() {
        let x = x.push(1.0);
        square += x * x.transpose();
        right += x * y[0];
    }
    square.cholesky().map_or(SVector::repeat(f64::NAN), |factor| factor.solve(&right))
}
