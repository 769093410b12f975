//! Sizes from constants of the program.
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
