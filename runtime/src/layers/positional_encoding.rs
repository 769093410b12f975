//! Positions as sines and cosines.

use super::position_embedding::add_table;
use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::positions::encodings;

/// `y[p][2i] = x[p][2i] + sin a` and `y[p][2i + 1] = x[p][2i + 1] + cos a` with `a = p · 10000^(-2i / width)`, for each
/// of `len` rows of a sample (Vaswani et al.: *Attention is all you need*, 2017, 3.5). The gradient passes as it is. Both
/// passes may run in place.
///
/// ```
/// use formwork::layers::positional_encoding::PositionalEncodingSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// let spec = PositionalEncodingSpec { len: 2, width: 2 };
/// let mut y = [0.0f64; 4];
/// spec.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[],
///     inputs: &[&[0.0; 4]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut vec![0.0; spec.forward_scratch(1)],
/// });
/// assert_eq!(y, [0.0, 1.0, 1f64.sin(), 1f64.cos()]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PositionalEncodingSpec {
    /// The rows of a sample.
    pub len: usize,
    /// The features of a row.
    pub width: usize,
}

impl PositionalEncodingSpec {
    /// The scalars of room that forward needs: one sample's sines and cosines.
    #[must_use]
    pub const fn forward_scratch(&self, _samples: usize) -> usize {
        self.len * self.width
    }

    /// No room is needed beside.
    #[must_use]
    pub const fn backward_scratch(&self, _samples: usize) -> usize {
        0
    }
}

impl<T: Real> Layer<T> for PositionalEncodingSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let table = &mut pass.scratch[..self.len * self.width];
        encodings(pass.mode.first(), self.width, table);
        add_table(table, pass.inputs[0], pass.outputs[0]);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (dy, dx) = (pass.output_gradients[0], &mut *pass.input_gradients[0]);
        if !dy.is_empty() && !dx.is_empty() {
            dx.copy_from_slice(dy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        for (samples, len, width) in [(1, 1, 1), (3, 4, 5), (2, 70, 6)] {
            let (spec, x) = (PositionalEncodingSpec { len, width }, spread(samples * len * width, 5));
            for in_place in [false, true] {
                let case = LayerCase {
                    samples,
                    inputs: &[&x],
                    outputs: &[x.len()],
                    forward_scratch: spec.forward_scratch(samples),
                    in_place,
                    gradient_in_place: in_place,
                    ..LayerCase::default()
                };
                let report = gradcheck::layer(&spec, &case);
                assert!(report.within(1e-8) && report.checked == x.len(), "{report}");
            }
        }
    }
}
