//! What a network becomes, says of itself, and how to write a training loop of one's own.
//!
//! The struct of its tensors and nothing else: `repr(C)`, 64-byte aligned, all scalars. Its gradient is another value of
//! the same type, and so are an optimizer's moments and a copy. It lives in one [`Box`], made on the heap, and no large
//! value ever crosses the stack, in an unoptimized build either. `Digits::GRAPH` describes it ([`Graph`](crate::Graph)); everything
//! that reports on a network reads that.
//!
//! A sample is nested static data whose type is its shape (see [`Tensor`](crate::Tensor)), and a batch is a slice of samples. Several
//! inputs are a generated struct of slices, `EncoderBatch`, and several outputs one with their names, `EncoderOutput`.
//!
//! # What a network says of itself
//!
//! `Digits::summary()` is a table: layer, output, parameters, multiply-adds and their share. `Digits::diagram()` is a
//! drawing ([`Diagram`](crate::report::Diagram)) as Graphviz or Mermaid, and with the crate's feature `diagrams` as an SVG.
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
//! [`Trainer`](crate::train::Trainer) is a loop over the following steps, which are public. A forward pass gives a [`Pass`](crate::Pass),
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
