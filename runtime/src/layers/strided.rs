//! Axes in another order, repeated, or added up.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::parts;

/// `y[i] = x[place of i]`: `transpose`, `permute` and `expand`. The gradient by `x` is the sum of all that were read from
/// one place.
///
/// ```
/// use formwork::layers::strided::GatherSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// // [2, 3] becomes [3, 2].
/// let transpose = GatherSpec { axes: &[[3, 1], [2, 3]], inputs: 6, outputs: 6 };
/// let mut y = [0.0f32; 6];
/// transpose.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[],
///     inputs: &[&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut [],
/// });
/// assert_eq!(y, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GatherSpec {
    /// The axes of what comes out, from the outermost in memory to the innermost: each its size, and how far apart its
    /// neighbours lie in what comes in.
    pub axes: &'static [[usize; 2]],
    /// Numbers of a sample that come in.
    pub inputs: usize,
    /// Numbers of a sample that go out: the product of the sizes.
    pub outputs: usize,
}

impl GatherSpec {
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

impl<T: Real> Layer<T> for GatherSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        gather(self.axes, [self.inputs, self.outputs], 1.0, pass.inputs[0], pass.outputs[0]);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (dy, dx) = (pass.output_gradients[0], &mut *pass.input_gradients[0]);
        scatter(self.axes, [self.outputs, self.inputs], 1.0, dy, dx);
    }
}

/// `y[place of i] = scale · Σ x[i]`: `sum` and `mean`, over all or along some axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReduceSpec {
    /// The axes of what comes in, from the outermost in memory to the innermost: each its size, and how far apart its
    /// neighbours lie in what comes out; 0 where they are added up.
    pub axes: &'static [[usize; 2]],
    /// Numbers of a sample that come in: the product of the sizes.
    pub inputs: usize,
    /// Numbers of a sample that go out.
    pub outputs: usize,
    /// 1 for a sum, and for a mean one over how many numbers it is of.
    pub scale: f64,
}

impl ReduceSpec {
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

impl<T: Real> Layer<T> for ReduceSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        scatter(self.axes, [self.inputs, self.outputs], self.scale, pass.inputs[0], pass.outputs[0]);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (dy, dx) = (pass.output_gradients[0], &mut *pass.input_gradients[0]);
        gather(self.axes, [self.outputs, self.inputs], self.scale, dy, dx);
    }
}

fn gather<T: Real>(axes: &[[usize; 2]], [from, to]: [usize; 2], scale: f64, x: &[T], y: &mut [T]) {
    parts(y, to, 2, |first, y| {
        let first = first / to * from;
        T::gather_strided(axes, [from, to], scale, &x[first..first + y.len() / to * from], y);
    });
}

fn scatter<T: Real>(axes: &[[usize; 2]], [from, to]: [usize; 2], scale: f64, x: &[T], y: &mut [T]) {
    parts(y, to, (from / to).max(1) * 2, |first, y| {
        let first = first / to * from;
        T::scatter_strided(axes, [from, to], scale, &x[first..first + y.len() / to * from], y);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        let x = spread(2 * 60, 8);
        let gathers = [
            // [3, 4, 5] in the orders [2, 0, 1] and [0, 2, 1].
            GatherSpec { axes: &[[5, 1], [3, 20], [4, 5]], inputs: 60, outputs: 60 },
            GatherSpec { axes: &[[3, 20], [5, 1], [4, 5]], inputs: 60, outputs: 60 },
            // Again behind, in front, and in the middle.
            GatherSpec { axes: &[[60, 1], [3, 0]], inputs: 60, outputs: 180 },
            GatherSpec { axes: &[[3, 0], [60, 1]], inputs: 60, outputs: 180 },
            GatherSpec { axes: &[[12, 5], [2, 0], [5, 1]], inputs: 60, outputs: 120 },
            GatherSpec { axes: &[], inputs: 1, outputs: 1 },
        ];
        for spec in gathers {
            let case = LayerCase {
                samples: 2,
                inputs: &[&x[..2 * spec.inputs]],
                outputs: &[2 * spec.outputs],
                ..LayerCase::default()
            };
            let report = gradcheck::layer(&spec, &case);
            assert!(report.within(1e-8), "{spec:?}: {report}");
        }
        let reductions = [
            ReduceSpec { axes: &[[60, 0]], inputs: 60, outputs: 1, scale: 1.0 / 60.0 },
            ReduceSpec { axes: &[[3, 0], [20, 1]], inputs: 60, outputs: 20, scale: 1.0 },
            ReduceSpec { axes: &[[12, 1], [5, 0]], inputs: 60, outputs: 12, scale: 0.2 },
            ReduceSpec { axes: &[[3, 1], [4, 0], [5, 3]], inputs: 60, outputs: 15, scale: 1.0 },
        ];
        for spec in reductions {
            let outputs = &[2 * spec.outputs];
            let case = LayerCase { samples: 2, inputs: &[&x], outputs, ..LayerCase::default() };
            let report = gradcheck::layer(&spec, &case);
            assert!(report.within(1e-8), "{spec:?}: {report}");
        }
    }
}
