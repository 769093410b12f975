//! Neural networks declared in a macro, checked by the compiler, trained and run as statically shaped Rust.
//!
//! [`network!`] reads a declaration of layers, works out every shape, and writes a plain struct of tensors with
//! straight-line code for prediction and training. A mistake in a shape is an error from the compiler, at the token that
//! is wrong. There is no graph at run time, no tape, and no tensor with a shape of its own.
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// Tells three kinds of iris apart by four lengths.
//!     pub struct Iris(flower: [4]) -> [3] {
//!         flower -> hidden: Dense(16) -> Relu -> kind: Dense(3)
//!     }
//! }
//!
//! # fn main() -> formwork::Result<()> {
//! let data = Dataset {
//!     inputs: vec![SVector::from([5.1, 3.5, 1.4, 0.2]), SVector::from([6.3, 3.3, 6.0, 2.5])],
//!     targets: vec![Index::new(0)?, Index::new(2)?],
//! };
//! let mut iris = Iris::new(7);                       // Box<Iris>, weights drawn from seed 7
//! let history = Trainer::new(CrossEntropy::new(), Adam::new(1e-2))
//!     .epochs(50)
//!     .metric(Accuracy)
//!     .fit(&mut iris, &data)?;
//! let scores: SVector<f32, 3> = iris.predict(&data.inputs[1]);
//! assert_eq!(scores.imax(), 2);
//! println!("{history}\n{}", Iris::summary());
//! # Ok(())
//! # }
//! ```
//!
//! # The language
//!
//! A network is a struct with an input, an output and a body. `->` is where data flows; it binds loosest, so
//! `x + y -> Relu` is `(x + y) -> Relu`. Shapes leave the batch out and put the outermost axis first: `[1, 28, 28]` is a
//! grey image, `[64, 16]` are 64 steps of 16 features. What comes in is inferred everywhere; `in: 784` claims it, and
//! is checked.
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// A small residual network, for `f32` or `f64`.
//!     pub struct Residual<T>(image: [3, 32, 32]) -> [10] {
//!         let x = image -> stem: Conv2d(16, kernel: 3, padding: same, bias: false) -> BatchNorm2d -> Relu;
//!         let y = x
//!             -> Conv2d(16, kernel: 3, padding: 1, bias: false) -> BatchNorm2d -> Relu
//!             -> Conv2d(16, kernel: 3, padding: 1, bias: false) -> BatchNorm2d;
//!         x + y -> Relu -> MaxPool2d(2) -> GlobalAvgPool2d -> head: Dense(10, in: 16)
//!     }
//! }
//!
//! let network = Residual::<f64>::new(1);
//! assert_eq!(Residual::<f64>::PARAMETERS, 5306);
//! assert_eq!(network.head.weight.shape(), (10, 16));
//! ```
//!
//! | layer | arguments | from → to |
//! |---|---|---|
//! | `Dense(n)` | `bias: true`, `init:` | `[f]` → `[n]`, `[t, f]` → `[t, n]` |
//! | `Conv2d(n, kernel: k)` | `stride: 1`, `padding: 0` (a number, a pair, `same`, `valid`), `dilation: 1`, `groups: 1`, `bias: true`, `init:` | `[c, h, w]` → `[n, h', w']` |
//! | `MaxPool2d(k)` | `stride: k`, `padding: 0`, `dilation: 1` | `[c, h, w]` → `[c, h', w']` |
//! | `AvgPool2d(k)` | `stride: k`, `padding: 0`, `count_include_pad: true` | `[c, h, w]` → `[c, h', w']` |
//! | `GlobalAvgPool2d` | | `[c, h, w]` → `[c]` |
//! | `Conv1d(n, kernel: k)` | as `Conv2d`, each size one number; `padding: causal` reads no step to come | `[t, f]` → `[t', n]` |
//! | `GlobalMaxPool2d` | | `[c, h, w]` → `[c]` |
//! | `AdaptiveAvgPool2d((m, n))`, `AdaptiveMaxPool2d((m, n))` | | `[c, h, w]` → `[c, m, n]` |
//! | `ZeroPad2d(p)` | a number, a pair or `(left, right, top, bottom)` | `[c, h, w]` → `[c, h', w']` |
//! | `Upsample(scale)` | in its place `size: (m, n)`; `mode: nearest` (or `bilinear`), `align_corners: false` | `[c, h, w]` → `[c, h', w']` |
//! | `PixelShuffle(r)` | | `[c · r², h, w]` → `[c, h · r, w · r]` |
//! | `ConvTranspose2d(n, kernel: k)` | `stride: 1`, `padding: 0`, `output_padding: 0` (below the stride), `dilation: 1`, `groups: 1`, `bias: true`, `init:` | `[c, h, w]` → `[n, h', w']` |
//! | `ConvTranspose1d(n, kernel: k)` | as `ConvTranspose2d`, each size one number | `[t, f]` → `[t', n]` |
//! | `Conv3d(n, kernel: k)` | as `Conv2d`, each size a number or a triple `(depth, height, width)` | `[c, d, h, w]` → `[n, d', h', w']` |
//! | `MaxPool1d(k)`, `AvgPool1d(k)` | as in two dimensions, each size one number | `[t, f]` → `[t', f]` |
//! | `GlobalAvgPool1d`, `GlobalMaxPool1d` | | `[t, f]` → `[f]` |
//! | `AdaptiveAvgPool1d(n)`, `AdaptiveMaxPool1d(n)` | | `[t, f]` → `[n, f]` |
//! | `Embedding(n)` | `padding_idx:` (whose vector stays zero) | `[t] in 0..k` → `[t, n]`, `[] in 0..k` → `[n]` |
//! | `Rnn(n)`, `Gru(n)`, `Lstm(n)` | `layers: 1`, `bidirectional: false`, `dropout: 0.0` (between layers), `bias: true`, `truncate: 32` (gradients flow back over so many steps; else over all), of an `Rnn` `nonlinearity: tanh` (or `relu`) | `[t, f]` → `[t, n]`, both ways `[t, 2 n]`; states at the end and to start from: see [below](#sequences) |
//! | `Last` | | `[t, f]` → `[f]`, the last step |
//! | `MultiHeadAttention(heads)` | `causal: false`, `mask:` (a value; see below), `rotary: false`, `dropout: 0.0`, `bias: true` | `[t, f]`; `([t, f], [s, g])`, a query and a memory; `([t, f], [s, g], [s, h])`, queries, keys and values → `[t, f]` |
//! | `PositionEmbedding` | `(n)`: a table of more positions than come in | `[t, f]`, to which it adds a learned vector for each position |
//! | `PositionalEncoding` | | `[t, f]`, to which it adds sines and cosines |
//! | `Flatten` | | any → `[n]` |
//! | `Dropout(rate)`, `AlphaDropout(rate)` | | any |
//! | `Dropout2d(rate)` | | `[c, h, w]` |
//! | `GaussianNoise(std)` | | any |
//! | `BatchNorm1d` | `momentum: 0.1` (or `cumulative`: a plain average over all batches), `eps: 1e-5`, `affine: true`, `statistics: batch` (or `running`: training normalises by the running statistics too and leaves them as they are, for fine-tuning) | `[n]`, `[t, f]` |
//! | `BatchNorm2d` | the same | `[c, h, w]` |
//! | `LayerNorm` | `eps: 1e-5`, `affine: true`, `bias: true`, `axis:` (the last axis; without it an image as a whole, with `axis: 0` the channels of each pixel) | `[n]`, `[t, f]`, `[c, h, w]` |
//! | `RmsNorm` | `eps: 1e-6`, `affine: true`, `axis:` | as `LayerNorm` |
//! | `GroupNorm(groups)` | `eps: 1e-5`, `affine: true` | `[c, h, w]` |
//! | `InstanceNorm2d` | `eps: 1e-5`, `affine: false`, `track_running_stats: false`, `momentum: 0.1` (or `cumulative`), `statistics: image` (or `running`) | `[c, h, w]` |
//! | `Relu`, `Relu6`, `Selu`, `Silu`, `Mish`, `Sigmoid`, `LogSigmoid`, `Hardsigmoid`, `Hardswish`, `Tanh`, `Softsign` | | any |
//! | `Hardtanh` | `min: -1`, `max: 1` | any |
//! | `PRelu` | `per_channel: false` (one slope for each feature or channel) | any |
//! | `Glu` | `axis:` (the last axis; the channels of an image) | that axis halved |
//! | `LeakyRelu(0.01)`, `Elu(1.0)`, `Celu(1.0)`, `Gelu` | `Gelu(approximate: tanh)` | any |
//! | `Softplus` | `beta: 1.0`, `threshold: 20.0` | any |
//! | `Softmax`, `LogSoftmax` | `axis:` (the last axis; the channels of an image) | any |
//!
//! An input of words, tokens, categories or classes is declared with the range of its indices: `[64] in 0..65` takes an
//! array `[Index<65>; 64]`, which no index out of range can get into, and an `Embedding` makes a learned vector of each.
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// Draws a digit of the class it is told.
//!     pub struct Painter(noise: [16], class: [] in 0..10) -> [1, 28, 28] {
//!         concat(noise, class -> Embedding(8), axis: 0) -> Dense(784) -> Sigmoid -> reshape([1, 28, 28])
//!     }
//! }
//!
//! let seven = Index::new(7)?;
//! let image = Painter::new(1).predict(&SVector::zeros(), &seven);
//! let classes: &[Index<10>] = Index::cast(&[5, 0, 4])?;     // a whole data set, checked where it lies
//! # assert_eq!((image.len(), classes.len()), (1, 3));
//! # Ok::<(), formwork::Error>(())
//! ```
//!
//! Attention's `mask:` names a value, `[t, s]`, or `[s]` for all rows alike. Its numbers are added to the scaled scores,
//! so that -∞ hides; a `param` may be one, and is learned. A mask of indices, `[s] in 0..2`, has 1 for what takes part and
//! 0 for what does not. Layers of transformers, made of these, are in [`sets`].
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// What a text of at most 32 letters is about; `seen` is 0 behind its end.
//!     pub struct Topic(text: [32] in 0..27, seen: [32] in 0..2) -> [4] {
//!         let x = text -> Embedding(16) -> PositionEmbedding;
//!         let y = x + (x -> LayerNorm -> MultiHeadAttention(4, mask: seen));
//!         y + (y -> LayerNorm -> Dense(64) -> Gelu -> Dense(16)) -> GlobalMaxPool1d -> Dense(4)
//!     }
//! }
//!
//! let (text, mut seen) = ([Index::new(5)?; 32], [Index::new(0)?; 32]);
//! seen[..9].fill(Index::new(1)?);
//! assert_eq!(Topic::new(1).predict(&text, &seen).len(), 4);
//! # Ok::<(), formwork::Error>(())
//! ```
//!
//! # Sequences
//!
//! A sequence is `[time, features]`. `x -> Lstm(32)` carries a state from step to step and gives it at every step, `[t, 32]`;
//! `-> Last` keeps the last one, and then nothing else is computed. A pattern of several names takes the states at the end
//! too, and a state to start from flows in beside the sequence (else it is zero). A state is `[32]`, and with several layers
//! or both directions `[layers · directions, 32]`: layer 0 forward, layer 0 backward, layer 1 forward, …
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// One of three movements, from 64 readings of six sensors.
//!     pub struct Movement(readings: [64, 6]) -> [3] {
//!         readings -> Gru(32, layers: 2, dropout: 0.2) -> Last -> Dense(3)
//!     }
//!
//!     /// The next part of a sequence, from where the one before it ended.
//!     pub struct Onward(x: [16, 4], h0: [8], c0: [8]) -> (y: [16, 4], h: [8], c: [8]) {
//!         let (states, h, c) = (x, h0, c0) -> Lstm(8);
//!         (states -> Dense(4), h, c)
//!     }
//! }
//!
//! let onward = Onward::new(7);
//! let whole = onward.predict(&SMatrix::repeat(0.5), &SVector::zeros(), &SVector::zeros());
//! let next = onward.predict(&SMatrix::repeat(0.5), &whole.h, &whole.c);
//! assert_ne!(whole.y, next.y);
//! ```
//!
//! Over sequences of any length, `[.., 4]`, a network runs a step at a time, as data comes in: `step` takes what comes in and
//! a state, a plain value that it carries on, and allocates nothing. It gives the same numbers as the whole sequence at once.
//! What stands in it works step by step: `Embedding`, `Dense`, the recurrent layers in one direction, `Last`, dropout,
//! `LayerNorm`, `RmsNorm`, activations, arithmetic, `map`.
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// An effect for a guitar.
//!     pub struct Amp(x: [.., 1]) -> [.., 1] { x -> Lstm(8) -> Dense(1) }
//! }
//!
//! let amp = Amp::new(7);
//! let mut state = AmpState::default();
//! let played: Vec<f32> = (0..256).map(|_| amp.step(&SVector::from([0.5]), &mut state)[0]).collect();
//! let whole = amp.predict(&[SVector::from([0.5]); 256]);
//! assert_eq!(played[255], whole[255][0]);
//! state.reset();
//! ```
//!
//! A sample is then a `Vec` of steps, and a batch holds sequences of different lengths: nothing is padded, and each sequence
//! gets the gradients that it would get alone. Of a network with an output at each step, `[.., m]`, targets are `Vec`s too,
//! and [`EachStep`](losses::EachStep) takes a loss or a metric step by step; of one that ends in `-> Last` there is one
//! output for each sequence.
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// Whether there have been more ones than zeros.
//!     pub struct Majority(bits: [..] in 0..2) -> [.., 1] { bits -> Embedding(2) -> Gru(8) -> Dense(1) }
//! }
//!
//! let bits = |number: usize| (0..2 + number % 7).map(|i| number >> i & 1).collect::<Vec<_>>();
//! let mut data = Dataset::default();
//! for bits in (0..200).map(bits) {
//!     let ones = bits.iter().scan(0.0, |more, &bit| {
//!         *more += bit as f32 - 0.5;
//!         Some(SVector::from([f32::from(*more > 0.0)]))
//!     });
//!     data.targets.push(ones.collect::<Vec<_>>());
//!     data.inputs.push(bits.into_iter().map(|bit| Index::new(bit).map(|bit| [bit])).collect::<Result<Vec<_>, _>>()?);
//! }
//! let mut majority = Majority::new(1);
//! let history = Trainer::new(EachStep(BinaryCrossEntropy::new()), Adam::new(0.02))
//!     .epochs(20)
//!     .metric(EachStep(BinaryAccuracy))
//!     .quiet()
//!     .fit(&mut majority, &data)?;
//! assert!(history.last().is_some_and(|epoch| epoch.training.metrics[0] > 0.95));
//! # Ok::<(), formwork::Error>(())
//! ```
//!
//! # Arithmetic
//!
//! A value may be computed from others, and all of it is differentiated: both sides of an operator have one shape, or one
//! of them is a scalar, `[]`, or a number. Nothing is ever broadcast: `expand(gate, [16, 8, 8])` says it. `x -> f(k)` is
//! `f(x, k)`, and axes are counted from 0, the batch not among them.
//!
//! | function | |
//! |---|---|
//! | `a + b`, `a - b`, `a * b`, `a / b`, `-a` | number by number |
//! | `exp`, `ln`, `sqrt`, `abs`, `sin`, `cos`, `tanh`, `sigmoid`, `relu`, `softplus` | of each number |
//! | `min(a, b)`, `max(a, b)`, `pow(a, b)` | of two values, or of a value and a number |
//! | `map(x, \|x\| x * sigmoid(1.702 * x))` | a function of your own, number by number, as `x -> map(\|x\| …)` too; `map(a, b, \|a, b\| …)` of several values of one shape. It is made of its numbers, `+ - * /`, `exp, ln, sqrt, abs, sin, cos, tanh, sigmoid, relu, softplus, min, max, pow` and `let` in a block `{ let s = …; … }` |
//! | `zeros([8])`, `ones([3, 4])` | constants |
//! | `normal([20])` | noise of mean 0 and variance 1, drawn anew at each training pass; 0 in prediction |
//! | `sum(x)`, `mean(x)` | of all numbers: a scalar; with `axis: 1` or `axis: (0, 2)` along these axes, which then are gone |
//! | `matmul(a, b)` | `[m, k]` and `[k, n]` give `[m, n]` |
//! | `concat(a, b, axis: 0)` | two or more values, one behind another |
//! | `split(x, 2, axis: 0)` | equal parts: `let (a, b) = split(x, 2, axis: 0);` |
//! | `slice(x, axis: 0, 2..5)` | a piece |
//! | `reshape(x, [128, 7, 7])` | the same numbers in the same order, under another shape |
//! | `transpose(x)`, `permute(x, [2, 0, 1])` | the axes in another order |
//! | `expand(x, [16, 8, 8])` | the same numbers again along new axes, in front or behind, or along axes of size 1 |
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// The encoder of a variational autoencoder: two inputs, three outputs.
//!     pub struct Encoder(image: [784], noise: [20]) -> (mean: [20], log_var: [20], z: [20]) {
//!         let hidden = image -> Dense(64) -> Relu;
//!         let mean = hidden -> Dense(20);
//!         let log_var = hidden -> Dense(20);
//!         (mean, log_var, mean + exp(log_var / 2) * noise)
//!     }
//!
//!     /// Half of the squared distance: a loss is a network whose output is a scalar (see [`Minimize`](losses::Minimize)).
//!     pub struct Distance(a: [3], b: [3]) -> [] {
//!         sum((a - b) * (a - b)) / 2
//!     }
//! }
//!
//! let encoder = Encoder::new(1);
//! let EncoderOutput { mean, log_var: _, z } = encoder.predict(&SVector::zeros(), &SVector::zeros());
//! assert_eq!(mean, z);
//! let images = vec![SVector::zeros(); 5];
//! let noise = vec![SVector::zeros(); 5];
//! assert_eq!(encoder.predict_batch(EncoderBatch { image: &images, noise: &noise })?.len(), 5);
//! let half = Distance::new(0).predict(&SVector::from([1.0, 2.0, 3.0]), &SVector::from([1.0, 0.0, 3.0]));
//! assert_eq!(half, 2.0);
//! # Ok::<(), formwork::Error>(())
//! ```
//!
//! ## Sizes from constants
//!
//! A dimension, and every whole number among a layer's arguments, may be a `const` of type `usize` from anywhere in the
//! program, by a name in capitals or by its path, and arithmetic with it; a division rounds down. The network is the
//! one that literals would have given, to the last bit and in its files.
//!
//! ```
//! use formwork::prelude::*;
//!
//! mod config {
//!     pub const KERNEL: usize = 3;
//!     pub const CLASSES: usize = 10;
//! }
//! const SIDE: usize = 28;
//!
//! network! {
//!     pub struct Digits(image: [1, SIDE, SIDE]) -> [config::CLASSES] {
//!         image
//!             -> Conv2d(8, kernel: config::KERNEL, padding: same) -> Relu -> MaxPool2d(2)
//!             -> reshape([8 * (SIDE / 2) * (SIDE / 2)])
//!             -> Dense(4 * config::CLASSES) -> Relu -> Dense(config::CLASSES)
//!     }
//! }
//!
//! let scores: SVector<f32, 10> = Digits::new(1).predict(&[SMatrix::<f32, SIDE, SIDE>::zeros()]);
//! assert_eq!(Digits::GRAPH.nodes[4].text, "Dense(40)");
//! # assert_eq!(scores.len(), 10);
//! ```
//!
//! The macro cannot see what a constant is, but the compiler can: a wrong one is one error, at the token where the
//! literal's would be and in the same words, numbers included, from `cargo check` on. What needs the numbers while the
//! macro runs is left out: such an error has no `help:`, the table in a network's documentation shows the constants'
//! names, and where an axis, the number of parts of a `split`, a fraction such as the rate of `Dropout`, or a number in
//! a `map` is wanted, it is a literal.
//!
//! ## Blocks, repetition, sharing
//!
//! A `block` is layers under one name. It has parameters, and variables in small letters that the shape which flows in
//! binds; numbers may be computed with them (`2 * channels`, `h / 2`; a division rounds down). Its layers are found in
//! a struct of their own: `network.stem.conv1.weight`, and `stem.conv1.weight` in files. `[Residual(16); 6]` is six in a
//! row, each with its own tensors: an array, and a loop, so two hundred cost the compiler what one costs. What a round
//! gives is what the next one takes.
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     block Residual(channels)(x: [channels, h, w]) -> [channels, h, w] {
//!         let y = x
//!             -> conv1: Conv2d(channels, kernel: 3, padding: 1, bias: false) -> norm1: BatchNorm2d -> Relu
//!             -> conv2: Conv2d(channels, kernel: 3, padding: 1, bias: false) -> norm2: BatchNorm2d;
//!         x + y -> Relu
//!     }
//!
//!     block Down(x: [c, h, w]) -> [2 * c, h / 2, w / 2] {
//!         x -> Conv2d(2 * c, kernel: 2, stride: 2) -> Relu
//!     }
//!
//!     pub struct Deep(image: [1, 28, 28]) -> [10] {
//!         image
//!             -> stem: Conv2d(16, kernel: 3, padding: 1) -> first: [Residual(16); 4]
//!             -> Down -> second: [Residual(32); 4]
//!             -> GlobalAvgPool2d -> logits: Dense(10)
//!     }
//! }
//!
//! let deep = Deep::new(1);
//! assert_eq!(deep.second[3].conv1.weight.len(), 3);            // a kernel of three rows
//! assert!(deep.tensor("second.3.norm1.running_mean").is_ok());
//! ```
//!
//! A block may take and give several values, `(a, b) -> Pair(8)`, and names the parts of what it gives,
//! `block Pair(n)(a: [n], b: [n]) -> (left: [n], right: [n])`, which `let (l, r) = …;` or `p.left` take. `layer x = …;`
//! declares a layer or a block that is used several times with one set of weights, whose gradients add up. A network of
//! the same invocation is a layer too: a field of its type, which predicts alone with the weights of the whole. Sets of
//! blocks for several modules or crates are made with [`blocks!`].
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     pub struct Decoder(code: [8]) -> [64] {
//!         code -> Dense(32) -> Relu -> Dense(64) -> Sigmoid
//!     }
//!
//!     pub struct AutoEncoder(image: [64]) -> [64] {
//!         image -> Dense(32) -> Relu -> code: Dense(8) -> decoder: Decoder
//!     }
//!
//!     /// How far apart two images are, seen by one tower.
//!     pub struct Distance(a: [64], b: [64]) -> [] {
//!         layer tower = Tower(8);
//!         let difference = (a -> tower) - (b -> tower);
//!         sum(difference * difference)
//!     }
//!
//!     block Tower(n)(x: [m]) -> [n] {
//!         x -> Dense(4 * n) -> Relu -> Dense(n)
//!     }
//! }
//!
//! let whole = AutoEncoder::new(1);
//! let image = whole.decoder.predict(&SVector::zeros());        // the half of a whole
//! assert_eq!(image.len(), 64);
//! assert_eq!(Distance::PARAMETERS, 64 * 32 + 32 + 32 * 8 + 8);  // one tower
//! ```
//!
//! A network of another invocation, module or crate is used in the same way. One macro cannot look into another, so what it
//! gives is claimed, `=> [512]` or `=> (mean: [20], log_var: [20])`; the compiler compares the claim, and what flows in,
//! with the network's own declaration, and says both shapes if they differ. It may be repeated, shared, and frozen.
//!
//! ```
//! use formwork::prelude::*;
//!
//! mod vision {
//!     formwork::network! {
//!         pub struct Backbone(image: [1, 28, 28]) -> [64] {
//!             image -> Conv2d(8, kernel: 3, stride: 2) -> Relu -> Flatten -> Dense(64)
//!         }
//!     }
//! }
//!
//! network! {
//!     pub struct Digits(image: [1, 28, 28]) -> [10] {
//!         image -> features: vision::Backbone(frozen: true) => [64] -> Relu -> logits: Dense(10)
//!     }
//! }
//!
//! let mut digits = Digits::new(1);
//! digits.features.copy_from(&vision::Backbone::new(7));         // or loaded from a file of its own
//! assert_eq!(Digits::PARAMETERS, 64 * 10 + 10);
//! ```
//!
//! A tensor of one's own is declared before it is used. It is a field of the network, has that name in files, and its
//! gradient is the sum over the batch. It begins with a number or is drawn: `= he_normal` and the other names of `init:`,
//! and without any as a dense layer's weights are, where the first axis is what comes out and the others what goes in.
//! `frozen param` makes it a constant of the network, which files have and no optimizer changes; `frozen: true` does the
//! same to the weights of any layer (running averages go on).
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// A residual branch that begins as almost nothing (ConvNeXt's layer scale), on top of a layer that is not trained.
//!     pub struct Scaled(image: [3, 8, 8]) -> [16, 8, 8] {
//!         param gamma: [16, 1, 1] = 1e-6;
//!         let x = image -> stem: Conv2d(16, kernel: 3, padding: 1, frozen: true);
//!         x + expand(gamma, [16, 8, 8]) * (x -> Conv2d(16, kernel: 3, padding: 1) -> Gelu)
//!     }
//! }
//!
//! let network = Scaled::new(1);
//! assert_eq!(network.gamma[15].x, 1e-6);
//! assert_eq!(Scaled::PARAMETERS, 16 + 16 * 16 * 9 + 16);
//! assert_eq!(Scaled::summary().frozen(), 16 * 3 * 9 + 16);
//! ```
//!
//! A layer's tensor is a value too, `embed.weight`, in the shape that files have; its gradients add up. A product with such
//! a tensor or a `param`, as at the end of a language model, copies nothing:
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// Scores the next token by the vectors that tokens come in as.
//!     pub struct Language(tokens: [16] in 0..100) -> [16, 100] {
//!         let h = tokens -> embed: Embedding(8) -> Dense(32) -> Gelu -> Dense(8);
//!         matmul(h, transpose(embed.weight))
//!     }
//! }
//!
//! assert_eq!(Language::TENSORS.len(), 5);
//! ```
//!
//! `init:` is PyTorch's default without it, or `he_normal`, `he_uniform`, `glorot_normal`, `glorot_uniform`. Kernels,
//! strides, paddings and dilations are a number or a pair `(height, width)`.
//!
//! ## Warnings
//!
//! What is legal and yet most likely a mistake is a warning, shown by rustc at the layer. `#[allow(formwork::name)]` at the
//! struct silences one, and `#[deny(formwork::name)]` makes it an error. A value that no result needs is rustc's own
//! "unused variable".
//!
//! | lint | what it minds | for example |
//! |---|---|---|
//! | `missing_activation` | two dense layers with nothing between them are one linear map; a bottleneck, narrower than both sides, is not meant | `-> Dense(64) -> Dense(10)` |
//! | `relu_before_softmax` | all negative scores become equal | `-> Dense(10) -> Relu -> Softmax` |
//! | `repeated_softmax` | shares are taken for raw scores | `-> Softmax -> LogSoftmax` |
//! | `logarithm_of_softmax` | a loss that takes the logarithm of shares loses their digits; `LogSoftmax` does not | `ln(x -> Softmax)` |
//! | `softmax_of_one` | one share alone is always 1 | `-> Dense(1) -> Softmax` |
//! | `dropout_at_the_end` | the loss sees outputs that are zero at random | `-> Dense(10) -> Dropout(0.5)` |
//! | `batch_norm_of_one_pixel` | one value for each channel has no spread in a batch of one | `BatchNorm2d` of `[512, 1, 1]` |
//! | `bias_before_batch_norm` | the normalisation takes the bias away again; `bias: false` | `-> Conv2d(8, kernel: 3) -> BatchNorm2d` |
//! | `unnamed_twins` | two layers without names, of one kind and size, side by side: the order of the lines decides whose weights are whose in a saved file | `(a -> Dense(8)) + (b -> Dense(8))` |
//! | `channels_last` | an image with its channels last is read as many channels of narrow images | `photo: [224, 224, 3]` |
//!
//! ```
//! # formwork::network! {
//! #[allow(formwork::missing_activation)]
//! struct Linear(x: [8]) -> [3] { x -> inner: Dense(16) -> outer: Dense(3) }
//! # }
//! ```
//!
//! ## Mistakes
//!
//! An error of the compiler stands at the token that is wrong, with the sizes and, where there is one, the edit that mends
//! it. [`mistakes`] has a page for each kind: a program with it, what the compiler says, and the program without.
//!
//! # What a network becomes
//!
//! The struct of its tensors and nothing else: `repr(C)`, 64-byte aligned, all scalars. Its gradient is another value of
//! the same type, and so are an optimizer's moments and a copy. It lives in one [`Box`], made on the heap, and no large
//! value ever crosses the stack, in an unoptimized build either. `Digits::GRAPH` describes it ([`Graph`]); everything
//! that reports on a network reads that.
//!
//! A sample is nested static data whose type is its shape (see [`Tensor`]), and a batch is a slice of samples. Several
//! inputs are a generated struct of slices, `EncoderBatch`, and several outputs one with their names, `EncoderOutput`.
//!
//! # What a network says of itself
//!
//! `Digits::summary()` is a table: layer, output, parameters, multiply-adds and their share. `Digits::diagram()` is a
//! drawing ([`Diagram`](report::Diagram)) as Graphviz or Mermaid, and with the crate's feature `diagrams` as an SVG.
//! What it costs is known where the program is compiled:
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     pub struct Small(x: [16]) -> [4] { x -> Dense(32) -> Relu -> Dense(4) }
//! }
//!
//! const _: () = assert!(size_of::<Small>() < 4 * 1024);                        // its weights
//! const _: () = assert!(Small::WORKSPACE_BYTES < 1024);                        // to predict one sample
//! const _: () = assert!(Small::training_workspace_bytes(32) < 64 * 1024);      // to train on batches of 32
//! const _: () = assert!(Small::PARAMETERS == 676 && Small::MULTIPLY_ADDS == 640);
//! ```
//!
//! # A training loop of your own
//!
//! [`Trainer`](train::Trainer) is a loop over the following steps, which are public. A forward pass gives a [`Pass`],
//! the only thing that can go backward.
//!
//! ```
//! use formwork::{Noise, prelude::*};
//!
//! network! {
//!     pub struct Line(x: [1]) -> [1] { x -> Dense(1) }
//! }
//!
//! # fn main() -> formwork::Result<()> {
//! let inputs: Vec<_> = (0..8).map(|i| SVector::from([i as f32 / 8.0])).collect();
//! let targets: Vec<_> = inputs.iter().map(|x| x * 3.0).collect();
//! let (loss, adam) = (MeanSquaredError::new(), Adam::new(0.05));
//! let mut line = Line::new(1);
//! let (mut gradient, mut workspace) = (Line::zeroed(), Line::workspace());
//! let mut state = adam.start(&*line);
//! for step in 0..500 {
//!     let noise = Noise { seed: 1, step, first: 0 };
//!     let mut pass = line.forward(&inputs[..], Selection::All, noise, &mut workspace)?;
//!     let (outputs, gradients) = pass.outputs_and_gradients();
//!     let value = loss.loss(outputs, &targets, Selection::All, gradients)?;
//!     pass.backward(&mut gradient);
//!     adam.step(&mut state, &mut line, &gradient);
//!     if step == 499 {
//!         assert!(value < 1e-4);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Speed, threads and reproducibility
//!
//! A plain release build picks AVX2 or AVX-512 when it runs. The heavy kernels are assembly, so that an unoptimized
//! build of your program trains at nearly the same speed. [`set_threads`] sets how many threads work; the same seed gives
//! the same bits whatever their number.
//!
//! | environment variable | |
//! |---|---|
//! | `FORMWORK_NUM_THREADS` | how many threads work, if the program does not say |
//! | `FORMWORK_ISA` | `portable`, `avx2` or `avx512` in place of the best that the machine has |
//! | `FORMWORK_PRINT` | when compiling: which of `graph`, `shaped`, `plan`, `code` the macro prints |

#![deny(missing_docs)]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod data;
mod error;
pub mod gradcheck;
mod graph;
pub mod init;
pub mod io;
#[doc(hidden)]
pub mod kernels;
pub mod layers;
pub mod losses;
pub mod metrics;
// Pages of documentation and nothing else, so a program that uses the crate does not read their files.
#[cfg(any(doc, doctest, test))]
pub mod mistakes;
mod network;
pub mod noise;
pub mod optimizers;

mod parameters;
mod real;
pub mod report;
mod rounds;
mod sample;
#[doc(hidden)]
pub mod sequences;
pub mod sets;
pub mod tensor;
mod tensor_name;
mod tensors;
pub mod train;
mod workspace;

pub use __private::players::Shape;
pub use data::Index;
pub use error::{Error, Result};
pub use graph::{Graph, Group, Node, Port, Source};
pub use kernels::parallel::{set_threads, threads};
pub use network::{Batch, Network, PREDICTION_BATCH, Pass, Selection, SingleInput, kind};
pub use noise::Noise;
pub use parameters::{Init, Parameters, Role, TensorInfo};
pub use real::Real;
pub use sample::{Column, Sample};
pub use tensor::Tensor;
pub use tensor_name::TensorName;
pub use tensors::{TensorRow, Tensors, TensorsIter};
pub use workspace::{Memory, Workspace};

/// What a program that declares, trains and uses networks needs: `use formwork::prelude::*;`.
pub mod prelude {
    pub use crate::data::{Dataset, Index, Standardizer};
    pub use crate::losses::{
        BinaryCrossEntropy, CrossEntropy, EachStep, GaussianNll, Huber, KlDivergence, L1, Loss,
        MeanSquaredError, Minimize, NegativeLogLikelihood, PoissonNll, SmoothL1,
    };
    pub use crate::metrics::{Accuracy, BinaryAccuracy, Metric};
    pub use crate::optimizers::{Adam, AdamW, Optimizer, Sgd};
    pub use crate::train::{Adversarial, History, Trainer, patience};
    pub use crate::{Network, Parameters, Real, Selection, SingleInput, Tensor, Workspace, blocks, network};
    pub use nalgebra::{SMatrix, SVector};
}

/// Declares networks: see [the language](crate#the-language).
///
/// ```
/// use formwork::prelude::*;
///
/// network! {
///     /// Documentation and attributes pass through to the struct.
///     pub struct Digits(image: [1, 28, 28]) -> [10] {
///         image
///             -> conv: Conv2d(8, kernel: 3) -> Relu -> MaxPool2d(2)
///             -> Flatten
///             -> logits: Dense(10)
///     }
/// }
///
/// let digits = Digits::new(1);
/// let scores = digits.predict(&[SMatrix::<f32, 28, 28>::zeros()]);
/// assert_eq!(scores.len(), 10);
/// ```
///
/// A number that does not fit is an error where it stands:
///
/// ```compile_fail
/// formwork::network! {
///     pub struct Wrong(image: [1, 28, 28]) -> [10] {
///         image -> Conv2d(8, kernel: 3) -> Dense(10)     // `Dense(10)` needs a flat `[N]` input
///     }
/// }
/// ```
#[macro_export]
macro_rules! network {
    ($($tokens:tt)*) => {
        $crate::__private::network! { ($crate) $($tokens)* }
    };
}

/// Declares sets of blocks that networks in other modules and crates can use.
///
/// A network takes a set with `use path::to::set;`; `pub` sets are seen from other crates. What is wrong inside such a
/// block is shown where it is used, since no error can be shown in another crate's text.
///
/// ```
/// mod blocks {
///     formwork::blocks! {
///         /// What images are made smaller with.
///         pub(crate) vision {
///             block Halve(channels)(x: [c, h, w]) -> [channels, h / 2, w / 2] {
///                 x -> Conv2d(channels, kernel: 3, padding: 1) -> Relu -> MaxPool2d(2)
///             }
///         }
///     }
/// }
///
/// formwork::network! {
///     use blocks::vision;
///
///     pub struct Digits(image: [1, 28, 28]) -> [10] {
///         image -> Halve(8) -> Halve(16) -> Flatten -> Dense(10)
///     }
/// }
///
/// assert_eq!(Digits::PARAMETERS, 80 + 1168 + 7850);
/// ```
#[macro_export]
macro_rules! blocks {
    ($($tokens:tt)*) => {
        $crate::__private::blocks! { ($crate) $($tokens)* }
    };
}

/// The README's programs are compiled and run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
