//! Loss and metrics over a whole data set.

use super::{Examples, Scores};
use crate::losses::{Loss, Reduction};
use crate::metrics::Running;
use crate::network::Batch;
use crate::sequences::steps_of;
use crate::tensor::zeroed_vec;
use crate::{Error, Network, Result, Selection, Workspace};

/// The mean of a loss over outputs, from the losses of batches.
#[derive(Default)]
pub(crate) struct Mean {
    sum: f64,
    outputs: usize,
}

impl Mean {
    pub(crate) fn add(&mut self, loss: f64, outputs: usize, reduction: Reduction) {
        self.sum += match reduction {
            Reduction::Mean => loss * outputs as f64,
            Reduction::Sum => loss,
        };
        self.outputs += outputs;
    }

    pub(crate) fn value(&self) -> f64 {
        self.sum / self.outputs as f64
    }
}

/// The number of samples, if there are any and each has a target.
pub(crate) fn check_examples<N: Network, Y>(
    what: &'static str,
    examples: &dyn Examples<N, Target = Y>,
) -> Result<usize> {
    let (inputs, targets) = (examples.inputs().samples()?, examples.targets().len());
    if inputs != targets {
        return Err(Error::Targets { inputs, targets });
    }
    if inputs == 0 { Err(Error::NoSamples { what }) } else { Ok(inputs) }
}

/// Whether each sample has as many targets as its sequence has steps, if the loss goes step by step.
pub(crate) fn check_steps<N: Network, Y>(
    loss: &impl Loss<N::Output, Y>,
    examples: &dyn Examples<N, Target = Y>,
) -> Result<()> {
    if !N::__EACH_STEP {
        return Ok(());
    }
    let batch = examples.inputs();
    for (sample, target) in examples.targets().iter().enumerate() {
        let Some(targets) = loss.steps(target) else { continue };
        as_many(sample, steps_of::<N>(&batch, sample)?, targets)?;
    }
    Ok(())
}

/// Whether a sample has so many targets as steps.
pub(crate) fn as_many(sample: usize, steps: usize, targets: usize) -> Result<()> {
    if steps == targets { Ok(()) } else { Err(Error::TargetSteps { sample, steps, targets }) }
}

/// How many samples are predicted before loss and metrics look at them.
const PART: usize = 256;

/// A data set to measure on, again and again, and the room it takes.
pub(crate) struct Measure<'a, N: Network, Y> {
    examples: &'a dyn Examples<N, Target = Y>,
    places: Vec<usize>,
    outputs: Vec<N::Output>,
    workspace: Workspace<N>,
}

impl<'a, N: Network, Y> Measure<'a, N, Y> {
    pub(crate) fn of(examples: &'a dyn Examples<N, Target = Y>) -> Result<Self> {
        let samples = check_examples("the validation set", examples)?;
        let (places, outputs) = ((0..samples).collect(), zeroed_vec(samples.min(PART)));
        Ok(Measure { examples, places, outputs, workspace: Workspace::new() })
    }

    /// Predicts for all samples, in parts, and gives loss and metrics.
    pub(crate) fn scores<'m>(
        &mut self,
        network: &N,
        loss: &impl Loss<N::Output, Y>,
        metrics: &mut [Box<dyn Running<N::Output, Y> + 'm>],
    ) -> Result<Scores> {
        metrics.iter_mut().for_each(|metric| metric.reset());
        let mut mean = Mean::default();
        for part in self.places.chunks(PART) {
            let selection = Selection::Indices(part);
            let count = N::__outputs_of(&self.examples.inputs(), selection)?;
            if self.outputs.len() < count {
                self.outputs = zeroed_vec(count);
            }
            let outputs = &mut self.outputs[..count];
            network.predict_selected(self.examples.inputs(), selection, outputs, &mut self.workspace)?;
            let targets = self.examples.targets();
            mean.add(loss.value(outputs, targets, selection)?, outputs.len(), loss.reduction());
            for metric in metrics.iter_mut() {
                metric.add(outputs, targets, selection)?;
            }
        }
        Ok(Scores { loss: mean.value(), metrics: metrics.iter().map(|metric| metric.value()).collect() })
    }
}
