//! Networks whose sizes are constants of the program are, to the last bit, what their twins with literals are.

use formwork::prelude::*;
use formwork::tensor::{flat, flat_mut, zeroed_vec};
use formwork::{Noise, Selection, SingleInput, Tensor};

mod config {
    pub const KERNEL: usize = 3;
    pub mod heads {
        pub const CLASSES: usize = 10;
    }
}

const ONE: usize = 1;
const TWO: usize = 2;
const THREE: usize = 3;
const FOUR: usize = 4;
const SIX: usize = 6;
const EIGHT: usize = 8;

/// The same network under two names: once with constants, once with literals.
macro_rules! twins {
    ($($body:ident: $name:ident $literal:ident $(<$scalar:ty>)?;)*) => {
        $(
            $body!($name ONE TWO THREE FOUR SIX EIGHT);
            $body!($literal 1 2 3 4 6 8);

            #[test]
            fn $body() {
                compare(&single::<$name $(<$scalar>)?>(), &single::<$literal $(<$scalar>)?>());
            }
        )*
    };
}

macro_rules! dense {
    ($name:ident $one:tt $two:tt $three:tt $four:tt $six:tt $eight:tt) => {
        network! {
            pub struct $name(x: [$eight]) -> [$three] {
                let a = x -> hidden: Dense($two * $six, init: he_normal) -> Gelu -> norm: LayerNorm -> Dropout(0.3);
                let b = a -> Dense($two * $six, in: $eight + $four, bias: false, init: glorot_uniform);
                a + b -> BatchNorm1d -> PRelu(per_channel: true) -> Glu -> out: Dense($three) -> Softmax
            }
        }
    };
}

macro_rules! images {
    ($name:ident $one:tt $two:tt $three:tt $four:tt $six:tt $eight:tt) => {
        network! {
            #[allow(formwork::bias_before_batch_norm, formwork::unnamed_twins)]
            pub struct $name(image: [$two, $eight + $one, $eight]) -> [$three] {
                let a = image
                    -> c1: Conv2d($four, kernel: $three, padding: same) -> BatchNorm2d -> Relu
                    -> c2: Conv2d($eight, kernel: ($three, $two), stride: $one, groups: $two, dilation: $one)
                    -> GroupNorm($four) -> Silu
                    -> InstanceNorm2d(affine: true, track_running_stats: true)
                    -> Dropout2d(0.2);
                let b = a -> MaxPool2d($two, padding: $one) -> Conv2d($four, kernel: $one);
                let c = a -> AvgPool2d($two, stride: $two, padding: $one) -> Conv2d($four, kernel: $one);
                let d = concat(b, c, axis: 0) -> PixelShuffle($two)
                    -> up: ConvTranspose2d($three, kernel: $two, stride: $two, output_padding: $one, groups: $one)
                    -> ZeroPad2d(($one, $two, 0, $one)) -> Upsample($two, mode: bilinear);
                let e = d -> AdaptiveAvgPool2d(($three, $two)) -> LayerNorm(axis: 0);
                let f = (d -> GlobalMaxPool2d) + (e -> GlobalAvgPool2d);
                (e -> Flatten -> Dense($three) -> Tanh) + f
            }
        }
    };
}

macro_rules! sequences {
    ($name:ident $one:tt $two:tt $three:tt $four:tt $six:tt $eight:tt) => {
        network! {
            pub struct $name<T>(x: [$two * $eight, $three]) -> [$four] {
                x -> Conv1d($six, kernel: $three, padding: $one, groups: $three) -> Relu -> MaxPool1d($two)
                    -> RmsNorm -> ConvTranspose1d($four, kernel: $four, stride: $two, padding: $one) -> AvgPool1d($two)
                    -> Dense($four) -> GlobalAvgPool1d
            }
        }
    };
}

macro_rules! volumes {
    ($name:ident $one:tt $two:tt $three:tt $four:tt $six:tt $eight:tt) => {
        network! {
            pub struct $name(x: [$two, $four, $four, $three]) -> [$three] {
                x -> Conv3d($four, kernel: ($three, $two, $one), padding: ($one, 0, 0)) -> Tanh -> Flatten -> Dense($three)
            }
        }
    };
}

macro_rules! values {
    ($name:ident $one:tt $two:tt $three:tt $four:tt $six:tt $eight:tt) => {
        network! {
            #[allow(formwork::bias_before_batch_norm, formwork::unnamed_twins)]
            pub struct $name(a: [$three, $four], b: [$four], c: []) -> (left: [$four, $three], right: [$six]) {
                let d = a -> Dense($four);
                let wide = expand(b -> Dense($four), [$three, $four]);
                let (p, q) = split(d * wide - a, 2, axis: 1);
                let r = slice(d, axis: 1, $one..$three) + p / (exp(q) + 1.0);
                let s = reshape(r, [$six]) * c -> Dense($six);
                let left = matmul(transpose(d), reshape(concat(s, s, s, axis: 0), [$three, $six])
                    -> Dense($three)) + max(transpose(d), 0.1);
                (left, s + mean(d) -> Sigmoid)
            }
        }
    };
}

macro_rules! structure {
    ($name:ident $one:tt $two:tt $three:tt $four:tt $six:tt $eight:tt) => {
        network! {
            block Residual(channels)(x: [channels, h, w]) -> [channels, h, w] {
                let y = x -> c1: Conv2d($two * channels, kernel: $three, padding: $one) -> BatchNorm2d -> Relu
                    -> c2: Conv2d(channels, kernel: $three, padding: $one);
                x + y -> Relu
            }

            #[allow(formwork::bias_before_batch_norm)]
            pub struct $name(image: [$three, $six, $six]) -> [$three] {
                layer shared = Dense($four);
                let a = image -> Conv2d($four, kernel: $one) -> body: [Residual($four); $three] -> Residual($four)
                    -> GlobalAvgPool2d -> deep: [Dense($four); $two];
                let b = a -> shared -> Tanh -> shared;
                a + b -> Dense($three)
            }
        }
    };
}

/// Every number that a test wants, always the same.
fn fill(numbers: &mut [f32], start: u32) {
    let mut state = start;
    for x in numbers {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *x = (state >> 8) as f32 / 8_388_608.0 - 1.0;
    }
}

/// What a network is and does, as far as it can be compared.
struct Report {
    weights: Vec<u32>,
    tensors: formwork::Tensors,
    graph: &'static formwork::Graph,
    parameters: usize,
    least: usize,
    predicted: Vec<u32>,
    /// Outputs, gradients and statistics of a training pass.
    trained: Vec<u32>,
    file: Vec<u8>,
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

fn report<N: Network<Scalar = f32>>(batch: N::Batch<'_>, samples: usize) -> Report {
    let mut network = N::zeroed();
    formwork::init::initialize(network.as_mut_slice(), N::TENSORS, 3);
    let mut outputs = zeroed_vec::<N::Output>(samples);
    let mut workspace = Workspace::new();
    network.predict_selected(batch, Selection::All, &mut outputs, &mut workspace).unwrap();
    let mut gradient = N::zeroed();
    let picked = Selection::Indices(&[2, 0, 1]);
    let mut pass = network.forward(batch, picked, Noise::default(), &mut workspace).unwrap();
    let (given, gradients) = pass.outputs_and_gradients();
    let mut trained = bits(flat(given));
    fill(flat_mut(gradients), 7);
    pass.backward(&mut gradient);
    trained.extend(bits(gradient.as_slice()));
    let path = std::env::temp_dir().join(format!("formwork-{}-{}", std::process::id(), N::GRAPH.name));
    network.save(&path).unwrap();
    let file = std::fs::read(&path).unwrap();
    let _ = std::fs::remove_file(&path);
    Report {
        weights: bits(network.as_slice()),
        tensors: N::TENSORS,
        graph: N::GRAPH,
        parameters: N::PARAMETERS,
        least: N::MIN_TRAINING_SAMPLES,
        predicted: bits(flat(&outputs)),
        trained,
        file,
    }
}

fn single<N: SingleInput<Scalar = f32>>() -> Report
where
    N::Sample: Tensor<Scalar = f32>,
{
    let mut samples = zeroed_vec::<N::Sample>(4);
    fill(flat_mut(&mut samples), 1);
    report::<N>(N::batch(&samples), 4)
}

#[track_caller]
fn compare(open: &Report, literal: &Report) {
    assert_eq!(open.tensors, literal.tensors);
    assert_eq!(open.graph.inputs, literal.graph.inputs);
    assert_eq!(open.graph.nodes, literal.graph.nodes);
    assert_eq!(open.graph.outputs, literal.graph.outputs);
    assert_eq!(open.graph.fingerprint, literal.graph.fingerprint);
    assert_eq!((open.parameters, open.least), (literal.parameters, literal.least));
    // Not printed: these are long.
    assert!(open.weights == literal.weights, "the weights differ");
    assert!(open.predicted == literal.predicted, "predictions differ");
    assert!(open.trained == literal.trained, "a training pass differs");
    assert!(open.weights.iter().chain(&open.trained).any(|&x| x != 0));
    assert!(open.file == literal.file, "the files differ");
}

twins! {
    dense: OpenDense LiteralDense;
    images: OpenImages LiteralImages;
    sequences: OpenSequences LiteralSequences <f32>;
    volumes: OpenVolumes LiteralVolumes;
    structure: OpenStructure LiteralStructure;
}

values!(OpenValues ONE TWO THREE FOUR SIX EIGHT);
values!(LiteralValues 1 2 3 4 6 8);

#[test]
fn values() {
    macro_rules! report_of {
        ($network:ident, $batch:ident) => {{
            let (mut a, mut b, mut c) = (zeroed_vec(4), zeroed_vec(4), vec![0f32; 4]);
            fill(flat_mut(&mut a), 1);
            fill(flat_mut(&mut b), 2);
            fill(&mut c, 3);
            report::<$network>($batch { a: &a, b: &b, c: &c }, 4)
        }};
    }
    compare(&report_of!(OpenValues, OpenValuesBatch), &report_of!(LiteralValues, LiteralValuesBatch));
}

network! {
    /// Sizes from elsewhere, in a network of its own.
    pub struct Digits(image: [1, 4 * config::KERNEL, 12]) -> [config::heads::CLASSES] {
        image -> conv: Conv2d(5, kernel: config::KERNEL) -> Relu -> Flatten -> Dense(self::config::heads::CLASSES)
    }

    /// An output that is too large for the stack, as nobody but the compiler knows.
    struct Large(x: [EIGHT]) -> [1024 * EIGHT] {
        x -> Dense(1024 * EIGHT)
    }
}

/// Indices below a constant.
macro_rules! tokens {
    ($name:ident $one:tt $two:tt $four:tt $six:tt) => {
        network! {
            #[allow(formwork::unnamed_twins)]
            struct $name(tokens: [$four] in 0..$two * $six, class: [] in 0..$six) -> [$two] {
                let words = tokens -> Embedding($six, padding_idx: $one) -> Flatten;
                concat(words, class -> Embedding($two), axis: 0) -> Dense($two)
            }
        }
    };
}

tokens!(OpenTokens ONE TWO FOUR SIX);
tokens!(LiteralTokens 1 2 4 6);

#[test]
fn tokens() {
    let tokens: Vec<[Index<12>; 4]> =
        (0..4).map(|n| [3, 11 - n, n, 1].map(|i| Index::new(i).unwrap())).collect();
    let class: Vec<Index<6>> = [5, 0, 2, 2].map(|i| Index::new(i).unwrap()).to_vec();
    let open = report::<OpenTokens>(OpenTokensBatch { tokens: &tokens, class: &class }, 4);
    let literal = report::<LiteralTokens>(LiteralTokensBatch { tokens: &tokens, class: &class }, 4);
    compare(&open, &literal);
}

/// The methods of every day, with types written out.
#[test]
fn in_use() {
    let digits = Digits::new(1);
    let image = [formwork::tensor::zeroed_vec::<nalgebra::SMatrix<f32, 12, 12>>(1)[0]];
    let scores: nalgebra::SVector<f32, { config::heads::CLASSES }> = digits.predict(&image);
    assert_eq!(scores.len(), 10);
    assert_eq!(Digits::PARAMETERS, 5 * 9 + 5 + 500 * 10 + 10);
    assert_eq!(Digits::GRAPH.nodes[0].text, "Conv2d(5, kernel: 3)");
    assert_eq!(format!("{digits:?}"), "Digits(5060 parameters)");
    assert!(Digits::summary().to_string().contains("[5, 10, 10]"));
    let large: Box<nalgebra::SVector<f32, 8192>> = Large::new(1).predict(&nalgebra::SVector::zeros());
    assert_eq!(large.len(), 8192);
}

/// Constants that are in scope inside of a function only.
#[test]
fn inside_a_function() {
    const WIDTH: usize = 6;
    network! {
        struct Local(x: [WIDTH]) -> [WIDTH / 2] { x -> Dense(WIDTH / 2) }
    }
    assert_eq!(Local::new(1).predict(&nalgebra::SVector::zeros()).len(), 3);
}
