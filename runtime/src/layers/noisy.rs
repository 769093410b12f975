//! What the layers have in common that act in training alone: what they draw depends on where it stands.

use super::{Forward, Mode};
use crate::Real;
use crate::noise::Noise;

/// Acts in training, and passes on what comes in in prediction; an empty input stands in the output already.
pub(super) fn in_training<T: Real>(pass: Forward<'_, T>, act: impl FnOnce(Noise, &[T], &mut [T])) {
    let (x, y) = (pass.inputs[0], &mut *pass.outputs[0]);
    match pass.mode {
        Mode::Train(noise) => act(noise, x, y),
        Mode::Predict | Mode::Step(_) if x.is_empty() => (),
        Mode::Predict | Mode::Step(_) => y.copy_from_slice(x),
    }
}

/// What must hold of each of them.
#[cfg(test)]
pub(super) mod laws {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};
    use crate::layers::Layer;

    pub const NOISE: Noise = Noise { seed: 11, step: 5, first: 2 };

    /// One pass over samples of that length.
    pub fn forward<T: Real>(spec: &impl Layer<T>, len: usize, mode: Mode, x: &[T], in_place: bool) -> Vec<T> {
        let mut y = if in_place { x.to_vec() } else { vec![T::nan(); x.len()] };
        spec.forward(Forward {
            samples: x.len() / len,
            mode,
            parameters: &[],
            inputs: &[if in_place { &[] } else { x }],
            outputs: &mut [&mut y],
            saved: &mut [],
            scratch: &mut [],
        });
        y
    }

    /// Gradients agree with differences, in place and not, over three samples of that length.
    pub fn gradients(spec: &(impl Layer<f64> + core::fmt::Debug), len: usize) {
        for in_place in [false, true] {
            let x = spread(3 * len, 11);
            let case = LayerCase {
                samples: 3,
                inputs: &[&x],
                outputs: &[x.len()],
                in_place,
                gradient_in_place: in_place,
                noise: NOISE,
                ..LayerCase::default()
            };
            let report = gradcheck::layer(spec, &case);
            assert!(report.within(1e-8), "{spec:?}: {report}");
        }
    }

    /// What is drawn depends on the place in the batch and on the node, and not on the cut or on the scalar, whose
    /// results may differ by `bound`; samples have 200 values.
    pub fn drawn_by_place<S: Layer<f32> + Layer<f64>>(spec: &S, other_node: &S, bound: f64) {
        let len = 200;
        let train = Mode::Train(NOISE);
        let whole = forward(spec, len, train, &[1.0f64; 800], false);
        let tail = Mode::Train(Noise { first: NOISE.first + 3, ..NOISE });
        assert_eq!(whole[600..], forward(spec, len, tail, &[1.0f64; 200], true));
        assert_ne!(whole[..200], whole[200..400]);
        let narrow = forward(spec, len, train, &[1.0f32; 800], false);
        let differs = |(&a, &b): (&f64, &f32)| (a - f64::from(b)).abs() > bound;
        assert!(!whole.iter().zip(&narrow).any(differs), "f32 draws the same");
        assert_ne!(whole, forward(other_node, len, train, &[1.0f64; 800], false));
    }

    /// Prediction leaves all as it is.
    pub fn passes_in_prediction<T: Real>(spec: &impl Layer<T>, len: usize, x: &[T]) {
        for in_place in [false, true] {
            assert_eq!(forward(spec, len, Mode::Predict, x, in_place), x);
        }
    }
}
