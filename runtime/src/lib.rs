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
//! # The guide
//!
//! - [`layers`](guide::layers): all of them, with arguments and shapes
//! - [`sequences`](guide::sequences): recurrence, any length, a step at a time
//! - [`arithmetic`](guide::arithmetic): operators and functions, `map`, losses of one's own
//! - [`structure`](guide::structure): blocks, repetition, shared weights, networks in networks
//! - [`constants`](guide::constants): sizes from `const` items of the program
//! - [`warnings`](guide::warnings) and [`mistakes`]: what the compiler says, a page for each kind of mistake
//! - [`networks`](guide::networks): what a declaration becomes, its summary and cost, a training loop of one's own
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
mod cache;
pub mod data;
mod error;
pub mod gradcheck;
mod graph;
pub mod guide;
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
pub use cache::{Cache, Steps};
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
