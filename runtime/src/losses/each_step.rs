//! A loss or a metric at each step of sequences of any length.

use super::{Loss, Reduction, Takes, target};
use crate::metrics::Metric;
use crate::{Error, Result, Selection, Tensor};

/// A loss or a metric over each step of sequences: the target of a sample is a `Vec`, with an element for each step.
///
/// A network from `[.., n]` to `[.., m]` gives an output for each step of the first sample, then of the second, and so on.
/// What this counts is what the loss or metric within counts of all these steps: with the mean, all steps of a batch weigh
/// the same, however long their sequences are.
///
/// Each sample has as many targets as its sequence has steps. A [`Trainer`](crate::train::Trainer) compares them before it
/// begins, and names the sample where they differ; what is called with outputs alone sees no more than the sum of all.
///
/// ```
/// use formwork::losses::{EachStep, Loss, MeanSquaredError};
/// use formwork::Selection;
/// use nalgebra::SVector;
/// type Step = SVector<f32, 1>;
/// let outputs = [1.0, 2.0, 3.0].map(|y| Step::new(y));
/// // Two sequences, of two steps and of one.
/// let targets = [vec![Step::new(1.0), Step::new(2.0)], vec![Step::new(0.0)]];
/// let mut gradients = outputs;
/// let loss = EachStep(MeanSquaredError::new()).loss(&outputs, &targets, Selection::All, &mut gradients)?;
/// assert_eq!((loss, gradients[2][0]), (3.0, 2.0));
/// # Ok::<(), formwork::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EachStep<L>(pub L);

/// Calls `each` with every sample's outputs (as a range) and targets.
fn over_samples<Y>(
    outputs: usize,
    targets: &[Vec<Y>],
    selection: Selection<'_>,
    mut each: impl FnMut(core::ops::Range<usize>, &[Y]) -> Result<()>,
) -> Result<()> {
    let samples = match selection {
        Selection::All => targets.len(),
        Selection::Indices(indices) => {
            if let Some(&index) = indices.iter().find(|&&index| index >= targets.len()) {
                return Err(Error::Index { index, len: targets.len() });
            }
            indices.len()
        }
    };
    let of = |sample| target(targets, selection, sample);
    let expected: usize = (0..samples).map(|sample| of(sample).len()).sum();
    if expected != outputs {
        return Err(Error::StepTargets { outputs, targets: expected });
    }
    if outputs == 0 {
        return Err(Error::EmptyBatch);
    }
    let mut end = 0;
    for targets in (0..samples).map(of).filter(|targets| !targets.is_empty()) {
        let start = end;
        end += targets.len();
        each(start..end, targets)?;
    }
    Ok(())
}

impl<L> EachStep<L> {
    fn over<O: Tensor, Y>(
        &self,
        outputs: &[O],
        targets: &[Vec<Y>],
        selection: Selection<'_>,
        mut loss: impl FnMut(core::ops::Range<usize>, &[Y]) -> Result<f64>,
        reduction: Reduction,
    ) -> Result<f64> {
        let mut sum = 0.0;
        over_samples(outputs.len(), targets, selection, |steps, targets| {
            let weight = match reduction {
                Reduction::Mean => steps.len() as f64 / outputs.len() as f64,
                Reduction::Sum => 1.0,
            };
            sum += weight * loss(steps, targets)?;
            Ok(())
        })?;
        Ok(sum)
    }
}

#[diagnostic::do_not_recommend]
impl<O: Tensor, Y, L: Loss<O, Y>> Loss<O, Vec<Y>> for EachStep<L> {
    fn loss(
        &self,
        outputs: &[O],
        targets: &[Vec<Y>],
        selection: Selection<'_>,
        gradients: &mut [O],
    ) -> Result<f64> {
        if gradients.len() != outputs.len() {
            return Err(Error::Outputs { expected: outputs.len(), found: gradients.len() });
        }
        let (count, reduction) = (outputs.len(), self.0.reduction());
        let one = |steps: core::ops::Range<usize>, targets: &[Y]| {
            let gradients = &mut gradients[steps.clone()];
            let loss = self.0.loss(&outputs[steps], targets, Selection::All, gradients)?;
            if reduction == Reduction::Mean {
                let weight = <O::Scalar as crate::Real>::of(gradients.len() as f64 / count as f64);
                for gradient in gradients {
                    gradient.scalars_mut().iter_mut().for_each(|g| *g *= weight);
                }
            }
            Ok(loss)
        };
        self.over(outputs, targets, selection, one, reduction)
    }

    fn value(&self, outputs: &[O], targets: &[Vec<Y>], selection: Selection<'_>) -> Result<f64> {
        let one = |steps: core::ops::Range<usize>, targets: &[Y]| {
            self.0.value(&outputs[steps], targets, Selection::All)
        };
        self.over(outputs, targets, selection, one, self.0.reduction())
    }

    fn steps(&self, target: &Vec<Y>) -> Option<usize> {
        Some(target.len())
    }

    fn reduction(&self) -> Reduction {
        self.0.reduction()
    }
}

#[diagnostic::do_not_recommend]
impl<L: Takes<K>, K> Takes<K> for EachStep<L> {}

#[diagnostic::do_not_recommend]
impl<O: Tensor, Y, M: Metric<O, Y>> Metric<O, Vec<Y>> for EachStep<M> {
    type Tally = M::Tally;

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn add(
        &self,
        tally: &mut Self::Tally,
        outputs: &[O],
        targets: &[Vec<Y>],
        selection: Selection<'_>,
    ) -> Result<()> {
        over_samples(outputs.len(), targets, selection, |steps, targets| {
            self.0.add(tally, &outputs[steps], targets, Selection::All)
        })
    }

    fn value(&self, tally: &Self::Tally) -> f64 {
        self.0.value(tally)
    }
}
