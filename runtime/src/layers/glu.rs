//! The gated linear unit (Dauphin et al.: *Language modeling with gated convolutional networks*, 2016).

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::parts;

/// How much work an element is, as a multiple of copying it.
const COST: usize = 8;

/// `y = a · σ(b)`, with `a` the first and `b` the second half of the input along one axis, and `σ` the sigmoid.
///
/// A sample is `blocks` runs of `2 half` scalars, the `half` of `a` and then the `half` of `b`. Backward reads the
/// inputs: `da = dy σ(b)`, `db = dy a σ(b) (1 - σ(b))`. Neither pass may run in place.
///
/// ```
/// use formwork::layers::glu::GluSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// let mut y = [0.0f32; 2];
/// GluSpec { blocks: 1, half: 2 }.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[],
///     inputs: &[&[3.0, 4.0, 0.0, 100.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut [],
/// });
/// assert_eq!(y, [1.5, 4.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GluSpec {
    /// How many runs a sample has.
    pub blocks: usize,
    /// Half the length of a run.
    pub half: usize,
}

impl GluSpec {
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

impl<T: Real> Layer<T> for GluSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let x = pass.inputs[0];
        parts(pass.outputs[0], self.half, COST, |from, y| {
            T::glu(self.half, &x[2 * from..][..2 * y.len()], y);
        });
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (x, dy) = (pass.inputs[0], pass.output_gradients[0]);
        parts(pass.input_gradients[0], 2 * self.half, COST, |from, dx| {
            let len = dx.len();
            T::glu_backward(self.half, &x[from..][..len], &dy[from / 2..][..len / 2], dx);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        for (blocks, half) in [(1, 1), (3, 7), (1, 40), (20, 2)] {
            let x = spread(2 * blocks * 2 * half, 8);
            let case = LayerCase {
                samples: 2,
                inputs: &[&x],
                outputs: &[x.len() / 2],
                reads_inputs: true,
                ..LayerCase::default()
            };
            let report = gradcheck::layer(&GluSpec { blocks, half }, &case);
            assert!(report.within(1e-8), "{blocks} {half}: {report}");
        }
    }
}
