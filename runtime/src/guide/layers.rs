//! The layers: their arguments, and what they make of a shape.
//!
//! | layer | arguments | from → to |
//! |---|---|---|
//! | `Dense(n)` | `bias: true`, `init:` | `[f]` → `[n]`, `[t, f]` → `[t, n]` |
//! | `Conv2d(n, kernel: k)` | `stride: 1`, `padding: 0` (a number, a pair, `same`, `valid`), `dilation: 1`, `groups: 1`, `bias: true`, `init:` | `[c, h, w]` → `[n, h', w']` |
//! | `MaxPool2d(k)` | `stride: k`, `padding: 0`, `dilation: 1` | `[c, h, w]` → `[c, h', w']` |
//! | `AvgPool2d(k)` | `stride: k`, `padding: 0`, `count_include_pad: true` | `[c, h, w]` → `[c, h', w']` |
//! | `GlobalAvgPool2d` | | `[c, h, w]` → `[c]` |
//! | `Conv1d(n, kernel: k)` | as `Conv2d`, each size one number; `padding: causal` reads no step to come | `[t, f]` → `[t', n]`, causal also `[.., f]` → `[.., n]` |
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
//! 0 for what does not. Layers of transformers, made of these, are in [`sets`](crate::sets).
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
