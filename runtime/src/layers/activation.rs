//! Activations: one function of each element.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::{at, parts};

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
    /// `min(max(x, 0), 6)` (Krizhevsky: *Convolutional deep belief networks on CIFAR-10*, 2010); the gradient at both
    /// corners is 0.
    Relu6,
    /// `x` above 0, `alpha (e^(x / alpha) - 1)` elsewhere (Barron: *Continuously differentiable exponential linear
    /// units*, 2017).
    Celu {
        /// Minus the limit towards -∞; above 0.
        alpha: f64,
    },
    /// `x tanh(ln(1 + eˣ))` (Misra: *Mish*, 2019).
    Mish,
    /// `-ln(1 + e⁻ˣ)`.
    LogSigmoid,
    /// `x / (1 + |x|)`.
    Softsign,
    /// `x` between two bounds and the nearer of them outside; the gradient at both is 0.
    Hardtanh {
        /// The smallest value.
        min: f64,
        /// The largest value.
        max: f64,
    },
    /// `(x + 3) / 6`, not below 0 and not above 1; the gradient at both corners is 0 (Howard et al.: *Searching for
    /// MobileNetV3*, 2019).
    Hardsigmoid,
    /// `x` times that; the gradient is 0 at -3 and 1 at 3.
    Hardswish,
}

impl Activation {
    /// Whether the backward pass reads the inputs: where the derivative cannot be told from the output.
    #[must_use]
    pub const fn reads_inputs(&self) -> bool {
        match *self {
            Activation::Relu
            | Activation::Selu
            | Activation::Sigmoid
            | Activation::Tanh
            | Activation::Relu6
            | Activation::Celu { .. }
            | Activation::LogSigmoid
            | Activation::Hardtanh { .. } => false,
            // With a negative factor both branches give positive outputs.
            Activation::LeakyRelu { slope } => slope < 0.0,
            Activation::Elu { alpha } => alpha < 0.0,
            Activation::Gelu
            | Activation::GeluTanh
            | Activation::Silu
            | Activation::Softplus { .. }
            | Activation::Mish => true,
            // From the output the input could be told, but near the ends not to the last digit.
            Activation::Softsign | Activation::Hardsigmoid | Activation::Hardswish => true,
        }
    }

    /// How much work an element is, as a multiple of copying it.
    const fn cost(&self) -> usize {
        match self {
            Activation::Relu
            | Activation::LeakyRelu { .. }
            | Activation::Relu6
            | Activation::Hardtanh { .. }
            | Activation::Hardsigmoid
            | Activation::Hardswish => 1,
            _ => 8,
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
        let x = pass.inputs[0];
        parts(pass.outputs[0], 1, self.function.cost(), |from, y| {
            let x = at(x, from, y.len());
            match self.function {
                // The one that nearly every network has is assembly, fast in an unoptimized build too.
                Activation::Relu => T::relu_forward((!x.is_empty()).then_some(x), y),
                function => T::activate(function, x, y),
            }
        });
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let values = if self.function.reads_inputs() { pass.inputs[0] } else { pass.outputs[0] };
        let dy = pass.output_gradients[0];
        parts(pass.input_gradients[0], 1, self.function.cost(), |from, dx| {
            let (values, dy) = (at(values, from, dx.len()), at(dy, from, dx.len()));
            match self.function {
                Activation::Relu => T::relu_backward(values, (!dy.is_empty()).then_some(dy), dx),
                function => T::activate_backward(function, values, dy, dx),
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};
    use crate::layers::Mode;
    use crate::noise::Noise;

    const ALL: [Activation; 25] = [
        Activation::Relu,
        Activation::LeakyRelu { slope: 0.1 },
        Activation::LeakyRelu { slope: 0.0 },
        Activation::LeakyRelu { slope: -0.3 },
        Activation::Elu { alpha: 1.0 },
        Activation::Elu { alpha: 0.4 },
        Activation::Elu { alpha: -0.4 },
        Activation::Selu,
        Activation::Gelu,
        Activation::GeluTanh,
        Activation::Silu,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Softplus { beta: 1.0, threshold: 20.0 },
        Activation::Softplus { beta: 3.0, threshold: 20.0 },
        Activation::Softplus { beta: -0.7, threshold: 20.0 },
        Activation::Relu6,
        Activation::Celu { alpha: 1.0 },
        Activation::Celu { alpha: 0.3 },
        Activation::Mish,
        Activation::LogSigmoid,
        Activation::Softsign,
        Activation::Hardtanh { min: -0.7, max: 1.2 },
        Activation::Hardsigmoid,
        Activation::Hardswish,
    ];

    fn forward<T: Real>(function: Activation, x: &[T], in_place: bool) -> Vec<T> {
        let mut y = if in_place { x.to_vec() } else { vec![T::nan(); x.len()] };
        ActivationSpec { len: x.len(), function }.forward(Forward {
            samples: 1,
            mode: Mode::Predict,
            parameters: &[],
            inputs: &[if in_place { &[] } else { x }],
            outputs: &mut [&mut y],
            saved: &mut [],
            scratch: &mut [],
        });
        y
    }

    /// The derivative at each of `x`.
    fn slopes<T: Real>(function: Activation, x: &[T]) -> Vec<T> {
        let y = forward(function, x, false);
        let mut dx = vec![T::nan(); x.len()];
        ActivationSpec { len: x.len(), function }.backward(Backward {
            samples: 1,
            noise: Noise::default(),
            parameters: &[],
            inputs: &[if function.reads_inputs() { x } else { &[] }],
            outputs: &[if function.reads_outputs() { &y } else { &[] }],
            saved: &mut [],
            output_gradients: &[&vec![T::one(); x.len()]],
            input_gradients: &mut [&mut dx],
            parameter_gradients: &mut [],
            scratch: &mut [],
        });
        dx
    }

    #[test]
    fn gradients_agree_with_differences() {
        let x = spread(37, 3);
        for function in ALL {
            for (in_place, gradient_in_place) in [(false, false), (false, true), (true, false), (true, true)]
            {
                let case = LayerCase {
                    inputs: &[&x],
                    outputs: &[37],
                    reads_inputs: function.reads_inputs(),
                    reads_outputs: function.reads_outputs(),
                    in_place,
                    gradient_in_place,
                    ..LayerCase::default()
                };
                let report = gradcheck::layer(&ActivationSpec { len: 37, function }, &case);
                assert!(report.within(1e-8) && report.checked == 37, "{function:?}: {report}");
            }
        }
    }

    #[test]
    fn f32_agrees_with_f64() {
        let wide: Vec<f64> = (-400..400).map(|i| f64::from(i) * 0.03125).collect();
        let x: Vec<f32> = wide.iter().map(|&x| x as f32).collect();
        for function in ALL {
            let pairs = [
                (forward(function, &x, false), forward(function, &wide, false)),
                (forward(function, &x, true), forward(function, &wide, true)),
                (slopes(function, &x), slopes(function, &wide)),
            ];
            for (narrow, exact) in pairs {
                for ((&x, a), b) in x.iter().zip(narrow).zip(exact) {
                    let error = (f64::from(a) - b).abs();
                    assert!(error < 1e-6 * b.abs().max(1.0), "{function:?} at {x}: {a}, not {b}");
                }
            }
        }
    }

    #[test]
    fn zero_has_the_slope_that_pytorch_gives_it() {
        let scale = 1.050_700_987_355_480_5 * 1.673_263_242_354_377_2;
        for (function, slope) in [
            (Activation::Relu, 0.0),
            (Activation::LeakyRelu { slope: 0.25 }, 0.25),
            (Activation::LeakyRelu { slope: -0.25 }, -0.25),
            (Activation::Elu { alpha: 0.5 }, 0.5),
            (Activation::Selu, scale),
            (Activation::Relu6, 0.0),
            (Activation::Celu { alpha: 0.5 }, 1.0),
            (Activation::LogSigmoid, 0.5),
        ] {
            assert_eq!(slopes(function, &[0.0]), [slope], "{function:?}");
        }
    }

    #[test]
    fn extremes_give_numbers_and_nan_stays() {
        for function in ALL {
            let huge = [-1e30f32, -1e4, 1e4, 1e30];
            for v in forward(function, &huge, false).into_iter().chain(slopes(function, &huge)) {
                assert!(v.is_finite(), "{function:?} gives {v}");
            }
            let huge = [-1e300f64, -1e4, 1e4, 1e300];
            for v in forward(function, &huge, false).into_iter().chain(slopes(function, &huge)) {
                assert!(v.is_finite(), "{function:?} gives {v}");
            }
            assert!(forward(function, &[f32::NAN], false)[0].is_nan(), "{function:?}");
            assert!(forward(function, &[f64::NAN], false)[0].is_nan(), "{function:?}");
        }
    }
}
