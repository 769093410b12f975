//! A small residual network (He and others, 2016) on MNIST, or on CIFAR-10 where a user has its binary files:
//! `--data DIR` names the folder with `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`.

use clap::Parser;
use formwork::{kind::RawScores, prelude::*, tensor::zeroed_vec};

network! {
    block Same(channels)(x: [channels, h, w]) -> [channels, h, w] {
        x + (x -> conv1: Conv2d(channels, kernel: 3, padding: 1, bias: false) -> bn1: BatchNorm2d -> Relu
               -> conv2: Conv2d(channels, kernel: 3, padding: 1, bias: false) -> bn2: BatchNorm2d) -> Relu
    }
    block Halve(channels)(x: [c, h, w]) -> [channels, h / 2, w / 2] {
        let y = x -> conv1: Conv2d(channels, kernel: 3, stride: 2, padding: 1, bias: false) -> bn1: BatchNorm2d -> Relu
                  -> conv2: Conv2d(channels, kernel: 3, padding: 1, bias: false) -> bn2: BatchNorm2d;
        y + (x -> shortcut: Conv2d(channels, kernel: 1, stride: 2, bias: false) -> BatchNorm2d) -> Relu
    }
    block Body(classes)(image: [c, h, w]) -> [classes] {
        image -> stem: Conv2d(16, kernel: 3, padding: 1, bias: false) -> BatchNorm2d -> Relu
            -> layer1: [Same(16); 2] -> Halve(32) -> layer2: Same(32) -> Halve(64) -> layer3: Same(64)
            -> GlobalAvgPool2d -> Dense(classes)
    }
    pub struct Grey(image: [1, 28, 28]) -> [10] { image -> body: Body(10) }
    pub struct Colour(image: [3, 32, 32]) -> [10] { image -> body: Body(10) }
}

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 2)]
    epochs: usize,
    /// A folder with CIFAR-10's binary files
    #[arg(long)]
    data: Option<std::path::PathBuf>,
    #[arg(long, default_value_t = 20_000)]
    train_limit: usize,
}

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;
type Images<N> = Dataset<<N as Network>::Sample, Index<10>>;

fn main() -> Fallible<()> {
    let options = Options::parse();
    if let Some(folder) = &options.data {
        let train: Vec<_> = (1..=5).map(|i| folder.join(format!("data_batch_{i}.bin"))).collect();
        return run(Colour::new(1), cifar10(&train)?, &cifar10(&[folder.join("test_batch.bin")])?, &options);
    }
    let (train, test) = formwork::data::mnist("examples/data/mnist")?;
    run(Grey::new(1), train, &test, &options)
}

/// Each record is a class and 3 × 32 × 32 bytes.
fn cifar10(files: &[std::path::PathBuf]) -> Fallible<Images<Colour>> {
    let (mut images, mut classes) = (Vec::new(), Vec::new());
    for file in files {
        for record in std::fs::read(file)?.chunks_exact(1 + 3 * 32 * 32) {
            classes.push(Index::new(record[0].into())?);
            let plane = |c: usize| record[1 + 1024 * c..][..1024].iter().map(|&byte| f32::from(byte) / 255.0);
            images.push([0, 1, 2].map(|c| SMatrix::from_iterator(plane(c))));
        }
    }
    Ok(Dataset::new(images, classes)?)
}

fn run<N>(mut network: Box<N>, train: Images<N>, test: &Images<N>, options: &Options) -> Fallible<()>
where
    N: SingleInput<Output = SVector<f32, 10>, Kind = RawScores>,
{
    let history = Trainer::new(CrossEntropy::new(), Sgd::new(0.05).momentum(0.9).weight_decay(1e-4))
        .epochs(options.epochs)
        .batch_size(64)
        .metric(Accuracy)
        .fit(&mut network, &train.take(options.train_limit))?;
    let mut scores = zeroed_vec(test.len());
    network.predict_selected(N::batch(&test.inputs), Selection::All, &mut scores, &mut Workspace::new())?;
    println!(
        "{history}\n\n{:.2} % of the test images are right",
        100.0 * Accuracy.of(&scores, &test.targets)?
    );
    Ok(())
}
