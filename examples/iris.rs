//! Three kinds of iris by four measures: the shortest way from a table to a trained classifier.

use clap::Parser;
use formwork::data::csv::Table;
use formwork::prelude::*;

network! {
    pub struct Iris(measures: [4]) -> [3] {
        measures -> hidden: Dense(16) -> Relu -> scores: Dense(3)
    }
}

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 30)]
    epochs: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value = "examples/data/iris.csv")]
    data: std::path::PathBuf,
}

fn main() -> formwork::Result<()> {
    let options = Options::parse();
    let table = Table::read(&options.data)?;
    let data = Dataset::new(table.all_but::<f32, 4>(&["label"])?, table.classes::<3>("label")?)?;
    // The table is sorted by kind, so every fifth row is kept for the test.
    let (mut train, mut test) = data.split_every(5);
    let scale = Standardizer::fit(&train.inputs)?;
    scale.apply(&mut train.inputs);
    scale.apply(&mut test.inputs);

    let mut iris = Iris::new(options.seed);
    println!("{}\n", Iris::summary());
    let history = Trainer::new(CrossEntropy::new(), Adam::new(0.01))
        .epochs(options.epochs)
        .batch_size(16)
        .seed(options.seed)
        .metric(Accuracy)
        .validate_on(&test)
        .fit(&mut iris, &train)?;
    println!("{history}\n");

    let names = ["setosa", "versicolor", "virginica"];
    for (measures, truth) in test.iter().step_by(6) {
        let answer = iris.predict(measures).imax();
        println!("{:>10} taken for {}", names[truth.get()], names[answer]);
    }
    let accuracy = Accuracy.of(&iris.predict_batch(&test.inputs), &test.targets)?;
    println!("\n{:.1} % of {} test rows are right", 100.0 * accuracy, test.len());
    Ok(())
}
