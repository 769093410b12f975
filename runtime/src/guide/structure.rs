//! Blocks, repetition, shared layers, networks in networks, tensors of one's own.
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
//! blocks for several modules or crates are made with [`blocks!`](crate::blocks!).
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
