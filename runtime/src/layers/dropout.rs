//! Dropout (Srivastava et al.: *Dropout: a simple way to prevent neural networks from overfitting*, 2014).

use super::{Backward, Forward, Layer, Mode};
use crate::Real;

/// In training each element becomes 0 with probability `rate` and is multiplied by `1 / (1 - rate)` otherwise; in
/// prediction nothing happens.
///
/// The mask is a function of seed, step, `node`, the sample's place in the batch and the element alone (see
/// [`noise`](crate::noise)), the same for `f32` and `f64`; backward makes it again and reads nothing. Both passes may
/// run in place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DropoutSpec {
    /// The node's number in its network: every node draws a mask of its own.
    pub node: u32,
    /// Elements of a sample.
    pub len: usize,
    /// The probability that an element is dropped.
    pub rate: f64,
}

impl DropoutSpec {
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

impl<T: Real> Layer<T> for DropoutSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (x, y) = (pass.inputs[0], &mut *pass.outputs[0]);
        match pass.mode {
            Mode::Train(noise) => T::dropout(noise, self.node, self.len, self.rate, x, y),
            Mode::Predict if x.is_empty() => (),
            Mode::Predict => y.copy_from_slice(x),
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (dy, dx) = (pass.output_gradients[0], &mut *pass.input_gradients[0]);
        T::dropout(pass.noise, self.node, self.len, self.rate, dy, dx);
    }
}
