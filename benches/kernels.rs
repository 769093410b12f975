//! The heavy kernels, forward and backward, with the rate of multiply-adds (`elem/s`; twice that is FLOP/s).

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use formwork::layers::activation::{Activation, ActivationSpec};
use formwork::layers::conv2d::Conv2dSpec;
use formwork::layers::dense::DenseSpec;
use formwork::layers::map::Function::{Add, Multiply, Sigmoid, Subtract};
use formwork::layers::map::Source::{Input, Number, Register};
use formwork::layers::map::{Function, MapSpec, Op, Program, Reads, Source};
use formwork::layers::{Backward, Forward, Layer, Mode};
use formwork::noise::{Noise, Stream};
use rand::RngExt;

/// The sizes of one layer over one batch.
struct Sizes {
    samples: usize,
    parameters: usize,
    input: usize,
    output: usize,
    scratch: usize,
    multiply_adds: usize,
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
    let mut group = c.benchmark_group(name);
    let work = (samples * sizes.multiply_adds) as u64;
    group.throughput(Throughput::Elements(work));
    group.bench_function("forward", |b| {
        b.iter(|| {
            spec.forward(Forward {
                samples,
                mode: Mode::Predict,
                parameters: &parameters,
                inputs: &[&x],
                outputs: &mut [&mut y],
                saved: &mut [],
                scratch: &mut scratch,
            });
        });
    });
    group.throughput(Throughput::Elements(2 * work));
    group.bench_function("backward", |b| {
        b.iter(|| {
            spec.backward(Backward {
                samples,
                noise: Noise::default(),
                parameters: &parameters,
                inputs: &[&x],
                outputs: &[&[]],
                saved: &mut [],
                output_gradients: &[&dy],
                input_gradients: &mut [&mut dx],
                parameter_gradients: &mut gradient,
                scratch: &mut scratch,
            });
        });
    });
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
        [(1, 32, 28, 0), (32, 64, 13, 0), (3, 32, 32, 0), (16, 16, 32, 1)]
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
            scratch: spec.forward_scratch(samples).max(spec.backward_scratch(samples)),
            multiply_adds: 9 * channels * outputs * pixels,
        };
        layer(c, &format!("conv2d_{channels}to{outputs}_{side}_{samples}"), &spec, &sizes);
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
    let sizes =
        |samples| Sizes { samples, parameters: 0, input: len, output: len, scratch: 0, multiply_adds: len };
    for samples in [1, 32] {
        for (name, function) in [("silu", Activation::Silu), ("gelu", Activation::Gelu)] {
            layer(c, &format!("{name}_{samples}"), &ActivationSpec { len, function }, &sizes(samples));
        }
        layer(c, &format!("map_{samples}"), &QUICK, &sizes(samples));
    }
}

criterion_group!(benches, dense, conv2d, maps);
criterion_main!(benches);
