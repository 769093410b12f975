//! Losses: how far a batch's outputs are from their targets, and the gradient by every output.
//!
//! A loss of one's own is a small type that implements [`Loss`] and says by [`Takes`] which outputs it is made for.

mod binary_cross_entropy;
mod cross_entropy;
mod each_step;
mod gaussian_nll;
mod mean_squared_error;
mod minimize;
mod pointwise;
mod scores;

pub use binary_cross_entropy::{BinaryCrossEntropy, WeightedBinaryCrossEntropy};
pub use cross_entropy::{
    CrossEntropy, NegativeLogLikelihood, WeightedCrossEntropy, WeightedNegativeLogLikelihood,
};
pub use each_step::EachStep;
pub use gaussian_nll::GaussianNll;
pub use mean_squared_error::MeanSquaredError;
pub use minimize::Minimize;
pub use pointwise::{Huber, KlDivergence, L1, PoissonNll, SmoothL1};
#[doc(hidden)]
pub use scores::Among;
pub use scores::{Aim, Scores};

use crate::{Error, Result, Selection, Tensor};

/// How the losses of a batch become one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// Their mean, so that the size of the batch does not change the size of a step.
    #[default]
    Mean,
    /// Their sum.
    Sum,
}

/// A loss over outputs `O` and targets `Y`.
///
/// `targets` are those of the whole data set; the `selection` that went into the network's forward pass says which of
/// them belong to the outputs: the i-th output goes with `targets[indices[i]]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no loss that compares the network's output with a target of type `{Y}`",
    label = "output and target do not go together in this loss",
    note = "`CrossEntropy` compares `C` scores with a class index `Index<C>` or with `C` probabilities; \
            `MeanSquaredError` and `BinaryCrossEntropy` compare an output with a target of the same type; \
            `Minimize` takes a network whose output is a number, `[]`",
    note = "a `Trainer` takes the loss first, and then the optimizer"
)]
pub trait Loss<O: Tensor, Y> {
    /// The loss, and its derivative by every output, of which every scalar is written.
    ///
    /// # Errors
    ///
    /// [`Error::Outputs`] if `outputs`, `gradients` and the selected targets are not equally many, [`Error::Index`] if
    /// an index is outside `targets`, [`Error::EmptyBatch`] if there are none.
    fn loss(
        &self,
        outputs: &[O],
        targets: &[Y],
        selection: Selection<'_>,
        gradients: &mut [O],
    ) -> Result<f64>;

    /// The loss alone, for validation.
    ///
    /// # Errors
    ///
    /// As [`loss`](Loss::loss).
    fn value(&self, outputs: &[O], targets: &[Y], selection: Selection<'_>) -> Result<f64>;

    /// How many steps a sample's sequence has to have for this target, if the loss compares them step by step: a trainer
    /// looks before it begins, and names the sample whose lengths differ.
    fn steps(&self, _target: &Y) -> Option<usize> {
        None
    }

    /// How the batch's losses become one number, which tells a trainer how to average over batches.
    fn reduction(&self) -> Reduction {
        Reduction::Mean
    }
}

/// Says that a loss makes sense for outputs of a [`kind`](crate::kind).
#[diagnostic::on_unimplemented(
    message = "the loss `{Self}` does not take the `{Kind}` that this network gives",
    label = "this network's last layer and this loss do not go together",
    note = "`CrossEntropy` and `BinaryCrossEntropy` take raw scores: remove the `Softmax`, `LogSoftmax` or `Sigmoid` \
            at the network's end, since the loss computes it itself and more precisely; apply it when predicting",
    note = "`MeanSquaredError`, `L1`, `Huber` and `SmoothL1` take raw scores, probabilities (`Sigmoid`) and distributions \
            (`Softmax`); `NegativeLogLikelihood` and `KlDivergence` take what `LogSoftmax` gives"
)]
pub trait Takes<Kind> {}

/// What a loss may be taken of: a kind that it [`Takes`], or one that nobody knows, after a mistake in the network.
#[doc(hidden)]
pub trait TakenBy<L> {}

impl<L: Takes<K>, K: crate::kind::Known> TakenBy<L> for K {}

#[diagnostic::do_not_recommend]
impl<L> TakenBy<L> for crate::kind::Unknown {}

/// Calls `each` with every pair of output and target and the place of the gradient, and adds up what it gives. The
/// gradients are `None` where only the value is asked for.
fn over_pairs<O: Tensor, Y>(
    outputs: &[O],
    targets: &[Y],
    selection: Selection<'_>,
    gradients: Option<&mut [O]>,
    mut each: impl FnMut(&[O::Scalar], &Y, Option<&mut [O::Scalar]>) -> f64,
) -> Result<f64> {
    check(outputs.len(), targets.len(), selection)?;
    let mut sum = 0.0;
    match gradients {
        Some(gradients) => {
            check_gradients(outputs.len(), gradients.len())?;
            for (place, (output, gradient)) in outputs.iter().zip(gradients).enumerate() {
                sum +=
                    each(output.scalars(), target(targets, selection, place), Some(gradient.scalars_mut()));
            }
        }
        None => {
            for (place, output) in outputs.iter().enumerate() {
                sum += each(output.scalars(), target(targets, selection, place), None);
            }
        }
    }
    Ok(sum)
}

/// The target of the output at a place; the selection was checked.
pub(crate) fn target<'a, Y>(targets: &'a [Y], selection: Selection<'_>, place: usize) -> &'a Y {
    match selection {
        Selection::All => &targets[place],
        Selection::Indices(indices) => &targets[indices[place]],
    }
}

/// Checks that there is one target for each output.
pub(crate) fn check(outputs: usize, targets: usize, selection: Selection<'_>) -> Result<()> {
    let selected = match selection {
        Selection::All => targets,
        Selection::Indices(indices) => {
            if let Some(&index) = indices.iter().find(|&&index| index >= targets) {
                return Err(Error::Index { index, len: targets });
            }
            indices.len()
        }
    };
    if selected != outputs {
        return Err(Error::Outputs { expected: selected, found: outputs });
    }
    if outputs == 0 { Err(Error::EmptyBatch) } else { Ok(()) }
}

/// Checks that there is room for the gradient by every output.
fn check_gradients(outputs: usize, gradients: usize) -> Result<()> {
    if gradients == outputs { Ok(()) } else { Err(Error::Outputs { expected: outputs, found: gradients }) }
}

/// The factor that makes a reduction of a sum of `count` losses.
fn factor(reduction: Reduction, count: usize) -> f64 {
    match reduction {
        Reduction::Mean => 1.0 / count as f64,
        Reduction::Sum => 1.0,
    }
}
