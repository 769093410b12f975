//! Gradients checked against central differences, `(f(x + h) - f(x - h)) / 2h`: for layers and for any function.
//!
//! ```
//! use formwork::gradcheck;
//! let f = |x: &[f64]| x[0] * x[0] + x[1].sin();
//! let report = gradcheck::function(f, &[3.0, 1.0], &[6.0, 1.0f64.cos()]);
//! assert!(report.within(1e-8), "{report}");
//! let wrong = gradcheck::function(f, &[3.0, 1.0], &[6.0, 0.0]);
//! assert_eq!(wrong.worst.unwrap().index, 1);
//! ```

use crate::layers::{Backward, Forward, Layer, Mode};
use crate::noise::{Noise, Stream};
use core::fmt;
use rand::Rng;

/// The step `h` for numbers of size 1: the truncation error is about `h²`, the rounding error about `1e-16 / h`.
const STEP: f64 = 1e-5;

/// What a gradient is by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The argument of a function.
    Argument,
    /// A layer's input of that number.
    Input(usize),
    /// A layer's parameters.
    Parameters,
}

/// One element of a gradient, as it was given and as differences have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Element {
    /// What the gradient is by.
    pub place: Place,
    /// The element's index there.
    pub index: usize,
    /// The gradient that was to be checked; NaN where it is missing.
    pub given: f64,
    /// The central difference.
    pub difference: f64,
}

impl Element {
    /// `|given - difference| / max(1, |given|, |difference|)`, and infinite where that is not a number.
    #[must_use]
    pub fn error(&self) -> f64 {
        let scale = self.given.abs().max(self.difference.abs()).max(1.0);
        let error = (self.given - self.difference).abs() / scale;
        if error.is_nan() { f64::INFINITY } else { error }
    }
}

/// What a check found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Report {
    /// How many elements were compared.
    pub checked: usize,
    /// The one with the largest error; `None` if there was nothing to compare.
    pub worst: Option<Element>,
}

impl Report {
    /// The largest error; infinite if nothing was compared.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.worst.map_or(f64::INFINITY, |worst| worst.error())
    }

    /// Whether something was compared, and all of it agrees to this tolerance.
    #[must_use]
    pub fn within(&self, tolerance: f64) -> bool {
        self.error() <= tolerance
    }

    fn add(&mut self, element: Element) {
        self.checked += 1;
        if self.worst.is_none_or(|worst| element.error() > worst.error()) {
            self.worst = Some(element);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(worst) = self.worst else { return write!(f, "nothing was compared") };
        let Element { place, index, given, difference } = worst;
        write!(
            f,
            "of {} elements the worst is {index} of {place:?}: {given} given, {difference} by differences, error {:.2e}",
            self.checked,
            worst.error()
        )
    }
}

/// Checks a function's gradient at one point.
///
/// The gradient should be as long as the point; what it lacks, or has beyond it, counts as an infinite error.
pub fn function(mut f: impl FnMut(&[f64]) -> f64, at: &[f64], gradient: &[f64]) -> Report {
    let mut report = Report::default();
    compare(&mut report, Place::Argument, at, gradient, &mut f);
    for (index, &given) in gradient.iter().enumerate().skip(at.len()) {
        report.add(Element { place: Place::Argument, index, given, difference: f64::NAN });
    }
    report
}

fn compare(
    report: &mut Report,
    place: Place,
    at: &[f64],
    gradient: &[f64],
    f: &mut dyn FnMut(&[f64]) -> f64,
) {
    let mut x = at.to_vec();
    for (index, &centre) in at.iter().enumerate() {
        let h = STEP * centre.abs().max(1.0);
        x[index] = centre + h;
        let above = f(&x);
        x[index] = centre - h;
        let below = f(&x);
        x[index] = centre;
        // The step as it was really made.
        let difference = (above - below) / ((centre + h) - (centre - h));
        let given = gradient.get(index).copied().unwrap_or(f64::NAN);
        report.add(Element { place, index, given, difference });
    }
}

/// What [`layer`] runs a layer on. The lengths are of the whole batch.
#[derive(Clone, Copy, Debug)]
pub struct LayerCase<'a> {
    /// The number of samples.
    pub samples: usize,
    /// The layer's parameters.
    pub parameters: &'a [f64],
    /// How many of them, from the first on, are learned; the others (running statistics) have no gradient.
    pub learned: usize,
    /// The inputs.
    pub inputs: &'a [&'a [f64]],
    /// The length of each output.
    pub outputs: &'a [usize],
    /// How much forward saves for backward.
    pub saved: usize,
    /// The room that forward works in.
    pub forward_scratch: usize,
    /// The room that backward works in.
    pub backward_scratch: usize,
    /// Whether backward may read the inputs; if not, it gets empty slices.
    pub reads_inputs: bool,
    /// Whether backward may read the outputs; if not, it gets empty slices.
    pub reads_outputs: bool,
    /// Whether forward is to work in place of its first input.
    pub in_place: bool,
    /// Whether backward is to write the first input's gradient over the output's.
    pub gradient_in_place: bool,
    /// The noise of the pass.
    pub noise: Noise,
}

impl Default for LayerCase<'_> {
    fn default() -> Self {
        LayerCase {
            samples: 1,
            parameters: &[],
            learned: 0,
            inputs: &[],
            outputs: &[],
            saved: 0,
            forward_scratch: 0,
            backward_scratch: 0,
            reads_inputs: false,
            reads_outputs: false,
            in_place: false,
            gradient_in_place: false,
            noise: Noise::default(),
        }
    }
}

/// Checks a layer's gradients by its inputs and learned parameters, for the loss `Σ w y` with weights `w` of either sign.
///
/// Outputs, gradients, saved values and scratch are NaN before each pass, so a layer that reads what it should write is
/// found out, and so is one that writes only a part.
pub fn layer(layer: &impl Layer<f64>, case: &LayerCase<'_>) -> Report {
    let mut stream = Stream::new(0x9E37, 0x4752_4144);
    let weights: Vec<Vec<f64>> = case
        .outputs
        .iter()
        .map(|&len| {
            // Between -2 and 2, and not near 0.
            let draw = |_| {
                let word = stream.next_u32();
                let size = 0.5 + 1.5 * f64::from(word >> 1) / f64::from(u32::MAX >> 1);
                if word & 1 == 0 { size } else { -size }
            };
            (0..len).map(draw).collect()
        })
        .collect();
    let loss = |inputs: &[&[f64]], parameters: &[f64]| -> f64 {
        let (outputs, _) = forward(layer, case, inputs, parameters);
        let products = outputs.iter().flatten().zip(weights.iter().flatten());
        products.map(|(y, w)| y * w).sum()
    };
    let (input_gradients, parameter_gradients) = backward(layer, case, &weights);

    let mut report = Report::default();
    for (i, (&input, gradient)) in case.inputs.iter().zip(&input_gradients).enumerate() {
        compare(&mut report, Place::Input(i), input, gradient, &mut |x| {
            let inputs: Vec<&[f64]> =
                case.inputs.iter().enumerate().map(|(j, &input)| if i == j { x } else { input }).collect();
            loss(&inputs, case.parameters)
        });
    }
    let learned = &case.parameters[..case.learned.min(case.parameters.len())];
    compare(&mut report, Place::Parameters, learned, &parameter_gradients, &mut |p| {
        let mut parameters = case.parameters.to_vec();
        parameters[..p.len()].copy_from_slice(p);
        loss(case.inputs, &parameters)
    });
    report
}

/// The outputs, and what is saved.
fn forward(
    layer: &impl Layer<f64>,
    case: &LayerCase<'_>,
    inputs: &[&[f64]],
    parameters: &[f64],
) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut outputs: Vec<Vec<f64>> = case.outputs.iter().map(|&len| vec![f64::NAN; len]).collect();
    let mut saved = vec![f64::NAN; case.saved];
    let mut inputs = inputs.to_vec();
    if case.in_place
        && let (Some(input), Some(output)) = (inputs.first_mut(), outputs.first_mut())
    {
        *output = input.to_vec();
        *input = &[];
    }
    let mut slices: Vec<&mut [f64]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
    layer.forward(Forward {
        samples: case.samples,
        mode: Mode::Train(case.noise),
        parameters,
        inputs: &inputs,
        outputs: &mut slices,
        saved: &mut saved,
        scratch: &mut vec![f64::NAN; case.forward_scratch],
    });
    (outputs, saved)
}

/// The gradients by the inputs and by the parameters.
fn backward(
    layer: &impl Layer<f64>,
    case: &LayerCase<'_>,
    weights: &[Vec<f64>],
) -> (Vec<Vec<f64>>, Vec<f64>) {
    let (outputs, mut saved) = forward(layer, case, case.inputs, case.parameters);
    let inputs: Vec<&[f64]> = case.inputs.iter().map(|&x| if case.reads_inputs { x } else { &[] }).collect();
    let outputs: Vec<&[f64]> =
        outputs.iter().map(|y| if case.reads_outputs { &y[..] } else { &[] }).collect();
    let mut gradients: Vec<&[f64]> = weights.iter().map(Vec::as_slice).collect();
    let mut input_gradients: Vec<Vec<f64>> = case.inputs.iter().map(|x| vec![f64::NAN; x.len()]).collect();
    let mut parameter_gradients = vec![f64::NAN; case.parameters.len()];
    if case.gradient_in_place
        && let (Some(dx), Some(dy)) = (input_gradients.first_mut(), gradients.first_mut())
    {
        *dx = dy.to_vec();
        *dy = &[];
    }
    let mut slices: Vec<&mut [f64]> = input_gradients.iter_mut().map(Vec::as_mut_slice).collect();
    layer.backward(Backward {
        samples: case.samples,
        noise: case.noise,
        parameters: case.parameters,
        inputs: &inputs,
        outputs: &outputs,
        saved: &mut saved,
        output_gradients: &gradients,
        input_gradients: &mut slices,
        parameter_gradients: &mut parameter_gradients,
        scratch: &mut vec![f64::NAN; case.backward_scratch],
    });
    (input_gradients, parameter_gradients)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::layers::add::AddSpec;
    use rand::seq::SliceRandom;

    /// Numbers in -2..2 that differ by at least `4 / len` and are not 0, in random order: no kinks within a step.
    pub(crate) fn spread(len: usize, seed: u64) -> Vec<f64> {
        let mut values: Vec<f64> =
            (0..len).map(|i| (4 * i + 3) as f64 / len as f64 - 2.0 - 1.0 / 64.0).collect();
        values.shuffle(&mut Stream::new(seed, 0));
        values
    }

    #[test]
    fn a_wrong_missing_or_extra_element_is_found() {
        let f = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>();
        let at = [1.0, -2.0, 0.5];
        assert!(function(f, &at, &[2.0, -4.0, 1.0]).within(1e-9));
        let wrong = function(f, &at, &[2.0, -4.1, 1.0]);
        assert_eq!((wrong.checked, wrong.worst.map(|w| w.index)), (3, Some(1)));
        assert!(!wrong.within(1e-3) && wrong.within(0.1));
        assert!(function(f, &at, &[2.0, -4.0]).error().is_infinite());
        assert!(function(f, &at, &[2.0, -4.0, 1.0, 0.0]).error().is_infinite());
        assert!(!function(f, &[], &[]).within(1e9));
    }

    /// `y = x₀ · p`, with a gradient that is right, forgets the parameter's half, or is not written.
    struct Scale(&'static str);

    impl Layer<f64> for Scale {
        fn forward(&self, pass: Forward<'_, f64>) {
            for (y, x) in pass.outputs[0].iter_mut().zip(pass.inputs[0]) {
                *y = x * pass.parameters[0];
            }
        }

        fn backward(&self, pass: Backward<'_, f64>) {
            let (x, dy) = (pass.inputs[0], pass.output_gradients[0]);
            if self.0 != "unwritten" {
                for (dx, dy) in pass.input_gradients[0].iter_mut().zip(dy) {
                    *dx = dy * pass.parameters[0];
                }
            }
            let total: f64 = x.iter().zip(dy).map(|(x, dy)| x * dy).sum();
            pass.parameter_gradients[0] = if self.0 == "halved" { total / 2.0 } else { total };
        }
    }

    #[test]
    fn a_layer_is_checked_by_inputs_and_parameters() {
        let case = LayerCase {
            samples: 2,
            parameters: &[1.5],
            learned: 1,
            inputs: &[&[0.3, -0.7]],
            outputs: &[2],
            reads_inputs: true,
            ..LayerCase::default()
        };
        let right = layer(&Scale("right"), &case);
        assert!(right.within(1e-9) && right.checked == 3, "{right}");
        assert_eq!(layer(&Scale("halved"), &case).worst.map(|w| w.place), Some(Place::Parameters));
        let unwritten = layer(&Scale("unwritten"), &case);
        assert_eq!(unwritten.worst.map(|w| w.place), Some(Place::Input(0)));
        assert!(unwritten.error().is_infinite());
    }

    #[test]
    fn a_sum_passes_its_gradient_to_both() {
        let (a, b) = (spread(6, 1), spread(6, 2));
        for in_place in [false, true] {
            for gradient_in_place in [false, true] {
                let case = LayerCase {
                    samples: 2,
                    inputs: &[&a, &b],
                    outputs: &[6],
                    in_place,
                    gradient_in_place,
                    ..LayerCase::default()
                };
                let report = layer(&AddSpec { len: 3 }, &case);
                assert!(report.within(1e-8) && report.checked == 12, "{report}");
            }
        }
    }
}
