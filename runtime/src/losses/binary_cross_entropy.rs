//! The binary cross-entropy of logits.

use super::{Loss, Reduction, Takes, factor, over_pairs};
use crate::kind::RawScores;
use crate::{Real, Result, Selection, Tensor};
use num_traits::Float;

/// `-(w t ln σ(x) + (1 - t) ln(1 - σ(x)))` with `σ` the sigmoid, averaged over all scalars of the batch, as PyTorch's
/// `BCEWithLogitsLoss`.
///
/// Targets are 0 or 1, or probabilities between. The network gives logits: the sigmoid is part of the loss, which is
/// computed as `(1 - t) x + (1 + (w - 1) t) ln(1 + exp(-x))`, stable for any `x`.
///
/// ```
/// use formwork::losses::{BinaryCrossEntropy, Loss};
/// use formwork::Selection;
/// use nalgebra::Vector2;
/// let logits = [Vector2::new(0.0, 1e4)];
/// let targets = [Vector2::new(1.0, 1.0)];
/// let loss = BinaryCrossEntropy::new().value(&logits, &targets, Selection::All)?;
/// assert!((loss - 2f64.ln() / 2.0).abs() < 1e-12);
/// # Ok::<(), formwork::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryCrossEntropy {
    reduction: Reduction,
    positive_weight: f64,
}

impl BinaryCrossEntropy {
    /// The mean over all scalars.
    #[must_use]
    pub const fn new() -> Self {
        BinaryCrossEntropy { reduction: Reduction::Mean, positive_weight: 1.0 }
    }

    /// The sum over all scalars instead.
    #[must_use]
    pub const fn sum(self) -> Self {
        BinaryCrossEntropy { reduction: Reduction::Sum, ..self }
    }

    /// How much more a positive target counts than a negative one, `w` in the formula: for data with few positives,
    /// the number of negatives divided by that of positives.
    #[must_use]
    pub const fn positive_weight(self, weight: f64) -> Self {
        BinaryCrossEntropy { positive_weight: weight, ..self }
    }

    /// A weight of its own for each scalar of the output (see [`positive_weight`](Self::positive_weight)).
    #[must_use]
    pub const fn positive_weights<O: Tensor>(self, weights: O) -> WeightedBinaryCrossEntropy<O> {
        WeightedBinaryCrossEntropy { reduction: self.reduction, weights }
    }
}

impl Default for BinaryCrossEntropy {
    fn default() -> Self {
        Self::new()
    }
}

/// A [`BinaryCrossEntropy`] whose weight of positive targets differs from one output to the next; made by
/// [`BinaryCrossEntropy::positive_weights`].
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedBinaryCrossEntropy<O> {
    reduction: Reduction,
    weights: O,
}

/// The loss over a batch; `weight` gives the positive weight of the scalar at a place.
fn over<O: Tensor>(
    reduction: Reduction,
    weight: impl Fn(usize) -> O::Scalar,
    (outputs, targets, selection): (&[O], &[O], Selection<'_>),
    gradients: Option<&mut [O]>,
) -> Result<f64> {
    let (zero, one) = (O::Scalar::of(0.0), O::Scalar::of(1.0));
    let factor = factor(reduction, outputs.len() * O::LEN);
    let scale = O::Scalar::of(factor);
    let sum = over_pairs(outputs, targets, selection, gradients, |output, target, mut gradient| {
        let mut sum = 0.0;
        for (place, (&x, &t)) in output.iter().zip(target.scalars()).enumerate() {
            let negative = one - t;
            let slope = one + (weight(place) - one) * t;
            // ln(1 + exp(-x)) and σ(-x), both without the exponential of a large number.
            let small = (-x.abs()).exp();
            let softplus = small.ln_1p() + (-x).max(zero);
            let sigmoid = if x < zero { one } else { small } / (one + small);
            sum += (negative * x + slope * softplus).widen();
            if let Some(gradient) = &mut gradient {
                gradient[place] = scale * (negative - slope * sigmoid);
            }
        }
        sum
    })?;
    Ok(factor * sum)
}

#[diagnostic::do_not_recommend]
impl<O: Tensor> Loss<O, O> for BinaryCrossEntropy {
    fn loss(
        &self,
        outputs: &[O],
        targets: &[O],
        selection: Selection<'_>,
        gradients: &mut [O],
    ) -> Result<f64> {
        let weight = O::Scalar::of(self.positive_weight);
        over(self.reduction, |_| weight, (outputs, targets, selection), Some(gradients))
    }

    fn value(&self, outputs: &[O], targets: &[O], selection: Selection<'_>) -> Result<f64> {
        let weight = O::Scalar::of(self.positive_weight);
        over(self.reduction, |_| weight, (outputs, targets, selection), None)
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }
}

#[diagnostic::do_not_recommend]
impl<O: Tensor> Loss<O, O> for WeightedBinaryCrossEntropy<O> {
    fn loss(
        &self,
        outputs: &[O],
        targets: &[O],
        selection: Selection<'_>,
        gradients: &mut [O],
    ) -> Result<f64> {
        let weights = self.weights.scalars();
        over(self.reduction, |place| weights[place], (outputs, targets, selection), Some(gradients))
    }

    fn value(&self, outputs: &[O], targets: &[O], selection: Selection<'_>) -> Result<f64> {
        let weights = self.weights.scalars();
        over(self.reduction, |place| weights[place], (outputs, targets, selection), None)
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }
}

#[diagnostic::do_not_recommend]
impl Takes<RawScores> for BinaryCrossEntropy {}
#[diagnostic::do_not_recommend]
impl<O> Takes<RawScores> for WeightedBinaryCrossEntropy<O> {}
