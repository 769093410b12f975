//! Functions of each number: `exp`, `ln`, …, and the arithmetic of a value with a number.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::{at, parts};

/// A function of each number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Elementary {
    /// `eˣ`
    Exp,
    /// The natural logarithm.
    Ln,
    /// `√x`; the gradient at 0 is infinite.
    Sqrt,
    /// `|x|`; the gradient at 0 is 0.
    Abs,
    /// `sin x`
    Sin,
    /// `cos x`
    Cos,
    /// `c x`
    Scale(f64),
    /// `x + c`
    Shift(f64),
    /// `c - x`
    From(f64),
    /// `x / c`
    Divide(f64),
    /// `c / x`
    Over(f64),
    /// The smaller of `x` and `c`; where they are equal the gradient is ½, as PyTorch's `minimum` has it.
    Min(f64),
    /// The larger of `x` and `c`; where they are equal the gradient is ½.
    Max(f64),
    /// `xᶜ`
    Power(f64),
    /// `cˣ`
    Base(f64),
}

impl Elementary {
    /// Whether the backward pass reads the outputs; of the others all but `Scale`, `Shift`, `From` and `Divide` read the
    /// inputs.
    #[must_use]
    pub const fn reads_outputs(&self) -> bool {
        matches!(self, Elementary::Exp | Elementary::Sqrt | Elementary::Base(_))
    }

    const fn cost(&self) -> usize {
        match self {
            Elementary::Abs
            | Elementary::Scale(_)
            | Elementary::Shift(_)
            | Elementary::From(_)
            | Elementary::Min(_)
            | Elementary::Max(_) => 1,
            _ => 8,
        }
    }
}

/// `y = f(x)`, `len` numbers for each sample, any shape and layout. Both passes may run in place.
///
/// ```
/// use formwork::layers::elementary::{Elementary, ElementarySpec};
/// use formwork::layers::{Forward, Layer, Mode};
/// let half = ElementarySpec { len: 2, function: Elementary::Divide(2.0) };
/// let mut y = [0.0f32; 2];
/// half.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[],
///     inputs: &[&[3.0, -4.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut [],
/// });
/// assert_eq!(y, [1.5, -2.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ElementarySpec {
    /// Numbers of a sample.
    pub len: usize,
    /// The function.
    pub function: Elementary,
}

impl ElementarySpec {
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

impl<T: Real> Layer<T> for ElementarySpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let x = pass.inputs[0];
        parts(pass.outputs[0], 1, self.function.cost(), |from, y| {
            T::elementary(self.function, at(x, from, y.len()), y);
        });
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let v = if self.function.reads_outputs() { pass.outputs[0] } else { pass.inputs[0] };
        let dy = pass.output_gradients[0];
        parts(pass.input_gradients[0], 1, self.function.cost(), |from, dx| {
            T::elementary_backward(self.function, at(v, from, dx.len()), at(dy, from, dx.len()), dx);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        use Elementary::{
            Abs, Base, Cos, Divide, Exp, From, Ln, Max, Min, Over, Power, Scale, Shift, Sin, Sqrt,
        };
        let anywhere = spread(37, 3);
        let positive: Vec<f64> = anywhere.iter().map(|x| x.abs() + 0.4).collect();
        let all = [
            (Exp, false),
            (Ln, true),
            (Sqrt, true),
            (Abs, false),
            (Sin, false),
            (Cos, false),
            (Scale(-2.5), false),
            (Shift(0.7), false),
            (From(0.7), false),
            (Divide(-3.0), false),
            (Over(2.0), true),
            (Min(0.123), false),
            (Max(0.123), false),
            (Power(2.0), false),
            (Power(3.0), false),
            (Power(-1.0), true),
            (Power(0.0), false),
            (Power(1.5), true),
            (Base(1.7), false),
        ];
        for (function, is_positive) in all {
            let x = if is_positive { &positive } else { &anywhere };
            let linear = matches!(function, Scale(_) | Shift(_) | From(_) | Divide(_));
            let case = LayerCase {
                inputs: &[x],
                outputs: &[37],
                reads_inputs: !function.reads_outputs() && !linear,
                reads_outputs: function.reads_outputs(),
                ..LayerCase::default()
            };
            for gradient_in_place in [false, true] {
                let in_place = gradient_in_place && !case.reads_inputs;
                let case = LayerCase { in_place, gradient_in_place, ..case };
                let report = gradcheck::layer(&ElementarySpec { len: 37, function }, &case);
                assert!(report.within(1e-7) && report.checked == 37, "{function:?}: {report}");
            }
        }
    }
}
