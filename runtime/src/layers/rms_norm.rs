//! Normalisation by the root mean square (Zhang, Sennrich: *Root mean square layer normalization*, 2019).

use super::layer_norm::{backward, forward};
use super::{Backward, Forward, Layer};
use crate::Real;
use nalgebra::SVector;

/// The parameters of a normalisation of rows of `W`; without a weight `W` is 0.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct RmsNorm<T, const W: usize> {
    /// The scale after normalising.
    pub weight: SVector<T, W>,
}

/// `y = x / √(mean of x² + eps) · weight` for each of `rows` rows of a sample. Training and prediction are the same.
///
/// `[n]` is one row, `[t, f]` are `t` rows of `f`, an image is one row. The weight has `len` elements, if there is one.
/// Forward saves two scalars for each row; backward reads these and the inputs. Forward may run in place if nobody
/// reads the inputs later, backward always.
///
/// ```
/// use formwork::layers::rms_norm::RmsNormSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// let norm = RmsNormSpec { rows: 1, len: 2, eps: 0.0, weight: false };
/// let mut y = [0.0f64; 2];
/// norm.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[],
///     inputs: &[&[1.0, 7.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut [],
/// });
/// assert_eq!(y, [0.2, 1.4000000000000001]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsNormSpec {
    /// The rows of a sample.
    pub rows: usize,
    /// The length of a row.
    pub len: usize,
    /// What is added to the mean of the squares.
    pub eps: f64,
    /// Whether there is a weight.
    pub weight: bool,
}

impl RmsNormSpec {
    /// Scalars that forward saves for each sample: 0 and `1 / √(mean of x² + eps)` of each row.
    #[must_use]
    pub const fn saved_each(&self) -> usize {
        2 * self.rows
    }

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

impl<T: Real> Layer<T> for RmsNormSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        forward(self.len, false, self.eps, usize::from(self.weight), pass);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        backward(self.len, false, usize::from(self.weight), pass);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        for (rows, len) in [(1, 1), (3, 7), (2, 70), (70, 3)] {
            for weight in [false, true] {
                for gradient_in_place in [false, true] {
                    let spec = RmsNormSpec { rows, len, eps: 1e-3, weight };
                    let x = spread(2 * rows * len, 9);
                    let learned = len * usize::from(weight);
                    let parameters = spread(learned, 10);
                    let case = LayerCase {
                        samples: 2,
                        parameters: &parameters,
                        learned,
                        inputs: &[&x],
                        outputs: &[x.len()],
                        saved: 2 * spec.saved_each(),
                        reads_inputs: true,
                        gradient_in_place,
                        ..LayerCase::default()
                    };
                    let report = gradcheck::layer(&spec, &case);
                    assert!(report.within(1e-7), "{spec:?}: {report}");
                }
            }
        }
    }
}
