//! Handwritten digits: a network declared in a few lines, trained on the real MNIST, measured on its test images.

use clap::{Parser, ValueEnum};
use formwork::{data::Image, kind::RawScores, prelude::*, tensor::zeroed_vec};

network! {
    pub struct Cnn(image: [1, 28, 28]) -> [10] {
        image
            -> conv1: Conv2d(32, kernel: 3) -> Relu -> MaxPool2d(2)
            -> conv2: Conv2d(64, kernel: 3) -> Relu -> MaxPool2d(2)
            -> Flatten
            -> hidden: Dense(128) -> Relu
            -> logits: Dense(10)
    }
    pub struct Mlp(image: [1, 28, 28]) -> [10] {
        image -> Flatten -> hidden: Dense(64) -> Relu -> logits: Dense(10)
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Model {
    Cnn,
    Mlp,
}

#[derive(Parser)]
struct Options {
    #[arg(long, value_enum, default_value = "cnn")]
    model: Model,
    #[arg(long, default_value_t = 2)]
    epochs: usize,
    #[arg(long, default_value_t = 32)]
    batch_size: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder with the four files of MNIST
    #[arg(long, default_value = "examples/data/mnist")]
    data: std::path::PathBuf,
    /// Train on the first images only
    #[arg(long, default_value_t = usize::MAX, hide_default_value = true)]
    train_limit: usize,
    #[arg(long)]
    json: bool,
}

fn main() -> formwork::Result<()> {
    let options = Options::parse();
    match options.model {
        Model::Cnn => run("cnn", Cnn::new(options.seed), &options),
        Model::Mlp => run("mlp", Mlp::new(options.seed), &options),
    }
}

fn run<N>(model: &str, mut network: Box<N>, options: &Options) -> formwork::Result<()>
where
    N: SingleInput<Sample = Image, Output = SVector<f32, 10>, Kind = RawScores>,
{
    let (train, test) = formwork::data::mnist(&options.data)?;
    println!("{}\n", formwork::report::summary(N::GRAPH));
    let history = Trainer::new(CrossEntropy::new(), Adam::new(1e-3))
        .epochs(options.epochs)
        .batch_size(options.batch_size)
        .seed(options.seed)
        .metric(Accuracy)
        .validate_on(&test)
        .fit(&mut network, &train.take(options.train_limit))?;
    let mut scores = zeroed_vec(test.len());
    network.predict_selected(N::batch(&test.inputs), Selection::All, &mut scores, &mut Workspace::new())?;
    let accuracy = Accuracy.of(&scores, &test.targets)?;
    println!("{history}\n\n{:.2} % of {} test images are right", 100.0 * accuracy, test.len());
    history.plot("target/mnist/history.svg")?;
    network.save("target/mnist/mnist.safetensors")?;
    if options.json {
        let line = serde_json::json!({ "model": model, "epochs": options.epochs, "test_accuracy": accuracy,
                                       "train_seconds": history.seconds(), "parameters": N::PARAMETERS });
        println!("{line}");
    }
    Ok(())
}
