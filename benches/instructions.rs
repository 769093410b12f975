//! How many instructions a dozen kernels take, beside the figures that are committed: times move with whatever else a
//! machine does, these do not.
//!
//! `cargo bench --bench instructions` runs each kernel under `valgrind --tool=callgrind`, which has AVX2, and fails if one
//! takes over 2 % more than `benches/instructions.txt` says; with `FORMWORK_BLESS=1` it writes the figures anew. Where
//! there is no valgrind, or another compiler, whose code is another, it says so and passes.

use formwork::layers::activation::{Activation, ActivationSpec};
use formwork::layers::batch_norm::BatchNormSpec;
use formwork::layers::conv2d::Conv2dSpec;
use formwork::layers::dense::DenseSpec;
use formwork::layers::max_pool2d::MaxPool2dSpec;
use formwork::layers::softmax::SoftmaxSpec;
use formwork::layers::{Backward, Forward, Layer, Mode};
use formwork::noise::Noise;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::{Command, ExitCode};

const FIGURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.txt");
/// By how much a kernel may take more, as a share.
const SLACK: f64 = 0.02;

/// The sizes of one layer over one batch, in scalars.
struct Sizes {
    samples: usize,
    parameters: usize,
    input: usize,
    output: usize,
    saved: usize,
    scratch: usize,
}

type Kernel = (&'static str, fn());

/// The kernels: each call of `layer` counts, what prepares it does not.
const KERNELS: [Kernel; 12] = [
    ("dense_forward_784x64_32", || dense(784, 64, 32, false)),
    ("dense_backward_784x64_32", || dense(784, 64, 32, true)),
    ("dense_forward_784x512_1", || dense(784, 512, 1, false)),
    ("conv2d_forward_32to64_13_4", || conv2d(32, 64, 13, 0, false)),
    ("conv2d_backward_32to64_13_4", || conv2d(32, 64, 13, 0, true)),
    ("conv2d_forward_16to16_32_4", || conv2d(16, 16, 32, 1, false)),
    ("conv2d_backward_16to16_32_4", || conv2d(16, 16, 32, 1, true)),
    ("max_pool_forward_32_26_4", || max_pool(false)),
    ("max_pool_backward_32_26_4", || max_pool(true)),
    ("batch_norm_forward_16_32_4", || batch_norm(false)),
    ("batch_norm_backward_16_32_4", || batch_norm(true)),
    ("gelu_softmax_forward_4096", activations),
];

fn numbers(len: usize) -> Vec<f32> {
    (0..len).map(|i| ((i * 37 + 11) % 199) as f32 / 100.0 - 1.0).collect()
}

/// What callgrind counts: by its name, so it is no closure and never inlined.
#[inline(never)]
fn counted_call(call: &mut dyn FnMut()) {
    call();
}

fn layer(spec: &impl Layer<f32>, sizes: &Sizes, backward: bool) {
    let n = sizes.samples;
    let (parameters, x) = (numbers(sizes.parameters), numbers(n * sizes.input));
    let (mut y, dy) = (numbers(n * sizes.output), numbers(n * sizes.output));
    let (mut dx, mut gradient) = (numbers(n * sizes.input), numbers(sizes.parameters));
    let (mut saved, mut scratch) = (numbers(sizes.saved), numbers(sizes.scratch));
    let mut forward = || {
        spec.forward(Forward {
            samples: n,
            mode: Mode::Train(Noise::default()),
            parameters: &parameters,
            inputs: &[&x],
            outputs: &mut [&mut y],
            saved: &mut saved,
            scratch: &mut scratch,
        });
    };
    // Once before, so that what happens once in a program does not count.
    forward();
    if !backward {
        return counted_call(&mut forward);
    }
    let mut backward = || {
        spec.backward(Backward {
            samples: n,
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
    counted_call(&mut backward);
}

fn dense(inputs: usize, outputs: usize, samples: usize, backward: bool) {
    let spec = DenseSpec { rows: 1, inputs, outputs, bias: true };
    let scratch = spec.forward_scratch(samples).max(spec.backward_scratch(samples));
    let parameters = inputs * outputs + outputs;
    layer(&spec, &Sizes { samples, parameters, input: inputs, output: outputs, saved: 0, scratch }, backward);
}

fn conv2d(channels: usize, outputs: usize, side: usize, padding: usize, backward: bool) {
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
    let sizes = Sizes {
        samples: 4,
        parameters: 9 * channels * outputs + outputs,
        input: channels * side * side,
        output: outputs * (side + 2 * padding - 2).pow(2),
        saved: 0,
        scratch: spec.forward_scratch(4).max(spec.backward_scratch(4)),
    };
    layer(&spec, &sizes, backward);
}

fn max_pool(backward: bool) {
    let spec = MaxPool2dSpec {
        channels: 32,
        height: 26,
        width: 26,
        kernel: [2, 2],
        stride: [2, 2],
        padding: [0, 0],
        dilation: [1, 1],
        relu: false,
    };
    let output = 32 * 13 * 13;
    let sizes = Sizes { samples: 4, parameters: 0, input: 4 * output, output, saved: 4 * output, scratch: 0 };
    layer(&spec, &sizes, backward);
}

fn batch_norm(backward: bool) {
    let spec = BatchNormSpec {
        channels: 16,
        values: 32 * 32,
        eps: 1e-5,
        affine: true,
        running: false,
        counted: false,
    };
    let len = 16 * 32 * 32;
    let (saved, scratch) = (spec.saved_fixed(), spec.forward_scratch(4));
    layer(&spec, &Sizes { samples: 4, parameters: 64, input: len, output: len, saved, scratch }, backward);
}

fn activations() {
    let len = 4096;
    let sizes = Sizes { samples: 1, parameters: 0, input: len, output: len, saved: 0, scratch: 0 };
    layer(&ActivationSpec { len, function: Activation::Gelu }, &sizes, false);
    layer(&SoftmaxSpec { outer: 4, len: len / 4, inner: 1, log: false }, &sizes, false);
}

/// The instructions of one kernel, as callgrind counts them, or what it says instead.
fn count(name: &str) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    let out = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg("--toggle-collect=*counted_call*")
        .arg(program)
        .args(["--one", name])
        .env("FORMWORK_NUM_THREADS", "1")
        .output()
        .map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&out.stderr);
    let found = text.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    found.filter(|&n| out.status.success() && n > 0).ok_or_else(|| text.into_owned())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "--one") {
        let (_, kernel) = KERNELS.iter().find(|(name, _)| *name == arguments[at + 1]).expect("a kernel");
        kernel();
        return ExitCode::SUCCESS;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("skipped: counting instructions wants valgrind, which is not installed");
        return ExitCode::SUCCESS;
    }
    let compiler = Command::new("rustc").arg("--version").output();
    if !compiler.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).starts_with("rustc 1.95.")) {
        println!("skipped: the committed counts are those of rustc 1.95");
        return ExitCode::SUCCESS;
    }
    #[cfg(target_arch = "x86_64")]
    let vectors = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    let vectors = false;
    if !vectors {
        println!("skipped: the committed counts are those of machines with AVX2");
        return ExitCode::SUCCESS;
    }
    let committed = std::fs::read_to_string(FIGURES).unwrap_or_default();
    let committed: BTreeMap<&str, u64> = committed
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, n)| Some((name, n.parse().ok()?)))
        .collect();
    let (mut figures, mut worse) = (String::new(), 0);
    for (name, _) in KERNELS {
        let found = match count(name) {
            Ok(found) => found,
            Err(text) => {
                eprintln!("{name} could not be counted: {text}");
                return ExitCode::FAILURE;
            }
        };
        writeln!(figures, "{name} {found}").expect("room");
        let share = committed.get(name).map_or(f64::NAN, |&was| found as f64 / was as f64 - 1.0);
        let verdict = match share {
            s if s.is_nan() => "new",
            s if s > SLACK => {
                worse += 1;
                "WORSE"
            }
            s if s < -SLACK => "better",
            _ => "as before",
        };
        println!("{name:30} {found:>12} {:>+7.1} % {verdict}", 100.0 * share);
    }
    if std::env::var_os("FORMWORK_BLESS").is_some() {
        std::fs::write(FIGURES, figures).expect("the figures can be written");
    } else if worse > 0 {
        println!(
            "{worse} take more instructions than before; if that is meant, run this with FORMWORK_BLESS=1"
        );
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
