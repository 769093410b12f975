//! Arithmetic with values.
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
//!     /// Half of the squared distance: a loss is a network whose output is a scalar (see [`Minimize`](crate::losses::Minimize)).
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
