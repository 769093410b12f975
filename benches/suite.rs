//! The fixed suite: the workloads that every peer runs, under the same names, one JSON line each.
//!
//! `cargo bench --bench suite -- --workload mlp_seed --threads 1`
//!
//! With `--check FOLDER` nothing is timed: weights and batches are read from files that `benches/compare.py --prepare`
//! writes, and the losses of five steps printed, which are to agree with every peer's.

mod workloads;

use clap::Parser;
use formwork::prelude::*;
use std::cell::OnceCell;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use workloads::adversaries::Adversaries;
use workloads::{
    Average, CnnCifar, CnnMnist, Discriminator, Generator, GeneratorGiven, GruClasses, LstmClasses, MlpSeed,
    MlpTiny, MlpWide, ResBlock, RnnClasses, Step, Transformer, Vae, VaeGiven, VaeGivenBatch, VaeMean,
    classes, inputs, peak, texts,
};

/// Times training steps and predictions of the fixed workloads.
#[derive(Parser)]
struct Options {
    /// Which workloads, separated by commas; all networks without it (`adam_10m` and `fit_mnist` want to be named).
    #[arg(long)]
    workload: Option<String>,
    /// Threads to run on.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// The least time that each measurement takes.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// A folder of weights and batches from which to print the losses of five steps.
    #[arg(long)]
    check: Option<PathBuf>,
    /// What `cargo bench` passes to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    formwork::set_threads(options.threads);
    let run = Run { peak: peak::gflops() * options.threads as f64, adam: OnceCell::new(), options };
    let (cross_entropy, adam) = (CrossEntropy::new, || Adam::new(1e-3));
    run.network("mlp_tiny", 0.001, MlpTiny::new(7), MeanSquaredError::new(), Sgd::new(1e-2), inputs(32));
    run.network("mlp_seed", 6.5, MlpSeed::new(7), cross_entropy(), adam(), classes(32));
    run.network("mlp_wide", 411.0, MlpWide::new(7), cross_entropy(), adam(), classes(128));
    run.network("cnn_mnist", 493.0, CnnMnist::new(7), cross_entropy(), adam(), classes(32));
    run.network("cnn_cifar", 824.0, CnnCifar::new(7), cross_entropy(), adam(), classes(32));
    let momentum = Sgd::new(1e-2).momentum(0.9);
    run.network("resblock", 2567.0, ResBlock::new(7), cross_entropy(), momentum, classes(32));
    run.network("rnn", 59.0, RnnClasses::new(7), cross_entropy(), adam(), classes(32));
    run.network("gru", 176.0, GruClasses::new(7), cross_entropy(), adam(), classes(32));
    run.network("lstm", 235.0, LstmClasses::new(7), cross_entropy(), adam(), classes(32));
    run.vae();
    run.gan();
    run.transformer();
    run.adam();
    run.fit();
}

struct Run {
    options: Options,
    /// Multiply-adds that wait for nothing, in GFLOP/s.
    peak: f64,
    /// The bytes that Adam alone moves, in GB/s.
    adam: OnceCell<f64>,
}

/// What a step cannot do without.
struct Work {
    /// Millions of operations: two for each multiply-add, forward, by the weights, and by the inputs of all layers but
    /// the first.
    mflop: f64,
    /// The parameters, of which each costs Adam 28 bytes: four values read and three written.
    parameters: usize,
}

/// Millions of operations, and the parameters of a network.
fn work<N: Network>(mflop: f64) -> Work {
    Work { mflop, parameters: N::PARAMETERS }
}

/// The times of one call, in microseconds.
struct Times {
    least: f64,
    median: f64,
    p99: f64,
}

impl Run {
    fn wanted(&self, name: &str, unasked: bool) -> bool {
        self.options.workload.as_ref().map_or(unasked, |w| w.split(',').any(|w| w == name))
    }

    /// A network that a loss compares with targets; see `Work` for `mflop`.
    fn network<N, L, O, Y>(
        &self,
        name: &str,
        mflop: f64,
        network: Box<N>,
        loss: L,
        optimizer: O,
        targets: Vec<Y>,
    ) where
        N: for<'a> Network<Batch<'a> = &'a [<N as Network>::Sample], Scalar = f32>,
        N::Sample: Tensor<Scalar = f32> + Clone,
        L: Loss<N::Output, Y>,
        O: Optimizer,
        Y: Target,
    {
        if !self.wanted(name, true) {
            return;
        }
        let mut step = Step::new(network, loss, optimizer);
        if let Some(folder) = &self.options.check {
            let batch = Batch::of(folder, name);
            step.network.load(folder.join(format!("{name}.safetensors"))).expect("weights of this network");
            let (inputs, targets) = (batch.samples::<N::Sample>("x"), Y::of(&batch));
            return losses(name, || step.run(&inputs, &targets));
        }
        let inputs = inputs(targets.len());
        let first = Instant::now();
        step.run(&inputs, &targets);
        let first = first.elapsed();
        let network = step.network.duplicate();
        self.report(name, &work::<N>(mflop), first, (|| step.run(&inputs, &targets), &*network), &inputs);
    }

    /// Measures training and predictions.
    fn report<N>(
        &self,
        name: &str,
        work: &Work,
        first: Duration,
        (mut train, network): (impl FnMut() -> f64, &N),
        inputs: &[N::Sample],
    ) where
        N: for<'a> Network<Batch<'a> = &'a [<N as Network>::Sample], Scalar = f32>,
    {
        let mut loss = 0.0;
        let train = self.time(|| loss = train());
        let mut workspace = Workspace::new();
        let mut one = formwork::tensor::zeroed_vec::<N::Output>(1);
        let mut all = formwork::tensor::zeroed_vec::<N::Output>(inputs.len());
        let mut predict = |inputs: &[N::Sample], outputs: &mut [N::Output]| {
            let done = network.predict_selected(black_box(inputs), Selection::All, outputs, &mut workspace);
            done.expect("a good batch");
            black_box(outputs);
        };
        let infer1 = self.time(|| predict(&inputs[..1], &mut one));
        let infer_b = self.time(|| predict(inputs, &mut all));
        let memory = peak_memory();
        let least = |rate: f64, work: f64| if rate > 0.0 { work / rate } else { 0.0 };
        let multiply = least(self.peak, 1e3 * work.mflop);
        let limit =
            multiply + least(*self.adam.get_or_init(|| self.adam_rate().1), 28e-3 * work.parameters as f64);
        println!(
            "{{\"workload\":\"{name}\",\"peer\":\"formwork\",\"threads\":{},\"batch\":{},\"train_us\":{:.3},\"train_least_us\":{:.3},\
             \"infer1_us\":{:.3},\"infer1_p99_us\":{:.3},\"inferB_us\":{:.3},\"first_us\":{:.0},\"loss\":{loss:.4},\
             \"peak_gflops\":{:.1},\"share_of_peak\":{:.3},\"share_of_limit\":{:.3},\"peak_memory_kib\":{memory}}}",
            self.options.threads,
            inputs.len(),
            train.median,
            train.least,
            infer1.median,
            infer1.p99,
            infer_b.median,
            first.as_secs_f64() * 1e6,
            self.peak,
            multiply / train.median,
            limit / train.median,
        );
    }

    fn vae(&self) {
        if !self.wanted("vae", true) {
            return;
        }
        if let Some(folder) = &self.options.check {
            let batch = Batch::of(folder, "vae");
            let mut step = Step::new(VaeGiven::new(7), Average, Adam::new(1e-3));
            step.network.load(folder.join("vae.safetensors")).expect("weights of this network");
            let (x, noise) = (batch.samples("x"), batch.samples("noise"));
            let targets = vec![(); x.len()];
            return losses("vae", || step.run(VaeGivenBatch { x: &x, noise: &noise }, &targets));
        }
        let (x, targets) = (inputs(128), [(); 128]);
        let mut step = Step::new(Vae::new(7), Average, Adam::new(1e-3));
        let first = Instant::now();
        step.run(&x, &targets);
        let first = first.elapsed();
        self.report("vae", &work::<Vae>(420.0), first, (|| step.run(&x, &targets), &*VaeMean::new(7)), &x);
    }

    fn gan(&self) {
        if !self.wanted("gan", true) {
            return;
        }
        if let Some(folder) = &self.options.check {
            let batch = Batch::of(folder, "gan");
            let (mut generator, mut discriminator) = (GeneratorGiven::new(7), Discriminator::new(7));
            generator.load(folder.join("gan.g.safetensors")).expect("weights of this network");
            discriminator.load(folder.join("gan.d.safetensors")).expect("weights of this network");
            let mut both = Adversaries::new(generator, discriminator, &batch.samples("x"));
            let z = batch.samples("noise");
            return losses("gan", || both.run(&z));
        }
        let zeros = formwork::tensor::zeroed_vec(64);
        let mut both = Adversaries::new(Generator::new(7), Discriminator::new(8), &inputs(64));
        let first = Instant::now();
        both.run(&zeros);
        let first = first.elapsed();
        let parameters = Generator::PARAMETERS + Discriminator::PARAMETERS;
        self.report(
            "gan",
            &Work { mflop: 118.0, parameters },
            first,
            (|| both.run(&zeros), &*Generator::new(7)),
            &zeros,
        );
    }

    fn transformer(&self) {
        if !self.wanted("transformer", true) {
            return;
        }
        let mut step =
            Step::new(Transformer::new(7), CrossEntropy::new(), AdamW::new(1e-3).weight_decay(0.01));
        if let Some(folder) = &self.options.check {
            let batch = Batch::of(folder, "transformer");
            step.network.load(folder.join("transformer.safetensors")).expect("weights of this network");
            let (x, y) = (batch.texts("x"), batch.texts("y"));
            return losses("transformer", || step.run(&x, &y));
        }
        let (x, y) = (texts(16), texts(17));
        let first = Instant::now();
        step.run(&x, &y[1..]);
        let first = first.elapsed();
        let network = step.network.duplicate();
        // What no query sees is not counted.
        self.report(
            "transformer",
            &work::<Transformer>(681.0),
            first,
            (|| step.run(&x, &y[1..]), &*network),
            &x,
        );
    }

    /// One step of Adam over ten million parameters.
    fn adam(&self) {
        if !self.wanted("adam_10m", false) {
            return;
        }
        let (median, rate) = self.adam_rate();
        println!(
            "{{\"workload\":\"adam_10m\",\"peer\":\"formwork\",\"threads\":{},\"train_us\":{median:.1},\"gbs\":{rate:.2}}}",
            self.options.threads,
        );
    }

    /// The microseconds of one step of Adam over ten million parameters, and the GB/s that it moves.
    fn adam_rate(&self) -> (f64, f64) {
        use formwork::optimizers::Optimizer as _;
        let adam = Adam::new(1e-3);
        let (mut network, gradient) = (workloads::TenMillion::new(7), workloads::TenMillion::new(8));
        let mut state = adam.start(&*network);
        let step = self.time(|| adam.step(&mut state, &mut network, &gradient)).median;
        (step, 28e-3 * workloads::TenMillion::PARAMETERS as f64 / step)
    }

    /// An epoch of 60,000 images as the trainer runs it, beside the bare steps.
    fn fit(&self) {
        if self.wanted("fit_mnist", false) {
            self.epoch("fit_mnist", CnnMnist::new);
        }
        if self.wanted("fit_seed", false) {
            self.epoch("fit_seed", MlpSeed::new);
        }
    }

    fn epoch<N>(&self, name: &str, new: impl Fn(u64) -> Box<N>)
    where
        N: for<'a> Network<Batch<'a> = &'a [<N as Network>::Sample], Scalar = f32>,
        N: Network<Output = nalgebra::SVector<f32, 10>>,
        N::Sample: Tensor<Scalar = f32> + Clone,
        N::Kind: formwork::losses::TakenBy<CrossEntropy>,
        Dataset<N::Sample, Index<10>>: formwork::train::Examples<N, Target = Index<10>>,
    {
        let data = Dataset::new(inputs::<N::Sample>(60_000), classes(60_000)).expect("as many classes");
        let mut network = new(7);
        let start = Instant::now();
        Trainer::new(CrossEntropy::new(), Adam::new(1e-3))
            .epochs(1)
            .batch_size(32)
            .metric(Accuracy)
            .fit(&mut network, &data)
            .expect("a good data set");
        let epoch = start.elapsed().as_secs_f64();
        let mut step = Step::new(new(7), CrossEntropy::new(), Adam::new(1e-3));
        let (inputs, targets) = (inputs::<N::Sample>(32), classes(32));
        let bare = self.time(|| {
            step.run(&inputs, &targets);
        });
        println!(
            "{{\"workload\":\"{name}\",\"peer\":\"formwork\",\"threads\":{},\"seconds\":{epoch:.3},\"bare_seconds\":{:.3}}}",
            self.options.threads,
            bare.median * 1875e-6
        );
    }

    /// The times of one call, over samples of at least 20 µs.
    fn time(&self, mut call: impl FnMut()) -> Times {
        let seconds = self.options.seconds;
        let warm = Duration::from_secs_f64(seconds.min(0.3));
        let start = Instant::now();
        let mut calls = 0u32;
        while calls < 3 || start.elapsed() < warm {
            call();
            calls += 1;
        }
        let each = start.elapsed().as_secs_f64() / f64::from(calls);
        let group = ((20e-6 / each).ceil() as u32).max(1);
        let mut samples = Vec::with_capacity(4096);
        let start = Instant::now();
        while samples.len() < 30 || start.elapsed().as_secs_f64() < seconds {
            let sample = Instant::now();
            for _ in 0..group {
                call();
            }
            samples.push(sample.elapsed().as_secs_f64() * 1e6 / f64::from(group));
        }
        samples.sort_by(f64::total_cmp);
        Times {
            least: samples[0],
            median: samples[samples.len() / 2],
            p99: samples[samples.len() * 99 / 100],
        }
    }
}

/// The losses of five steps.
fn losses(name: &str, mut step: impl FnMut() -> f64) {
    let losses = [(); 5].map(|()| step());
    println!("{{\"workload\":\"{name}\",\"peer\":\"formwork\",\"losses\":{losses:?}}}");
}

/// The most memory that the process has held so far, in KiB; 0 where the system does not say.
fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// A batch from a file.
struct Batch(Vec<u8>);

impl Batch {
    fn of(folder: &Path, name: &str) -> Self {
        Batch(std::fs::read(folder.join(format!("{name}.batch.safetensors"))).expect("a batch"))
    }

    fn bytes(&self, name: &str) -> Vec<[u8; 4]> {
        let file = safetensors::SafeTensors::deserialize(&self.0).expect("a file of tensors");
        file.tensor(name).expect("a tensor of the batch").data().as_chunks::<4>().0.to_vec()
    }

    fn texts(&self, name: &str) -> Vec<[Index<65>; 64]> {
        let letters = self.bytes(name).into_iter().map(u32::from_le_bytes);
        let letters: Vec<_> = letters.map(|letter| Index::new(letter as usize).expect("below 65")).collect();
        letters.as_chunks().0.to_vec()
    }

    fn samples<X: Tensor<Scalar = f32> + Clone>(&self, name: &str) -> Vec<X> {
        let scalars: Vec<f32> = self.bytes(name).into_iter().map(f32::from_le_bytes).collect();
        scalars
            .chunks_exact(X::zeroed().scalars().len())
            .map(|scalars| {
                let mut x = X::zeroed();
                x.scalars_mut().copy_from_slice(scalars);
                (*x).clone()
            })
            .collect()
    }
}

/// What a network is to answer.
trait Target: Sized {
    fn of(batch: &Batch) -> Vec<Self>;
}

impl Target for Index<10> {
    fn of(batch: &Batch) -> Vec<Self> {
        let classes = batch.bytes("y").into_iter().map(u32::from_le_bytes);
        classes.map(|class| Index::new(class as usize).expect("below ten")).collect()
    }
}

impl Target for nalgebra::SVector<f32, 1> {
    fn of(batch: &Batch) -> Vec<Self> {
        batch.samples("y")
    }
}
