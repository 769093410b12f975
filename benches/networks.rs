//! Whole networks: a training step, and predictions for one sample and for a batch.

mod workloads;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use formwork::prelude::*;
use std::hint::black_box;
use workloads::{CnnCifar, CnnMnist, MlpSeed, MlpTiny, MlpWide, ResBlock, Step, classes, inputs};

/// Measures one network over a batch that stays in memory.
fn network<N, L, O, Y>(
    c: &mut Criterion,
    name: &str,
    mut step: Step<N, L, O>,
    inputs: &[N::Sample],
    targets: &[Y],
) where
    N: for<'a> Network<Batch<'a> = &'a [<N as Network>::Sample], Scalar = f32>,
    L: Loss<N::Output, Y>,
    O: Optimizer,
{
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(inputs.len() as u64));
    group.bench_function(format!("train_{}", inputs.len()), |b| b.iter(|| step.run(inputs, targets)));
    let network = step.network.duplicate();
    let mut workspace = Workspace::new();
    for samples in [1, inputs.len()] {
        let mut outputs = formwork::tensor::zeroed_vec::<N::Output>(samples);
        group.throughput(Throughput::Elements(samples as u64));
        group.bench_function(format!("predict_{samples}"), |b| {
            b.iter(|| {
                let batch = black_box(&inputs[..samples]);
                network
                    .predict_selected(batch, Selection::All, &mut outputs, &mut workspace)
                    .expect("a batch");
            });
        });
    }
    group.finish();
}

fn networks(c: &mut Criterion) {
    // One thread: what a kernel costs, not how many there are.
    formwork::set_threads(1);
    let tiny = Step::new(MlpTiny::new(7), MeanSquaredError::new(), Sgd::new(1e-2));
    network(c, "mlp_tiny", tiny, &inputs(32), &inputs(32));
    let seed = Step::new(MlpSeed::new(7), CrossEntropy::new(), Adam::new(1e-3));
    network(c, "mlp_seed", seed, &inputs(32), &classes(32));
    let wide = Step::new(MlpWide::new(7), CrossEntropy::new(), Adam::new(1e-3));
    network(c, "mlp_wide", wide, &inputs(128), &classes(128));
    let mnist = Step::new(CnnMnist::new(7), CrossEntropy::new(), Adam::new(1e-3));
    network(c, "cnn_mnist", mnist, &inputs(32), &classes(32));
    let cifar = Step::new(CnnCifar::new(7), CrossEntropy::new(), Adam::new(1e-3));
    network(c, "cnn_cifar", cifar, &inputs(32), &classes(32));
    let resblock = Step::new(ResBlock::new(7), CrossEntropy::new(), Sgd::new(1e-2).momentum(0.9));
    network(c, "resblock", resblock, &inputs(32), &classes(32));
}

criterion_group!(benches, networks);
criterion_main!(benches);
