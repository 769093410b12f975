//! Layer normalisation (Ba, Kiros, Hinton: *Layer normalization*, 2016).

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::columns::COLUMNS;
use crate::kernels::split::{at, pairs, parts};
use nalgebra::SVector;

/// How much work an element is, as a multiple of copying it.
const COST: usize = 4;

/// The parameters of a layer normalisation of rows of `W`; without weight or bias `W` or `B` is 0.
///
/// In files they have the shape of what is normalised: `[f]`, or `[c, h, w]` of a whole image.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct LayerNorm<T, const W: usize, const B: usize> {
    /// The scale after normalising.
    pub weight: SVector<T, W>,
    /// What is added then.
    pub bias: SVector<T, B>,
}

/// `y = (x - mean) / √(var + eps) · weight + bias` for each of `rows` rows of a sample, with the row's own mean and
/// (biased) variance, formed in two passes. Training and prediction are the same.
///
/// `[n]` is one row, `[t, f]` are `t` rows of `f`, an image is one row as a whole, or (with its channels innermost) a row
/// for each pixel. Parameters are weight and bias, `len` each, where there are any. Forward saves two scalars for each row;
/// backward reads these and the inputs. Forward may run in place if nobody reads the inputs later, backward always.
///
/// ```
/// use formwork::layers::layer_norm::LayerNormSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// let norm = LayerNormSpec { rows: 1, len: 2, eps: 0.0, weight: true, bias: true };
/// let mut y = [0.0f32; 2];
/// norm.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[1.0, 2.0, 0.5, 0.5],
///     inputs: &[&[3.0, 5.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut [],
/// });
/// assert_eq!(y, [-0.5, 2.5]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerNormSpec {
    /// The rows of a sample.
    pub rows: usize,
    /// The length of a row.
    pub len: usize,
    /// What is added to the variance.
    pub eps: f64,
    /// Whether there is a weight.
    pub weight: bool,
    /// Whether there is a bias; never without a weight.
    pub bias: bool,
}

impl LayerNormSpec {
    /// Scalars that forward saves for each sample: mean and `1 / √(var + eps)` of each row.
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

impl<T: Real> Layer<T> for LayerNormSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        forward(self.len, true, self.eps, usize::from(self.weight), pass);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        backward(self.len, true, usize::from(self.weight), pass);
    }
}

/// Rows by their own statistics; with `weights` 1 the parameters begin with a weight, and what follows is the bias.
pub(super) fn forward<T: Real>(len: usize, centred: bool, eps: f64, weights: usize, pass: Forward<'_, T>) {
    let x = pass.inputs[0];
    let (weight, bias) = pass.parameters.split_at(weights * len);
    pairs([&mut *pass.outputs[0], pass.saved], [len, 2], COST, |from, y, saved| {
        T::row_norm(len, centred, eps, weight, bias, at(x, from, y.len()), y, saved);
    });
}

/// The gradients of [`forward`].
pub(super) fn backward<T: Real>(len: usize, centred: bool, weights: usize, pass: Backward<'_, T>) {
    let (x, dy, saved) = (pass.inputs[0], pass.output_gradients[0], pass.saved);
    let dx = &mut *pass.input_gradients[0];
    if len == 0 {
        return;
    }
    // First, since the gradient by the inputs may be written over the one by the outputs.
    if !pass.parameter_gradients.is_empty() {
        let dy = if dy.is_empty() { &*dx } else { dy };
        let (dweight, dbias) = pass.parameter_gradients.split_at_mut(weights * len);
        // Columns that are summed side by side stay together.
        let units = [COLUMNS, if dbias.is_empty() { 0 } else { COLUMNS }];
        pairs([dweight, dbias], units, COST * (x.len() / len).max(1), |from, dweight, dbias| {
            T::row_norm_parameters(len, from, saved, x, dy, dweight, dbias);
        });
    }
    let weight = &pass.parameters[..weights * len];
    parts(dx, len, COST, |from, dx| {
        let (row, rows) = (from / len, dx.len() / len);
        let saved = &saved[2 * row..2 * (row + rows)];
        T::row_norm_backward(len, centred, weight, saved, &x[from..][..dx.len()], at(dy, from, dx.len()), dx);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};
    use crate::layers::Mode;

    #[test]
    fn gradients_agree_with_differences() {
        for (rows, len) in [(1, 2), (3, 7), (2, 70), (70, 3)] {
            for (weight, bias) in [(false, false), (true, false), (true, true)] {
                for gradient_in_place in [false, true] {
                    let spec = LayerNormSpec { rows, len, eps: 1e-3, weight, bias };
                    let x = spread(2 * rows * len, 9);
                    let learned = len * (usize::from(weight) + usize::from(bias));
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

    #[test]
    fn a_small_spread_far_from_zero_keeps_its_digits() {
        // E[x²] - E[x]² would lose all of them in f32.
        let spec = LayerNormSpec { rows: 1, len: 1000, eps: 0.0, weight: false, bias: false };
        let x: Vec<f32> = (0..1000).map(|i| 1000.0 + (i % 2) as f32 * 0.125).collect();
        let mut y = x.clone();
        spec.forward(Forward {
            samples: 1,
            mode: Mode::Predict,
            parameters: &[],
            inputs: &[&[]],
            outputs: &mut [&mut y],
            saved: &mut [],
            scratch: &mut [],
        });
        for (i, y) in y.into_iter().enumerate() {
            let want = if i % 2 == 0 { -1.0 } else { 1.0 };
            assert!((y - want).abs() < 1e-2, "{i}: {y}");
        }
    }
}
