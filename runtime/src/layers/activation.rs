//! Activations: one function of each element.

use super::{Backward, Forward, Layer};
use crate::Real;

/// A function applied to each element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// `max(x, 0)`; the gradient at 0 is 0.
    Relu,
    /// `x` above 0, `slope · x` elsewhere.
    LeakyRelu {
        /// The slope at and below 0.
        slope: f64,
    },
    /// `x` above 0, `alpha (eˣ - 1)` elsewhere (Clevert et al.: *Fast and accurate deep network learning by
    /// exponential linear units*, 2015).
    Elu {
        /// Minus the limit towards -∞.
        alpha: f64,
    },
    /// `λ x` above 0, `λ α (eˣ - 1)` elsewhere, with `λ = 1.0507…`, `α = 1.6732…` (Klambauer et al.:
    /// *Self-normalizing neural networks*, 2017).
    Selu,
    /// `x Φ(x) = x/2 (1 + erf(x / √2))` (Hendrycks, Gimpel: *Gaussian error linear units*, 2016).
    Gelu,
    /// Its approximation `x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))`.
    GeluTanh,
    /// `x / (1 + e⁻ˣ)`, also called swish.
    Silu,
    /// `1 / (1 + e⁻ˣ)`.
    Sigmoid,
    /// `tanh x`.
    Tanh,
    /// `ln(1 + e^(beta x)) / beta`, and `x` itself where `beta x` is above the threshold.
    Softplus {
        /// How sharp the bend is.
        beta: f64,
        /// Where the function becomes the identity.
        threshold: f64,
    },
}

impl Activation {
    /// Whether the backward pass reads the inputs: where the derivative cannot be told from the output.
    #[must_use]
    pub const fn reads_inputs(&self) -> bool {
        match *self {
            Activation::Relu | Activation::Selu | Activation::Sigmoid | Activation::Tanh => false,
            // With a negative factor both branches give positive outputs.
            Activation::LeakyRelu { slope } => slope < 0.0,
            Activation::Elu { alpha } => alpha < 0.0,
            Activation::Gelu | Activation::GeluTanh | Activation::Silu | Activation::Softplus { .. } => true,
        }
    }

    /// Whether the backward pass reads the outputs: always either these or the inputs.
    #[must_use]
    pub const fn reads_outputs(&self) -> bool {
        !self.reads_inputs()
    }
}

/// `len` elements for each sample, any shape and layout.
///
/// Both passes may run in place, except that forward must keep its input where [`Activation::reads_inputs`] says so.
///
/// ```
/// use formwork::layers::activation::{Activation, ActivationSpec};
/// use formwork::layers::{Forward, Layer, Mode};
/// let relu = ActivationSpec { len: 3, function: Activation::Relu };
/// let mut y = [0.0f32; 3];
/// relu.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[],
///     inputs: &[&[-1.0, 0.5, 2.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut [],
/// });
/// assert_eq!(y, [0.0, 0.5, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActivationSpec {
    /// Elements of a sample.
    pub len: usize,
    /// The function.
    pub function: Activation,
}

impl ActivationSpec {
    /// No room is needed beside.
    #[must_use]
    pub const fn forward_scratch(&self, _samples: usize) -> usize {
        0
    }

    /// No room is needed beside.
    #[must_use]
    pub const fn backward_scratch(&self, _samples: usize) -> usize {
        0
    }
}

impl<T: Real> Layer<T> for ActivationSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        T::activate(self.function, pass.inputs[0], pass.outputs[0]);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let values = if self.function.reads_inputs() { pass.inputs[0] } else { pass.outputs[0] };
        T::activate_backward(self.function, values, pass.output_gradients[0], pass.input_gradients[0]);
    }
}
