//! Every kind of layer and function: how it is written, and the shapes that it gives by PyTorch's documentation.

#[path = "attention.rs"]
mod attention;
#[path = "functions.rs"]
mod functions;
#[path = "structure.rs"]
mod structure;

use super::generator::{Dice, Value};
use attention::{attention, position};
use functions::{
    concat, constant, embedding, expand, map, matmul, number, pair, permute, reduce, reshape, slice, split,
    tensor, transpose,
};
use structure::{block, repeated, shared};

/// What a step computes, as it is written, and its shapes. A `#` stands for a number that no other step has.
#[derive(Default)]
pub struct Step {
    pub text: String,
    pub outputs: Vec<Vec<usize>>,
    /// A block that it needs.
    pub block: String,
    /// A `layer` that it needs.
    pub statement: String,
}

/// One row of the compiler's table of layers, by its name there, or a way to put layers together.
pub struct Kind {
    pub name: &'static str,
    /// The step from a value, and perhaps another; `None` if it takes no such value.
    pub draw: fn(&str, &mut Dice, &Value, &Value) -> Option<Step>,
}

macro_rules! kinds {
    ($($draw:ident: $($name:ident),*;)*) => {
        /// All of them.
        pub const KINDS: &[Kind] = &[$($(Kind { name: stringify!($name), draw: $draw }),*),*];
    };
}

kinds! {
    dense: Dense;
    convolution: Conv1d, Conv2d, Conv3d;
    transposed: ConvTranspose1d, ConvTranspose2d;
    pool: MaxPool1d, MaxPool2d, AvgPool1d, AvgPool2d;
    global: GlobalAvgPool1d, GlobalAvgPool2d, GlobalMaxPool1d, GlobalMaxPool2d;
    adaptive: AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveMaxPool1d, AdaptiveMaxPool2d;
    pad: ZeroPad2d;
    upsample: Upsample;
    shuffle: PixelShuffle;
    flatten: Flatten;
    noise: Dropout, AlphaDropout, GaussianNoise, Dropout2d;
    batch_norm: BatchNorm1d, BatchNorm2d;
    layer_norm: LayerNorm, RmsNorm;
    group_norm: GroupNorm;
    instance_norm: InstanceNorm2d;
    activation: Relu, LeakyRelu, Elu, Selu, Gelu, Silu, Sigmoid, Tanh, Softplus, Relu6, Celu, Mish, LogSigmoid,
        Softsign, Hardtanh, Hardsigmoid, Hardswish, PRelu;
    glu: Glu;
    softmax: Softmax, LogSoftmax;
    pair: Add, Sub, Mul, Div, Min, Max, Pow;
    number: Scalar, Exp, Ln, Sqrt, Abs, Sin, Cos;
    reduce: Sum, Mean;
    concat: Concat;
    split: Split;
    slice: Slice;
    reshape: Reshape;
    transpose: Transpose;
    permute: Permute;
    expand: Expand;
    matmul: Matmul;
    embedding: Embedding;
    recurrent: Rnn, Gru, Lstm;
    last: Last;
    attention: MultiHeadAttention;
    position: PositionEmbedding, PositionalEncoding;
    map: Map;
    repeated: RepeatedLayer;
    shared: SharedLayer;
    block: Block, RepeatedBlock, SharedBlock;
    constant: Zeros, Ones, Normal;
    tensor: Param, Tensor, Product;
}

/// `value -> layer`
fn layer(value: &Value, layer: String, shape: Vec<usize>) -> Option<Step> {
    Some(Step { text: format!("{} -> {layer}", value.name), outputs: vec![shape], ..Step::default() })
}

fn same(value: &Value, call: String) -> Option<Step> {
    layer(value, call, value.shape.clone())
}

fn function(text: String, shape: Vec<usize>) -> Option<Step> {
    Some(Step { text, outputs: vec![shape], ..Step::default() })
}

fn dense(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let mut shape = value.shape.clone();
    if !matches!(shape.len(), 1 | 2) {
        return None;
    }
    let n = dice.between(2, 6);
    *shape.last_mut()? = n;
    let bias = if dice.once_in(4) { ", bias: false" } else { "" };
    layer(value, format!("{name}({n}{bias})"), shape)
}

/// `⌊(n + 2 padding - dilation (kernel - 1) - 1) / stride⌋ + 1`
fn windows(n: usize, [kernel, stride, padding, dilation]: [usize; 4]) -> Option<usize> {
    Some((n + 2 * padding).checked_sub(dilation * (kernel - 1) + 1)? / stride + 1)
}

/// The channels and the other sizes of a value that a layer of so many dimensions takes, and how to put them together
/// again: sequences have their channels last.
fn spatial(name: &str, shape: &[usize]) -> Option<(usize, Vec<usize>)> {
    match (name.as_bytes().get(name.len() - 2)?, shape) {
        (b'1', &[t, f]) => Some((f, vec![t])),
        (b'2', &[c, h, w]) => Some((c, vec![h, w])),
        (b'3', &[c, d, h, w]) => Some((c, vec![d, h, w])),
        _ => None,
    }
}

fn together(channels: usize, sizes: Vec<usize>) -> Vec<usize> {
    match sizes[..] {
        [t] => vec![t, channels],
        _ => [vec![channels], sizes].concat(),
    }
}

/// A number where all are equal, else a pair or a triple.
fn written(sizes: &[usize]) -> String {
    match sizes {
        [first, rest @ ..] if rest.iter().all(|size| size == first) => first.to_string(),
        _ => {
            let each: Vec<_> = sizes.iter().map(ToString::to_string).collect();
            format!("({})", each.join(", "))
        }
    }
}

/// A divisor of `n`.
fn divisor(dice: &mut Dice, n: usize) -> usize {
    let all: Vec<usize> = (1..=n).filter(|d| n.is_multiple_of(*d)).collect();
    *dice.pick(&all)
}

fn convolution(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let (channels, sizes) = spatial(name, &value.shape)?;
    let groups = if dice.once_in(2) { divisor(dice, channels) } else { 1 };
    let out = groups * dice.between(1, 4usize.div_ceil(groups));
    let mut draw = |low, high| -> Vec<usize> { sizes.iter().map(|_| dice.between(low, high)).collect() };
    let kernel = draw(1, 3);
    let bias = if dice.once_in(3) { ", bias: false" } else { "" };
    let grouped = if groups > 1 { format!(", groups: {groups}") } else { String::new() };
    if dice.once_in(4) {
        let call = format!("{name}({out}, kernel: {}, padding: same{grouped}{bias})", written(&kernel));
        return layer(value, call, together(out, sizes));
    }
    let mut draw = |low, high| -> Vec<usize> { sizes.iter().map(|_| dice.between(low, high)).collect() };
    let (stride, padding, dilation) = (draw(1, 2), draw(0, 2), draw(1, 2));
    let sizes: Option<Vec<_>> = (0..sizes.len())
        .map(|i| windows(sizes[i], [kernel[i], stride[i], padding[i], dilation[i]]))
        .collect();
    let call = format!(
        "{name}({out}, kernel: {}, stride: {}, padding: {}, dilation: {}{grouped}{bias})",
        written(&kernel),
        written(&stride),
        written(&padding),
        written(&dilation)
    );
    layer(value, call, together(out, sizes?))
}

/// `(n - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1`
fn transposed(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let (channels, sizes) = spatial(name, &value.shape)?;
    let groups = if dice.once_in(2) { divisor(dice, channels) } else { 1 };
    let out = groups * dice.between(1, 3usize.div_ceil(groups));
    let mut draw = |low, high| -> Vec<usize> { sizes.iter().map(|_| dice.between(low, high)).collect() };
    let (kernel, stride, padding, dilation) = (draw(1, 3), draw(1, 2), draw(0, 1), draw(1, 2));
    let extra: Vec<usize> = stride.iter().map(|&stride| dice.roll(stride)).collect();
    let sizes: Option<Vec<_>> = (0..sizes.len())
        .map(|i| {
            let whole = (sizes[i] - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + extra[i] + 1;
            whole.checked_sub(2 * padding[i]).filter(|&size| size > 0)
        })
        .collect();
    let call = format!(
        "{name}({out}, kernel: {}, stride: {}, padding: {}, output_padding: {}, dilation: {}, groups: {groups})",
        written(&kernel),
        written(&stride),
        written(&padding),
        written(&extra),
        written(&dilation)
    );
    layer(value, call, together(out, sizes?))
}

fn pool(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let (channels, sizes) = spatial(name, &value.shape)?;
    let kernel: Vec<usize> = sizes.iter().map(|_| dice.between(2, 3)).collect();
    let stride: Vec<usize> = sizes.iter().map(|_| dice.between(1, 3)).collect();
    let padding: Vec<usize> = kernel.iter().map(|kernel| dice.roll(kernel / 2 + 1)).collect();
    let usual = dice.once_in(3);
    let sizes: Option<Vec<_>> = (0..sizes.len())
        .map(|i| match usual {
            true => windows(sizes[i], [kernel[i], kernel[i], 0, 1]),
            false => windows(sizes[i], [kernel[i], stride[i], padding[i], 1]),
        })
        .collect();
    let more = match usual {
        true => String::new(),
        false => {
            let count =
                if name.starts_with("Avg") && dice.once_in(2) { ", count_include_pad: false" } else { "" };
            format!(", stride: {}, padding: {}{count}", written(&stride), written(&padding))
        }
    };
    layer(value, format!("{name}({}{more})", written(&kernel)), together(channels, sizes?))
}

fn global(name: &str, _: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let (channels, _) = spatial(name, &value.shape)?;
    layer(value, name.into(), vec![channels])
}

fn adaptive(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let (channels, sizes) = spatial(name, &value.shape)?;
    let bins: Vec<usize> = sizes.iter().map(|&n| dice.between(1, n)).collect();
    layer(value, format!("{name}({})", written(&bins)), together(channels, bins))
}

fn pad(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let &[c, h, w] = &value.shape[..] else { return None };
    let [left, right, top, bottom] = [0; 4].map(|_| dice.roll(3));
    let call = format!("{name}(({left}, {right}, {top}, {bottom}))");
    layer(value, call, vec![c, h + top + bottom, w + left + right])
}

fn upsample(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let &[c, h, w] = &value.shape[..] else { return None };
    let mode = dice.pick(&["", ", mode: bilinear", ", mode: bilinear, align_corners: true"]);
    if dice.once_in(2) {
        return layer(value, format!("{name}(2{mode})"), vec![c, 2 * h, 2 * w]);
    }
    let (m, n) = (dice.between(1, 7), dice.between(1, 7));
    layer(value, format!("{name}(size: ({m}, {n}){mode})"), vec![c, m, n])
}

fn shuffle(name: &str, _: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let &[c, h, w] = &value.shape[..] else { return None };
    if c.is_multiple_of(4) {
        return layer(value, format!("{name}(2)"), vec![c / 4, 2 * h, 2 * w]);
    }
    layer(value, format!("Conv2d(4, kernel: 1) -> {name}(2)"), vec![1, 2 * h, 2 * w])
}

fn flatten(name: &str, _: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    (value.shape.len() > 1).then_some(())?;
    layer(value, name.into(), vec![value.shape.iter().product()])
}

fn noise(name: &str, _: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let rank = value.shape.len();
    (rank == 3 || rank > 0 && name != "Dropout2d").then_some(())?;
    same(value, format!("{name}(0.25)"))
}

/// What all normalisations need against noise in the differences: no variance near nothing.
const EPS: &str = "eps: 0.05";

fn batch_norm(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let fits = match value.shape.len() {
        1 | 2 => name.ends_with("1d"),
        3 => name.ends_with("2d"),
        _ => false,
    };
    fits.then_some(())?;
    let more = dice.pick(&[
        "",
        ", affine: false",
        ", momentum: 0.3",
        ", momentum: cumulative",
        ", statistics: running",
    ]);
    same(value, format!("{name}({EPS}{more})"))
}

fn layer_norm(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let shape = &value.shape;
    let (len, axis) = match shape.len() {
        1 | 2 => (*shape.last()?, ""),
        3 if dice.once_in(2) => (shape[0], ", axis: 0"),
        3 => (shape.iter().product(), ""),
        _ => return None,
    };
    (len > 1).then_some(())?;
    let affine = if dice.once_in(4) { ", affine: false" } else { "" };
    same(value, format!("{name}({EPS}{axis}{affine})"))
}

fn group_norm(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let &[c, h, w] = &value.shape[..] else { return None };
    let groups = divisor(dice, c);
    (c / groups * h * w > 1).then_some(())?;
    same(value, format!("{name}({groups}, {EPS})"))
}

fn instance_norm(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let &[_, h, w] = &value.shape[..] else { return None };
    (h * w > 1).then_some(())?;
    let more = dice.pick(&["", ", affine: true", ", track_running_stats: true"]);
    same(value, format!("{name}({EPS}{more})"))
}

fn activation(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let arguments: &[&str] = match name {
        "LeakyRelu" => &["", "(0.2)"],
        "Elu" | "Celu" => &["", "(0.7)"],
        "Gelu" => &["", "(approximate: tanh)"],
        "Softplus" => &["", "(beta: 2.0)"],
        "Hardtanh" => &["", "(min: -0.5, max: 0.7)"],
        "PRelu" if matches!(value.shape.len(), 1..=3) => &["", "(per_channel: true)"],
        _ => &[""],
    };
    // As a function too, where there is one.
    let written = ["Relu", "Sigmoid", "Tanh", "Softplus"].contains(&name) && dice.once_in(3);
    if written {
        return function(format!("{}({})", name.to_lowercase(), value.name), value.shape.clone());
    }
    same(value, format!("{name}{}", dice.pick(arguments)))
}

fn glu(name: &str, _: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let mut shape = value.shape.clone();
    let axis = match shape.len() {
        1 | 2 => shape.len() - 1,
        3 => 0,
        _ => return None,
    };
    shape[axis].is_multiple_of(2).then_some(())?;
    shape[axis] /= 2;
    layer(value, name.into(), shape)
}

fn softmax(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let rank = value.shape.len();
    matches!(rank, 1..=3).then_some(())?;
    let axis = if dice.once_in(2) { format!("(axis: {})", dice.roll(rank)) } else { String::new() };
    same(value, format!("{name}{axis}"))
}

/// All forms of a recurrent layer: with states at the end, deep, both ways.
fn recurrent(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let [steps, _] = value.shape[..] else { return None };
    let (hidden, layers, ways) = (dice.between(1, 3), dice.between(1, 2), dice.between(1, 2));
    let mut arguments = hidden.to_string();
    if layers > 1 {
        arguments += ", layers: 2";
    }
    if ways > 1 {
        arguments += ", bidirectional: true";
    }
    if dice.once_in(4) {
        arguments += ", bias: false";
    }
    let mut outputs = vec![vec![steps, ways * hidden]];
    if dice.once_in(3) {
        let state = if layers * ways > 1 { vec![layers * ways, hidden] } else { vec![hidden] };
        outputs.extend(std::iter::repeat_n(state, if name == "Lstm" { 2 } else { 1 }));
    }
    Some(Step { text: format!("{} -> {name}({arguments})", value.name), outputs, ..Step::default() })
}

fn last(_: &str, _: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let [_, features] = value.shape[..] else { return None };
    layer(value, "Last".into(), vec![features])
}
