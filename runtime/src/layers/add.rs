//! The sum of two values.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::{at, parts};

/// `y = a + b`, `len` elements for each sample, any shape and layout.
///
/// Forward may run in place of `a`. Each input's gradient is the output's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AddSpec {
    /// Elements of a sample.
    pub len: usize,
}

impl AddSpec {
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

impl<T: Real> Layer<T> for AddSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (a, b) = (pass.inputs[0], pass.inputs[1]);
        parts(pass.outputs[0], 1, 1, |from, y| {
            T::add_slices(at(a, from, y.len()), at(b, from, y.len()), y);
        });
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let [first, rest @ ..] = pass.input_gradients else { return };
        let dy = pass.output_gradients[0];
        let dy = if dy.is_empty() {
            &**first
        } else {
            if !first.is_empty() {
                first.copy_from_slice(dy);
            }
            dy
        };
        for dx in rest {
            if !dx.is_empty() {
                dx.copy_from_slice(dy);
            }
        }
    }
}
