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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        use Arithmetic::{Add, Div, Max, Min, Mul, Pow, Sub};
        // Above 0 for powers, and no two are equal.
        let a: Vec<f64> = spread(3 * 21, 9).iter().map(|x| x.abs() + 0.5).collect();
        let b: Vec<f64> = a.iter().map(|x| 2.7 - 0.6 * x).collect();
        for function in [Add, Sub, Mul, Div, Min, Max, Pow] {
            for wide in [[true, true], [true, false], [false, true]] {
                let side = |x: &'_ [f64], wide: bool| x[..if wide { 63 } else { 3 }].to_vec();
                let (a, b) = (side(&a, wide[0]), side(&b, wide[1]));
                let case = LayerCase {
                    samples: 3,
                    inputs: &[&a, &b],
                    outputs: &[63],
                    reads_inputs: !matches!(function, Add | Sub),
                    ..LayerCase::default()
                };
                let spec = ArithmeticSpec { len: 21, wide, function };
                for in_place in [false, wide[0] && matches!(function, Add | Sub)] {
                    let report = gradcheck::layer(&spec, &LayerCase { in_place, ..case });
                    assert!(report.within(1e-7), "{function:?} {wide:?} {in_place}: {report}");
                    assert_eq!(report.checked, a.len() + b.len());
                }
            }
        }
    }

    #[test]
    fn a_tie_shares_the_gradient() {
        let (mut da, mut db) = ([f64::NAN], [f64::NAN]);
        let spec = ArithmeticSpec { len: 1, wide: [true; 2], function: Arithmetic::Max };
        spec.backward(Backward {
            samples: 1,
            noise: crate::Noise::default(),
            parameters: &[],
            inputs: &[&[2.0], &[2.0]],
            outputs: &[&[]],
            saved: &mut [],
            output_gradients: &[&[3.0]],
            input_gradients: &mut [&mut da, &mut db],
            parameter_gradients: &mut [],
            scratch: &mut [],
        });
        assert_eq!((da, db), ([1.5], [1.5]));
    }
}
