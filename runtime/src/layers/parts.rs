//! Values joined along an axis, cut into equal parts, or one piece taken out.
//!
//! Along an axis that is not the outermost, a value is many *runs*: the numbers from one step of the axes outside it to
//! the next. Joining puts one run of each value behind another, again and again.

use super::{Backward, Forward, Layer, OverSequences, Sequences};
use crate::Real;

/// `concat(a, b, …)`. Each gradient is a piece of the output's.
///
/// ```
/// use formwork::layers::parts::ConcatSpec;
/// use formwork::layers::{Forward, Layer, Mode};
/// // [2, 1] and [2, 2] along axis 1.
/// let concat = ConcatSpec { runs: 2, parts: &[1, 2] };
/// let mut y = [0.0f32; 6];
/// concat.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[],
///     inputs: &[&[1.0, 2.0], &[3.0, 4.0, 5.0, 6.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut [],
/// });
/// assert_eq!(y, [1.0, 3.0, 4.0, 2.0, 5.0, 6.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConcatSpec {
    /// Runs of a sample.
    pub runs: usize,
    /// The numbers of a run of each value.
    pub parts: &'static [usize],
}

impl ConcatSpec {
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

    /// Each part with its place in a run.
    fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        self.parts.iter().scan(0, |end, &len| {
            let place = *end;
            *end += len;
            Some((place, len))
        })
    }
}

impl<T: Real> Layer<T> for ConcatSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (runs, all) = (pass.samples * self.runs, self.parts.iter().sum());
        for (x, (place, len)) in pass.inputs.iter().zip(self.places()) {
            T::copy_runs(runs, len, [len, 0], [all, place], x, pass.outputs[0]);
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (runs, all) = (pass.samples * self.runs, self.parts.iter().sum());
        for (dx, (place, len)) in pass.input_gradients.iter_mut().zip(self.places()) {
            if !dx.is_empty() {
                T::copy_runs(runs, len, [all, place], [len, 0], pass.output_gradients[0], dx);
            }
        }
    }
}

/// `split(x, parts)`: equal parts. The gradient is that of all parts, joined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitSpec {
    /// Runs of a sample.
    pub runs: usize,
    /// The numbers of a run of each part.
    pub part: usize,
    /// How many parts there are.
    pub parts: usize,
}

impl SplitSpec {
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

impl<T: Real> Layer<T> for SplitSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (runs, all) = (pass.samples * self.runs, self.parts * self.part);
        for (i, y) in pass.outputs.iter_mut().enumerate() {
            T::copy_runs(runs, self.part, [all, i * self.part], [self.part, 0], pass.inputs[0], y);
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (runs, all) = (pass.samples * self.runs, self.parts * self.part);
        for (i, dy) in pass.output_gradients.iter().enumerate() {
            let to = [all, i * self.part];
            T::copy_runs(runs, self.part, [self.part, 0], to, dy, pass.input_gradients[0]);
        }
    }
}

/// `slice(x, from..to)`: one piece. The gradient is zero outside it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SliceSpec {
    /// Runs of a sample.
    pub runs: usize,
    /// The numbers of a run that comes in.
    pub whole: usize,
    /// The place of the piece in it.
    pub start: usize,
    /// The numbers of the piece.
    pub len: usize,
}

impl SliceSpec {
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

    /// No room is needed beside, of sequences either.
    #[must_use]
    pub const fn forward_scratch_over(&self, _steps: usize, _sequences: usize, _trains: bool) -> usize {
        0
    }

    /// No room is needed beside, of sequences either.
    #[must_use]
    pub const fn backward_scratch_over(&self, _steps: usize, _sequences: usize) -> usize {
        0
    }
}

impl<T: Real> Layer<T> for SliceSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let (runs, from) = (pass.samples * self.runs, [self.whole, self.start]);
        T::copy_runs(runs, self.len, from, [self.len, 0], pass.inputs[0], pass.outputs[0]);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let (runs, to) = (pass.samples * self.runs, [self.whole, self.start]);
        let dx = &mut *pass.input_gradients[0];
        dx.fill(T::zero());
        T::copy_runs(runs, self.len, [self.len, 0], to, pass.output_gradients[0], dx);
    }
}

/// Of each sequence the last step; a run is a step.
impl<T: Real> OverSequences<T> for SliceSpec {
    fn forward_over(&self, sequences: Sequences<'_>, pass: Forward<'_, T>) {
        crate::sequences::last(sequences, self.len, pass.inputs[0], pass.outputs[0]);
    }

    fn backward_over(&self, sequences: Sequences<'_>, pass: Backward<'_, T>) {
        let dx = &mut *pass.input_gradients[0];
        crate::sequences::last_backward(sequences, self.len, pass.output_gradients[0], dx);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};

    #[test]
    fn gradients_agree_with_differences() {
        let x = spread(2 * 36, 7);
        let case = LayerCase { samples: 2, ..LayerCase::default() };
        let concat = ConcatSpec { runs: 3, parts: &[2, 5, 1] };
        let inputs: &[&[f64]] = &[&x[..12], &x[12..42], &x[42..48]];
        let report = gradcheck::layer(&concat, &LayerCase { inputs, outputs: &[48], ..case });
        assert!(report.within(1e-8) && report.checked == 48, "{report}");
        let split = SplitSpec { runs: 3, part: 4, parts: 3 };
        let report = gradcheck::layer(&split, &LayerCase { inputs: &[&x], outputs: &[24, 24, 24], ..case });
        assert!(report.within(1e-8) && report.checked == 72, "{report}");
        let slice = SliceSpec { runs: 3, whole: 12, start: 5, len: 4 };
        let report = gradcheck::layer(&slice, &LayerCase { inputs: &[&x], outputs: &[24], ..case });
        assert!(report.within(1e-8) && report.checked == 72, "{report}");
    }
}
