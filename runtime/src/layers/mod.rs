//! The layers: what each one keeps as parameters, and what it computes forward and backward.
//!
//! A layer is a *spec*, a small constant of sizes that the macro has worked out, and this module's [`Layer`] trait
//! over it. Kernels see slices of whole batches: `samples` values one after another, each in the layout that the
//! layer asks for (row-major, or channels last for everything with an image).
//!
//! The contract, for every layer:
//! - `forward` writes all of `outputs` and `saved` and reads none of what they held before.
//! - `backward` writes (never adds to) all of `input_gradients` that are not empty and all of `parameter_gradients`, which
//!   is empty if the layer is frozen.
//! - An empty slice in `inputs` means that the value stands in `outputs[0]` already (forward, in place); an empty slice
//!   in `output_gradients` means that it stands in `input_gradients[0]` already (backward, in place). The macro only
//!   does so for layers that it knows to allow it.
//! - In `backward`, `inputs` and `outputs` hold what the layer said it reads; the others are empty.
//! - Nothing allocates. What a kernel needs beside is `scratch`, of the length that the spec's `forward_scratch(samples)`
//!   and `backward_scratch(samples)` (inherent `const fn`s) give; its content is undefined on entry.

use crate::Real;
use crate::noise::Noise;
pub use crate::sequences::Sequences;

/// Whether a pass trains or predicts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Prediction: no dropout, running statistics.
    Predict,
    /// Training: dropout and the batch's own statistics.
    Train(Noise),
    /// Prediction of one step of a sequence, before which there were so many; see [`Cache`](crate::Cache).
    Step(usize),
}

impl Mode {
    /// The position of the first row of a sequence.
    pub(crate) const fn first(self) -> usize {
        match self {
            Mode::Step(position) => position,
            Mode::Predict | Mode::Train(_) => 0,
        }
    }

    /// The mode of one round of a repetition.
    #[doc(hidden)]
    #[must_use]
    pub const fn round(self, round: usize) -> Mode {
        match self {
            Mode::Predict | Mode::Step(_) => self,
            Mode::Train(noise) => Mode::Train(noise.round(round)),
        }
    }
}

/// What [`Layer::forward`] works on.
pub struct Forward<'a, T> {
    /// The number of samples.
    pub samples: usize,
    /// Whether this is a training pass.
    pub mode: Mode,
    /// The layer's own parameters, in the order of its parameter struct.
    pub parameters: &'a [T],
    /// One slice for each input.
    pub inputs: &'a [&'a [T]],
    /// One slice for each output.
    pub outputs: &'a mut [&'a mut [T]],
    /// What `backward` will need beside inputs and outputs; empty in prediction. In a step what the layer keeps for the
    /// steps to come.
    pub saved: &'a mut [T],
    /// Room to work in.
    pub scratch: &'a mut [T],
}

/// What [`Layer::backward`] works on.
pub struct Backward<'a, T> {
    /// The number of samples.
    pub samples: usize,
    /// The noise of the forward pass.
    pub noise: Noise,
    /// The layer's own parameters.
    pub parameters: &'a [T],
    /// The inputs, if the layer reads them.
    pub inputs: &'a [&'a [T]],
    /// The outputs, if the layer reads them.
    pub outputs: &'a [&'a [T]],
    /// What `forward` left; nobody reads it afterwards.
    pub saved: &'a mut [T],
    /// The loss's gradient by each output.
    pub output_gradients: &'a [&'a [T]],
    /// The loss's gradient by each input, to be written; empty where nobody asks.
    pub input_gradients: &'a mut [&'a mut [T]],
    /// The loss's gradient by the parameters, to be written; running averages get the batch's statistics.
    pub parameter_gradients: &'a mut [T],
    /// Room to work in.
    pub scratch: &'a mut [T],
}

/// A layer's computation. Implemented by the specs; see the [module](self) for the contract.
pub trait Layer<T: Real> {
    /// From inputs to outputs.
    fn forward(&self, pass: Forward<'_, T>);
    /// From the gradient by the outputs to those by inputs and parameters.
    fn backward(&self, pass: Backward<'_, T>);
}

/// The computation of a layer that carries something from step to step, over sequences of any length; the contract is that
/// of [`Layer`].
///
/// What stands for each step lies step by step, sequence behind sequence, and `samples` is the number of all steps. The
/// spec is that of sequences of one step.
pub trait OverSequences<T: Real> {
    /// From inputs to outputs.
    fn forward_over(&self, sequences: Sequences<'_>, pass: Forward<'_, T>);
    /// From the gradient by the outputs to those by inputs and parameters.
    fn backward_over(&self, sequences: Sequences<'_>, pass: Backward<'_, T>);
}

/// What a layer keeps of the steps before, where it lies; see [`StepByStep`].
pub trait Memory {
    /// As before the first step.
    fn reset(&mut self);
}

impl<M: Memory, const N: usize> Memory for [M; N] {
    fn reset(&mut self) {
        self.iter_mut().for_each(M::reset);
    }
}

/// The computation of one step of a sequence by a layer that keeps a memory, which [`OverSequences`] does for all steps at
/// once: the same spec, one sample, and the same numbers.
pub trait StepByStep<T: Real> {
    /// What is kept of the steps before.
    type Memory: Memory;

    /// From inputs to outputs; the memory then holds this step, too.
    fn step(&self, memory: &mut Self::Memory, pass: Forward<'_, T>);
}

pub mod activation;
pub mod adaptive_avg_pool2d;
pub mod adaptive_max_pool2d;
pub mod add;
pub mod alpha_dropout;
pub mod arithmetic;
pub mod avg_pool2d;
pub mod batch_norm;
pub mod compiled;
pub mod constant;
pub mod conv1d;
pub mod conv2d;
pub mod conv3d;
pub mod conv_transpose1d;
pub mod conv_transpose2d;
pub mod dense;
pub mod dropout;
pub mod dropout2d;
pub mod elementary;
pub mod embedding;
pub mod gaussian_noise;
pub mod global_avg_pool2d;
pub mod glu;
pub mod group_norm;
pub mod instance_norm2d;
pub mod layer_norm;
pub mod layout;
pub mod map;
pub mod matmul;
pub mod max_pool2d;
pub mod multi_head_attention;
mod noisy;
pub mod param;
pub mod parts;
pub mod past;
pub mod pixel_shuffle;
pub mod position_embedding;
pub mod positional_encoding;
pub mod prelu;
pub mod recurrent;
pub mod rms_norm;
pub mod softmax;
pub mod strided;
pub mod tensor;
pub mod upsample;
pub mod zero_pad2d;
