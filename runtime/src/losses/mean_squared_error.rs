//! The mean squared error.

use super::{Loss, Reduction, Takes, factor, over_pairs};
use crate::kind::{Distribution, Probabilities, RawScores};
use crate::{Real, Result, Selection, Tensor};

/// The mean of `(output - target)²` over all scalars of the batch, as PyTorch's `MSELoss`.
///
/// The gradient by an output is `2 (output - target) / n`, with `n` the number of scalars in the batch.
///
/// ```
/// use formwork::losses::{Loss, MeanSquaredError};
/// use formwork::Selection;
/// use nalgebra::Vector2;
/// let outputs = [Vector2::new(1.0, 2.0)];
/// let targets = [Vector2::new(1.0, 4.0)];
/// let mut gradients = outputs;
/// let loss = MeanSquaredError::new().loss(&outputs, &targets, Selection::All, &mut gradients)?;
/// assert_eq!(loss, 2.0);
/// assert_eq!(gradients[0], Vector2::new(0.0, -2.0));
/// # Ok::<(), formwork::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanSquaredError {
    reduction: Reduction,
}

impl MeanSquaredError {
    /// The mean over all scalars.
    #[must_use]
    pub const fn new() -> Self {
        MeanSquaredError { reduction: Reduction::Mean }
    }

    /// The sum over all scalars instead.
    #[must_use]
    pub const fn sum(self) -> Self {
        MeanSquaredError { reduction: Reduction::Sum }
    }

    fn over<O: Tensor>(
        &self,
        outputs: &[O],
        targets: &[O],
        selection: Selection<'_>,
        gradients: Option<&mut [O]>,
    ) -> Result<f64> {
        let factor = factor(self.reduction, outputs.len() * O::LEN);
        let scale = O::Scalar::of(2.0 * factor);
        let sum = over_pairs(outputs, targets, selection, gradients, |output, target, gradient| {
            let target = target.scalars();
            if let Some(gradient) = gradient {
                for ((g, &y), &t) in gradient.iter_mut().zip(output).zip(target) {
                    *g = scale * (y - t);
                }
            }
            output.iter().zip(target).map(|(&y, &t)| (y - t).widen().powi(2)).sum()
        })?;
        Ok(factor * sum)
    }
}

#[diagnostic::do_not_recommend]
impl<O: Tensor> Loss<O, O> for MeanSquaredError {
    fn loss(
        &self,
        outputs: &[O],
        targets: &[O],
        selection: Selection<'_>,
        gradients: &mut [O],
    ) -> Result<f64> {
        self.over(outputs, targets, selection, Some(gradients))
    }

    fn value(&self, outputs: &[O], targets: &[O], selection: Selection<'_>) -> Result<f64> {
        self.over(outputs, targets, selection, None)
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }
}

#[diagnostic::do_not_recommend]
impl Takes<RawScores> for MeanSquaredError {}
#[diagnostic::do_not_recommend]
impl Takes<Probabilities> for MeanSquaredError {}
#[diagnostic::do_not_recommend]
impl Takes<Distribution> for MeanSquaredError {}
