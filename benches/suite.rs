//! The fixed suite: the workloads that every peer runs, under the same names, one JSON line each.
//!
//! `cargo bench --bench suite -- --workload mlp_seed --threads 1`

mod workloads;

use clap::Parser;
use formwork::prelude::*;
use std::hint::black_box;
use std::time::{Duration, Instant};
use workloads::{CnnCifar, CnnMnist, MlpSeed, MlpTiny, MlpWide, ResBlock, Step, classes, inputs};

/// Times training steps and predictions of the fixed workloads.
#[derive(Parser)]
struct Options {
    /// Which workloads, separated by commas; all of them without it.
    #[arg(long)]
    workload: Option<String>,
    /// Threads to run on.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// The least time that each measurement takes.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// What `cargo bench` passes to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    formwork::set_threads(options.threads);
    let wanted = |name: &str| options.workload.as_ref().is_none_or(|w| w.split(',').any(|w| w == name));
    let run = Run { threads: options.threads, seconds: options.seconds };
    if wanted("mlp_tiny") {
        let targets = inputs(32);
        let step = Step::new(MlpTiny::new(7), MeanSquaredError::new(), Sgd::new(1e-2));
        run.workload("mlp_tiny", step, &inputs(32), &targets);
    }
    if wanted("mlp_seed") {
        let step = Step::new(MlpSeed::new(7), CrossEntropy::new(), Adam::new(1e-3));
        run.workload("mlp_seed", step, &inputs(32), &classes(32));
    }
    if wanted("mlp_wide") {
        let step = Step::new(MlpWide::new(7), CrossEntropy::new(), Adam::new(1e-3));
        run.workload("mlp_wide", step, &inputs(128), &classes(128));
    }
    if wanted("cnn_mnist") {
        let step = Step::new(CnnMnist::new(7), CrossEntropy::new(), Adam::new(1e-3));
        run.workload("cnn_mnist", step, &inputs(32), &classes(32));
    }
    if wanted("cnn_cifar") {
        let step = Step::new(CnnCifar::new(7), CrossEntropy::new(), Adam::new(1e-3));
        run.workload("cnn_cifar", step, &inputs(32), &classes(32));
    }
    if wanted("resblock") {
        let step = Step::new(ResBlock::new(7), CrossEntropy::new(), Sgd::new(1e-2).momentum(0.9));
        run.workload("resblock", step, &inputs(32), &classes(32));
    }
}

struct Run {
    threads: usize,
    seconds: f64,
}

impl Run {
    fn workload<N, L, O, Y>(&self, name: &str, mut step: Step<N, L, O>, inputs: &[N::Sample], targets: &[Y])
    where
        N: for<'a> Network<Batch<'a> = &'a [<N as Network>::Sample], Scalar = f32>,
        N::Sample: Tensor<Scalar = f32>,
        L: Loss<N::Output, Y>,
        O: Optimizer,
    {
        let mut loss = 0.0;
        let train = self.time(|| loss = step.run(inputs, targets));
        let network = step.network.duplicate();
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
        println!(
            "{{\"workload\":\"{name}\",\"peer\":\"formwork\",\"threads\":{},\"batch\":{},\"train_us\":{train:.3},\
             \"infer1_us\":{infer1:.3},\"inferB_us\":{infer_b:.3},\"loss\":{loss:.4}}}",
            self.threads,
            inputs.len()
        );
    }

    /// The median time of one call in microseconds, over samples of at least 20 µs.
    fn time(&self, mut call: impl FnMut()) -> f64 {
        let warm = Duration::from_secs_f64(self.seconds.min(0.3));
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
        while samples.len() < 30 || start.elapsed().as_secs_f64() < self.seconds {
            let sample = Instant::now();
            for _ in 0..group {
                call();
            }
            samples.push(sample.elapsed().as_secs_f64() * 1e6 / f64::from(group));
        }
        samples.sort_by(f64::total_cmp);
        samples[samples.len() / 2]
    }
}
