//! The cross-entropy of raw scores and a class.

use super::{Loss, Reduction, Takes, check, check_gradients, factor, target};
use crate::kind::RawScores;
use crate::tensor::{flat, flat_mut};
use crate::{Index, Real, Result, Selection};
use nalgebra::SVector;

/// `-ln softmax(scores)[class]`, averaged over the batch, as PyTorch's `CrossEntropyLoss` with class indices.
///
/// The network gives raw scores: the soft-max is part of the loss, where its logarithm needs no exponential of a large
/// number, `ln softmax(x)[c] = x[c] - max - ln Σ exp(x - max)`. The gradient is `(softmax(x) - onehot(c)) / batch`.
///
/// ```
/// use formwork::losses::{CrossEntropy, Loss};
/// use formwork::{Index, Selection};
/// use nalgebra::Vector3;
/// let scores = [Vector3::new(1e4, 0.0, -1e4)];
/// let classes = Index::<3>::cast(&[1])?;
/// let mut gradients = scores;
/// let loss = CrossEntropy::new().loss(&scores, classes, Selection::All, &mut gradients)?;
/// assert_eq!(loss, 1e4);
/// assert_eq!(gradients[0], Vector3::new(1.0, -1.0, 0.0));
/// # Ok::<(), formwork::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CrossEntropy {
    reduction: Reduction,
}

impl CrossEntropy {
    /// The mean over the batch.
    #[must_use]
    pub const fn new() -> Self {
        CrossEntropy { reduction: Reduction::Mean }
    }

    /// The sum over the batch instead.
    #[must_use]
    pub const fn sum(self) -> Self {
        CrossEntropy { reduction: Reduction::Sum }
    }
}

/// Below this a probability is no good for its logarithm: it may have lost digits, or be zero.
const SMALL: f64 = 1e-30;

/// The loss of one sample, by the logarithm of the sum of exponentials.
fn value<T: Real>(scores: &[T], class: usize) -> f64 {
    let max = maximum(scores);
    let sum: T = scores.iter().map(|&x| (x - max).exp()).sum();
    sum.widen().ln() + (max.widen() - scores[class].widen())
}

/// The largest score. It only shifts, so a score that is not a number may be passed over here: the sum will show it.
fn maximum<T: Real>(scores: &[T]) -> T {
    scores.iter().fold(T::neg_infinity(), |max, &x| if x > max { x } else { max })
}

impl<T: Real, const C: usize> Loss<SVector<T, C>, Index<C>> for CrossEntropy {
    fn loss(
        &self,
        outputs: &[SVector<T, C>],
        targets: &[Index<C>],
        selection: Selection<'_>,
        gradients: &mut [SVector<T, C>],
    ) -> Result<f64> {
        check(outputs.len(), targets.len(), selection)?;
        check_gradients(outputs.len(), gradients.len())?;
        let factor = factor(self.reduction, outputs.len());
        let scale = T::of(factor);
        T::softmax(C, 1, false, flat(outputs), flat_mut(gradients));
        let mut sum = 0.0;
        for (place, (scores, gradient)) in outputs.iter().zip(gradients).enumerate() {
            let class = target(targets, selection, place).get();
            let gradient = gradient.as_mut_slice();
            let probability = gradient[class].widen();
            sum += if probability > SMALL { -probability.ln() } else { value(scores.as_slice(), class) };
            gradient.iter_mut().for_each(|g| *g *= scale);
            gradient[class] -= scale;
        }
        Ok(factor * sum)
    }

    fn value(
        &self,
        outputs: &[SVector<T, C>],
        targets: &[Index<C>],
        selection: Selection<'_>,
    ) -> Result<f64> {
        check(outputs.len(), targets.len(), selection)?;
        let values = outputs
            .iter()
            .enumerate()
            .map(|(place, scores)| value(scores.as_slice(), target(targets, selection, place).get()));
        Ok(factor(self.reduction, outputs.len()) * values.sum::<f64>())
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }
}

impl Takes<RawScores> for CrossEntropy {}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::Vector3;

    #[test]
    fn a_score_that_is_no_number_gives_a_loss_that_is_none() {
        let classes = Index::<3>::cast(&[0]).unwrap();
        for bad in [f32::NAN, f32::INFINITY] {
            let scores = [Vector3::new(0.0, bad, 0.0)];
            let mut gradients = scores;
            let loss = CrossEntropy::new().loss(&scores, classes, Selection::All, &mut gradients).unwrap();
            assert!(!loss.is_finite(), "{bad} gave {loss}");
            let value = CrossEntropy::new().value(&scores, classes, Selection::All).unwrap();
            assert!(!value.is_finite(), "{bad} gave {value}");
        }
    }

    #[test]
    fn a_selection_picks_the_targets() {
        let scores = [Vector3::new(0.0, 5.0, 0.0)];
        let classes = Index::<3>::cast(&[0, 1, 2]).unwrap();
        let value =
            |indices: &[usize]| CrossEntropy::new().value(&scores, classes, Selection::Indices(indices));
        assert!(value(&[1]).unwrap() < 0.1);
        assert!(value(&[2]).unwrap() > 5.0);
        assert!(matches!(value(&[3]), Err(crate::Error::Index { index: 3, len: 3 })));
        assert!(matches!(value(&[0, 1]), Err(crate::Error::Outputs { expected: 2, found: 1 })));
        let none = CrossEntropy::new().value(&scores[..0], &classes[..0], Selection::All);
        assert!(matches!(none, Err(crate::Error::EmptyBatch)));
    }
}
