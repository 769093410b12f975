//! Soft-max and its logarithm.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::{at, parts};

/// How much work an element is, as a multiple of copying it.
const COST: usize = 8;

/// Soft-max over the middle axis of `[outer, len, inner]`: `yᵢ = e^(xᵢ - m) / Σⱼ e^(xⱼ - m)` with `m` the largest `x`,
/// or its logarithm.
///
/// Values that are -∞ throughout (everything is masked) give probabilities of 0, not NaN, and logarithms of -∞. The
/// gradient, read off the outputs, is `y (dy - Σ y dy)`, and for the logarithm `dy - eʸ Σ dy`. Both passes may run in
/// place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftmaxSpec {
    /// How many independent blocks a sample has.
    pub outer: usize,
    /// How many numbers share one distribution.
    pub len: usize,
    /// The distance between two of them.
    pub inner: usize,
    /// Whether the logarithm is asked for.
    pub log: bool,
}

impl SoftmaxSpec {
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

impl<T: Real> Layer<T> for SoftmaxSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let x = pass.inputs[0];
        parts(pass.outputs[0], self.len * self.inner, COST, |from, y| {
            T::softmax(self.len, self.inner, self.log, at(x, from, y.len()), y);
        });
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (y, dy) = (pass.outputs[0], pass.output_gradients[0]);
        parts(pass.input_gradients[0], self.len * self.inner, COST, |from, dx| {
            let (y, dy) = (at(y, from, dx.len()), at(dy, from, dx.len()));
            T::softmax_backward(self.len, self.inner, self.log, y, dy, dx);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};
    use crate::layers::Mode;
    use crate::noise::Noise;

    fn forward<T: Real>(spec: SoftmaxSpec, x: &[T]) -> Vec<T> {
        let mut y = vec![T::nan(); x.len()];
        spec.forward(Forward {
            samples: x.len() / (spec.outer * spec.len * spec.inner),
            mode: Mode::Predict,
            parameters: &[],
            inputs: &[x],
            outputs: &mut [&mut y],
            saved: &mut [],
            scratch: &mut [],
        });
        y
    }

    #[test]
    fn gradients_agree_with_differences() {
        for (outer, len, inner) in [(1, 1, 1), (1, 10, 1), (2, 21, 1), (1, 5, 3), (2, 3, 19), (1, 4, 16)] {
            for log in [false, true] {
                for (in_place, gradient_in_place) in [(false, false), (true, true)] {
                    let x = spread(2 * outer * len * inner, 4);
                    let case = LayerCase {
                        samples: 2,
                        inputs: &[&x],
                        outputs: &[x.len()],
                        reads_outputs: true,
                        in_place,
                        gradient_in_place,
                        ..LayerCase::default()
                    };
                    let report = gradcheck::layer(&SoftmaxSpec { outer, len, inner, log }, &case);
                    assert!(report.within(1e-8), "{outer} {len} {inner} {log}: {report}");
                }
            }
        }
    }

    #[test]
    fn probabilities_add_up_to_one_at_any_size() {
        for inner in [1, 3] {
            let spec = SoftmaxSpec { outer: 1, len: 3, inner, log: false };
            let x: Vec<f32> = [1e4, -1e4, 9999.0].iter().flat_map(|&v| vec![v; inner]).collect();
            let y = forward(spec, &x);
            for i in 0..inner {
                let total = y[i] + y[inner + i] + y[2 * inner + i];
                assert!((total - 1.0).abs() < 1e-6 && y[inner + i] == 0.0, "{y:?}");
            }
            let log = forward(SoftmaxSpec { log: true, ..spec }, &x);
            assert!((log[0] + 0.313_261_7).abs() < 1e-6 && log[inner] == -2e4 - 0.313_261_7, "{log:?}");
        }
    }

    #[test]
    fn masked_rows_give_zeros_and_nan_stays() {
        const MASKED: f64 = f64::NEG_INFINITY;
        for inner in [1, 2] {
            let spec = SoftmaxSpec { outer: 1, len: 2, inner, log: false };
            let log = SoftmaxSpec { log: true, ..spec };
            let all = vec![MASKED; 2 * inner];
            assert_eq!(forward(spec, &all), vec![0.0; 2 * inner]);
            assert_eq!(forward(log, &all), all);
            let mut one = all.clone();
            one[..inner].fill(3.0);
            let mut expected = vec![0.0; 2 * inner];
            expected[..inner].fill(1.0);
            assert_eq!(forward(spec, &one), expected);
            one[..inner].fill(f64::NAN);
            assert!(forward(spec, &one).iter().all(|y| y.is_nan()));
            assert!(forward(spec, &vec![f64::NAN; 2 * inner]).iter().all(|y| y.is_nan()));

            let mut dx = vec![f64::NAN; 2 * inner];
            spec.backward(Backward {
                samples: 1,
                noise: Noise::default(),
                parameters: &[],
                inputs: &[&[]],
                outputs: &[&vec![0.0; 2 * inner]],
                saved: &mut [],
                output_gradients: &[&vec![1.0; 2 * inner]],
                input_gradients: &mut [&mut dx],
                parameter_gradients: &mut [],
                scratch: &mut [],
            });
            assert_eq!(dx, vec![0.0; 2 * inner]);
        }
    }
}
