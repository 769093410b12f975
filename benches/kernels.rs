//! The kernels, forward and backward, with the rate of multiply-adds (`elem/s`; twice that is FLOP/s) or of bytes, and
//! before each the share of what the machine can do: of multiply-adds that wait for nothing, or of a copy of as many bytes.

#[path = "workloads/peak.rs"]
mod peak;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use formwork::layers::activation::{Activation, ActivationSpec};
use formwork::layers::batch_norm::BatchNormSpec;
use formwork::layers::conv2d::Conv2dSpec;
use formwork::layers::dense::DenseSpec;
use formwork::layers::map::Function::{Add, Multiply, Sigmoid, Subtract};
use formwork::layers::map::Source::{Input, Number, Register};
use formwork::layers::map::{Function, MapSpec, Op, Program, Reads, Source};
use formwork::layers::max_pool2d::MaxPool2dSpec;
use formwork::layers::{Backward, Forward, Layer, Mode};
use formwork::noise::{Noise, Stream};
use rand::RngExt;
use std::hint::black_box;
use std::time::Instant;

/// The sizes of one layer over one batch.
struct Sizes {
    samples: usize,
    parameters: usize,
    input: usize,
    output: usize,
    /// Scalars that forward leaves for backward.
    saved: usize,
    scratch: usize,
    /// Multiply-adds of a sample; without any, the kernel waits for memory.
    multiply_adds: usize,
}

/// The time of the fastest of some calls, in seconds.
fn fastest(mut call: impl FnMut()) -> f64 {
    let once = |call: &mut dyn FnMut()| {
        let start = Instant::now();
        call();
        start.elapsed().as_secs_f64()
    };
    (0..20).map(|_| once(&mut call)).fold(f64::INFINITY, f64::min)
}

/// Says how near a kernel comes to what the machine can do.
fn roofline(name: &str, work: &Throughput, call: impl FnMut()) {
    match *work {
        Throughput::Elements(n) => {
            let (rate, peak) = (2e-9 * n as f64 / fastest(call), peak::gflops());
            if peak > 0.0 {
                println!("{name}: {rate:.1} GFLOP/s, {:.0} % of {peak:.0}", 100.0 * rate / peak);
            }
        }
        Throughput::Bytes(n) => {
            let (from, mut to) = (drawn(n as usize / 8), vec![0.0; n as usize / 8]);
            let copy = fastest(|| to.copy_from_slice(black_box(&from)));
            let time = fastest(call);
            let rate = 1e-9 * n as f64 / time;
            println!("{name}: {rate:.1} GB/s, {:.0} % of a copy of as many bytes", 100.0 * copy / time);
        }
        _ => {}
    }
}

fn drawn(len: usize) -> Vec<f32> {
    let mut stream = Stream::new(1, 0);
    (0..len).map(|_| stream.random::<f32>() - 0.5).collect()
}

fn layer(c: &mut Criterion, name: &str, spec: &impl Layer<f32>, sizes: &Sizes) {
    let Sizes { samples, .. } = *sizes;
    let parameters = drawn(sizes.parameters);
    let x = drawn(samples * sizes.input);
    let mut y = vec![0.0; samples * sizes.output];
    let dy = drawn(samples * sizes.output);
    let mut dx = vec![0.0; samples * sizes.input];
    let mut gradient = vec![0.0; sizes.parameters];
    let mut scratch = vec![0.0; sizes.scratch];
    let mut saved = drawn(sizes.saved);
    let mut group = c.benchmark_group(name);
    // What a pass reads and writes: inputs and outputs, and backward their gradients beside.
    let bytes = (samples * (sizes.input + sizes.output) * size_of::<f32>()) as u64;
    let work = |passes: u64| match (samples * sizes.multiply_adds) as u64 {
        0 => Throughput::Bytes(passes * bytes),
        n => Throughput::Elements(passes * n),
    };
    let mode = if sizes.saved > 0 { Mode::Train(Noise::default()) } else { Mode::Predict };
    let mut forward = || {
        spec.forward(Forward {
            samples,
            mode,
            parameters: &parameters,
            inputs: &[&x],
            outputs: &mut [&mut y],
            saved: &mut saved,
            scratch: &mut scratch,
        });
    };
    roofline(&format!("{name}/forward"), &work(1), &mut forward);
    group.throughput(work(1));
    group.bench_function("forward", |b| b.iter(&mut forward));
    let mut backward = || {
        spec.backward(Backward {
            samples,
            noise: Noise::default(),
            parameters: &parameters,
            inputs: &[&x],
            outputs: &[&[]],
            saved: &mut saved,
            output_gradients: &[&dy],
            input_gradients: &mut [&mut dx],
            parameter_gradients: &mut gradient,
            scratch: &mut scratch,
        });
    };
    roofline(&format!("{name}/backward"), &work(2), &mut backward);
    group.throughput(work(2));
    group.bench_function("backward", |b| b.iter(&mut backward));
    group.finish();
}

fn dense(c: &mut Criterion) {
    formwork::set_threads(1);
    for (inputs, outputs, samples) in [(784, 64, 32), (64, 10, 32), (784, 512, 128), (512, 512, 128)] {
        let spec = DenseSpec { rows: 1, inputs, outputs, bias: true };
        let sizes = Sizes {
            samples,
            parameters: inputs * outputs + outputs,
            input: inputs,
            output: outputs,
            saved: 0,
            scratch: spec.forward_scratch(samples).max(spec.backward_scratch(samples)),
            multiply_adds: inputs * outputs,
        };
        layer(c, &format!("dense_{inputs}x{outputs}_{samples}"), &spec, &sizes);
    }
}

fn conv2d(c: &mut Criterion) {
    formwork::set_threads(1);
    let samples = 32;
    for (channels, outputs, side, padding) in
        [(1, 32, 28, 0), (32, 64, 13, 0), (3, 32, 32, 0), (16, 16, 32, 1), (64, 64, 6, 0), (16, 32, 16, 1)]
    {
        let spec = Conv2dSpec {
            channels,
            height: side,
            width: side,
            outputs,
            kernel: [3, 3],
            stride: [1, 1],
            padding: [[padding; 2]; 2],
            dilation: [1, 1],
            groups: 1,
            bias: true,
        };
        let pixels = (side + 2 * padding - 2).pow(2);
        let sizes = Sizes {
            samples,
            parameters: 9 * channels * outputs + outputs,
            input: channels * side * side,
            output: outputs * pixels,
            saved: 0,
            scratch: spec.forward_scratch(samples).max(spec.backward_scratch(samples)),
            multiply_adds: 9 * channels * outputs * pixels,
        };
        layer(c, &format!("conv2d_{channels}to{outputs}_{side}_{samples}"), &spec, &sizes);
    }
}

/// What waits for memory: pooling and batch normalisation at the sizes of the small image networks and of a residual one.
fn passes(c: &mut Criterion) {
    formwork::set_threads(1);
    for (channels, side) in [(32, 26), (64, 11), (16, 32)] {
        let (samples, len) = (32, channels * side * side);
        let pool = MaxPool2dSpec {
            channels,
            height: side,
            width: side,
            kernel: [2, 2],
            stride: [2, 2],
            padding: [0, 0],
            dilation: [1, 1],
            relu: false,
        };
        let output = pool.saved_each();
        let sizes = Sizes {
            samples,
            parameters: 0,
            input: len,
            output,
            saved: samples * output,
            scratch: 0,
            multiply_adds: 0,
        };
        layer(c, &format!("max_pool_{channels}x{side}_{samples}"), &pool, &sizes);
        let norm = BatchNormSpec {
            channels,
            values: side * side,
            eps: 1e-5,
            affine: true,
            running: false,
            counted: false,
        };
        let scratch = norm.forward_scratch(samples).max(norm.backward_scratch(samples));
        let sizes =
            Sizes { parameters: 4 * channels, output: len, saved: norm.saved_fixed(), scratch, ..sizes };
        layer(c, &format!("batch_norm_{channels}x{side}_{samples}"), &norm, &sizes);
    }
}

/// `map(|x| x * sigmoid(1.702 * x))` beside the layers that are written by hand: as the macro emits it.
const QUICK: MapSpec = MapSpec {
    len: 1 << 14,
    forward: Program {
        ops: &[
            op(Multiply, Input(0), Number(1.702), 0),
            op(Sigmoid, Register(0), Register(0), 1),
            op(Multiply, Input(0), Register(1), 0),
        ],
        registers: 2,
    },
    backward: &[Program {
        ops: &[
            op(Multiply, Input(0), Number(1.702), 0),
            op(Sigmoid, Register(0), Register(0), 1),
            op(Subtract, Number(1.0), Register(1), 0),
            op(Multiply, Register(1), Register(0), 2),
            op(Multiply, Input(0), Register(2), 0),
            op(Multiply, Register(0), Number(1.702), 2),
            op(Add, Register(1), Register(2), 0),
            op(Multiply, Register(0), Input(1), 0),
        ],
        registers: 3,
    }],
    reads: Reads::Inputs,
};

const fn op(function: Function, first: Source, second: Source, to: usize) -> Op {
    Op { function, first, second, to }
}

fn maps(c: &mut Criterion) {
    formwork::set_threads(1);
    let len = 1 << 14;
    let sizes = |samples| Sizes {
        samples,
        parameters: 0,
        input: len,
        output: len,
        saved: 0,
        scratch: 0,
        multiply_adds: 0,
    };
    for samples in [1, 32] {
        for (name, function) in [("silu", Activation::Silu), ("gelu", Activation::Gelu)] {
            layer(c, &format!("{name}_{samples}"), &ActivationSpec { len, function }, &sizes(samples));
        }
        layer(c, &format!("map_{samples}"), &QUICK, &sizes(samples));
    }
}

criterion_group!(benches, dense, conv2d, passes, maps);
criterion_main!(benches);
