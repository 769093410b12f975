//! The cross-entropy of raw scores and a class, or of their logarithms.

use super::scores::Rules;
use super::{Loss, Reduction, Scores, Takes};
use crate::kind::{LogDistribution, RawScores};
use crate::{Result, Selection, Tensor};

/// `-ln softmax(scores)[class]`, averaged over the batch, as PyTorch's `CrossEntropyLoss`.
///
/// The network gives raw scores: the soft-max is part of the loss, where its logarithm needs no exponential of a large
/// number, `ln softmax(x)[c] = x[c] - max - ln Σ exp(x - max)`. The gradient is `(softmax(x) - onehot(c)) / batch`.
///
/// The target is a class, or a probability for each (the loss is then `-Σ q_c ln softmax(x)[c]`); sequences and images of
/// scores go with as many targets: see [`Scores`].
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
    rules: Rules,
}

/// `-x[class]` for outputs that are logarithms of probabilities, averaged over the batch, as PyTorch's `NLLLoss`.
///
/// For networks that end in `LogSoftmax`; [`CrossEntropy`] is the same in one step. Targets are as there.
///
/// ```
/// use formwork::losses::{Loss, NegativeLogLikelihood};
/// use formwork::{Index, Selection};
/// use nalgebra::Vector2;
/// let logarithms = [Vector2::new(-0.25, -1.5)];
/// let loss = NegativeLogLikelihood::new().value(&logarithms, Index::<2>::cast(&[1])?, Selection::All)?;
/// assert_eq!(loss, 1.5);
/// # Ok::<(), formwork::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NegativeLogLikelihood {
    rules: Rules,
}

impl CrossEntropy {
    /// The mean over the batch.
    #[must_use]
    pub const fn new() -> Self {
        let rules = Rules { reduction: Reduction::Mean, smoothing: 0.0, ignored: None, logarithms: false };
        CrossEntropy { rules }
    }

    /// A share of each target that is spread evenly over all classes (Szegedy et al.: *Rethinking the Inception
    /// architecture*, 2016), from 0 to 1: the target is `(1 - share) q + share / C`.
    #[must_use]
    pub const fn label_smoothing(self, share: f64) -> Self {
        CrossEntropy { rules: Rules { smoothing: share, ..self.rules } }
    }
}

impl NegativeLogLikelihood {
    /// The mean over the batch.
    #[must_use]
    pub const fn new() -> Self {
        let rules = Rules { reduction: Reduction::Mean, smoothing: 0.0, ignored: None, logarithms: true };
        NegativeLogLikelihood { rules }
    }
}

impl Default for NegativeLogLikelihood {
    fn default() -> Self {
        Self::new()
    }
}

macro_rules! over_classes {
    ($plain:ident, $weighted:ident, $kind:ident, $doc:literal) => {
        impl $plain {
            /// The sum over the batch instead.
            #[must_use]
            pub const fn sum(self) -> Self {
                $plain { rules: Rules { reduction: Reduction::Sum, ..self.rules } }
            }

            /// Leaves out all targets of one class, such as the filling of short sequences: they count neither in the sum
            /// nor in what it is divided by. If nothing is left, the loss is 0.
            #[must_use]
            pub const fn ignore(self, class: usize) -> Self {
                $plain { rules: Rules { ignored: Some(class), ..self.rules } }
            }

            /// How much each class counts; the mean is then divided by the sum of the targets' weights (by the number of
            /// targets where these are probabilities).
            #[must_use]
            pub const fn weights<W: Tensor>(self, weights: W) -> $weighted<W> {
                $weighted { rules: self.rules, weights }
            }
        }

        #[doc = $doc]
        #[derive(Clone, Debug, PartialEq)]
        pub struct $weighted<W> {
            rules: Rules,
            weights: W,
        }

        impl<O: Scores<Y>, Y> Loss<O, Y> for $plain {
            fn loss(
                &self,
                outputs: &[O],
                targets: &[Y],
                selection: Selection<'_>,
                gradients: &mut [O],
            ) -> Result<f64> {
                self.rules.over(None, outputs, targets, selection, Some(gradients))
            }

            fn value(&self, outputs: &[O], targets: &[Y], selection: Selection<'_>) -> Result<f64> {
                self.rules.over(None, outputs, targets, selection, None)
            }

            fn reduction(&self) -> Reduction {
                self.rules.reduction
            }
        }

        impl<O: Scores<Y, Weights = W>, Y, W: Tensor<Scalar = O::Scalar>> Loss<O, Y> for $weighted<W> {
            fn loss(
                &self,
                outputs: &[O],
                targets: &[Y],
                selection: Selection<'_>,
                gradients: &mut [O],
            ) -> Result<f64> {
                self.rules.over(Some(&self.weights), outputs, targets, selection, Some(gradients))
            }

            fn value(&self, outputs: &[O], targets: &[Y], selection: Selection<'_>) -> Result<f64> {
                self.rules.over(Some(&self.weights), outputs, targets, selection, None)
            }

            fn reduction(&self) -> Reduction {
                self.rules.reduction
            }
        }

        #[diagnostic::do_not_recommend]
        impl Takes<$kind> for $plain {}
        #[diagnostic::do_not_recommend]
        impl<W> Takes<$kind> for $weighted<W> {}
    };
}

over_classes!(
    CrossEntropy,
    WeightedCrossEntropy,
    RawScores,
    "A [`CrossEntropy`] whose classes count differently; made by [`CrossEntropy::weights`]."
);
over_classes!(
    NegativeLogLikelihood,
    WeightedNegativeLogLikelihood,
    LogDistribution,
    "A [`NegativeLogLikelihood`] whose classes count differently; made by [`NegativeLogLikelihood::weights`]."
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Index;
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

    #[test]
    fn impossible_classes_without_a_share_cost_nothing() {
        let scores = [Vector3::new(0.0, f64::NEG_INFINITY, 0.0)];
        let mut gradients = scores;
        let shares = [Vector3::new(0.5, 0.0, 0.5)];
        let loss = CrossEntropy::new().loss(&scores, &shares, Selection::All, &mut gradients).unwrap();
        assert!((loss - 2f64.ln()).abs() < 1e-12 && gradients[0].amax() < 1e-12, "{loss} {gradients:?}");
    }

    #[test]
    fn where_all_is_ignored_nothing_is_learned() {
        let scores = [Vector3::new(1.0f64, 2.0, 3.0)];
        let mut gradients = [Vector3::repeat(f64::NAN)];
        let classes = Index::<3>::cast(&[2]).unwrap();
        let loss = CrossEntropy::new().ignore(2).loss(&scores, classes, Selection::All, &mut gradients);
        assert_eq!((loss.unwrap(), gradients[0]), (0.0, Vector3::zeros()));
    }
}
