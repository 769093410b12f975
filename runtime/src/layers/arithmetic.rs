//! The arithmetic of two values: differences, products, quotients and the like.

use super::{Backward, Forward, Layer};
use crate::Real;

/// What becomes of two numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arithmetic {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a b`
    Mul,
    /// `a / b`
    Div,
    /// The smaller of the two; where they are equal each gets half of the gradient, as with PyTorch's `minimum`.
    Min,
    /// The larger of the two; where they are equal each gets half of the gradient.
    Max,
    /// `aᵇ`
    Pow,
}

/// `y = f(a, b)`, number by number, `len` for each sample, in any shape and layout; or one of the two is a single number
/// for each sample, whose gradient is then the sum of those of all.
///
/// Forward may run in place of `a`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArithmeticSpec {
    /// Numbers of a sample.
    pub len: usize,
    /// Whether each side has `len` numbers, and not one; at least one of them has.
    pub wide: [bool; 2],
    /// What is computed.
    pub function: Arithmetic,
}

impl ArithmeticSpec {
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

impl<T: Real> Layer<T> for ArithmeticSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        T::combine(self.function, self.wide, self.len, pass.inputs[0], pass.inputs[1], pass.outputs[0]);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let [da, db] = pass.input_gradients else { return };
        let (a, b, dy) = (pass.inputs[0], pass.inputs[1], pass.output_gradients[0]);
        T::combine_backward(self.function, self.wide, self.len, a, b, dy, da, db);
    }
}
