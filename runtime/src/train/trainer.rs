//! The trainer: epochs of shuffled batches.

use super::examples::{Aimed, IsTarget};
use super::measure::{Mean, Measure, check_examples, check_steps};
use super::patience::{Verdict, Watch};
use super::{Epoch, Examples, History, Patience, Scores};
use crate::init::{Purpose, shuffle, stream};
use crate::losses::{Loss, TakenBy};
use crate::metrics::{Metric, Running, Tallied};
use crate::optimizers::{LossBeside, Optimizer};
use crate::report::progress::{Progress, figures};
use crate::{Error, Network, Noise, Result, Selection, Workspace};
use core::ops::DerefMut;
use std::time::Instant;

/// Trains a network `N` on samples with targets `Y`, by a loss `L` and an optimizer `O`.
///
/// Network and targets are known from the call of [`fit`](Trainer::fit); nobody has to write them.
///
/// Every epoch goes through the training set once, in an order drawn from the seed, in batches; the last, smaller batch
/// is left out if the network's batch normalisation could not work on it. One seed decides everything random, so the
/// same call gives the same weights, bit by bit.
///
/// After the first step nothing is allocated within an epoch.
#[must_use = "a trainer does nothing until `fit` is called"]
pub struct Trainer<'a, N: Network, Y, L, O> {
    loss: L,
    optimizer: O,
    epochs: usize,
    batch_size: usize,
    seed: u64,
    quiet: bool,
    metrics: Vec<Box<dyn Running<N::Output, Y> + 'a>>,
    validation: Option<&'a dyn Examples<N, Target = Y>>,
    patience: Option<Patience>,
}

impl<'a, N: Network, Y, L, O> Trainer<'a, N, Y, L, O> {
    /// A trainer for 10 epochs of batches of 32, from seed 0.
    pub fn new(loss: L, optimizer: O) -> Self {
        Trainer {
            loss,
            optimizer,
            epochs: 10,
            batch_size: 32,
            seed: 0,
            quiet: false,
            metrics: Vec::new(),
            validation: None,
            patience: None,
        }
    }

    /// How often to go through the training set.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// How many samples make a step.
    pub fn batch_size(mut self, samples: usize) -> Self {
        self.batch_size = samples;
        self
    }

    /// What decides the order of the samples and all noise.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Shows no progress, even on a terminal.
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// A figure to count beside the loss; may be called several times.
    pub fn metric<M>(mut self, metric: M) -> Self
    where
        M: Metric<N::Output, Y, Tally: 'a> + 'a,
        Y: 'a,
    {
        self.metrics.push(Box::new(Tallied(metric, M::Tally::default())));
        self
    }

    /// Samples to measure loss and metrics on after every epoch; they are never trained on.
    pub fn validate_on(mut self, examples: &'a impl Examples<N, Target = Y>) -> Self {
        self.validation = Some(examples);
        self
    }

    /// Stops when the loss (that of the validation, if there is one) gets no better, and leaves the network with the
    /// weights of its best epoch, whether training stopped early or not.
    pub fn stop_early(mut self, patience: Patience) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Trains the network in its box (or behind any other pointer).
    ///
    /// # Errors
    ///
    /// - [`Error::Setting`] for a batch size of 0 or an optimizer's setting that makes no sense
    /// - [`Error::NoSamples`], [`Error::Targets`] for data without samples, or without a target for every input
    /// - [`Error::NoSteps`], [`Error::TargetSteps`] for a sequence without steps, or with another number of targets, where the
    ///   loss goes [step by step](crate::losses::EachStep)
    /// - [`Error::BatchTooSmall`] if no batch is large enough for the network's batch normalisation
    /// - [`Error::Diverged`] as soon as the loss is not a finite number; the weights are then those before that step
    pub fn fit<P, E>(mut self, network: &mut P, train: &E) -> Result<History>
    where
        P: DerefMut<Target = N>,
        E: Examples<N>,
        E::Target: IsTarget<Y>,
        O: Optimizer,
        LossBeside<O, N, L>: Loss<N::Output, Y>,
        N::Kind: TakenBy<LossBeside<O, N, L>>,
    {
        let train = &Aimed::<E, Y>::new(train);
        let network: &mut N = network;
        self.check()?;
        let samples = check_examples::<N, Y>("the training set", train)?;
        check_steps(&self.loss, train)?;
        self.validation.map_or(Ok(()), |examples| check_steps(&self.loss, examples))?;
        let mut validation = self.validation.map(Measure::of).transpose()?;
        let mut run = Run {
            state: self.optimizer.start(network),
            gradient: N::zeroed(),
            workspace: Workspace::new(),
            order: Vec::with_capacity(samples),
            steps: 0,
        };
        let mut watch = self.patience.map(|patience| (Watch::new(patience), N::zeroed()));
        let mut history = History {
            network: N::GRAPH.name,
            metrics: self.metrics.iter().map(|metric| metric.name()).collect(),
            ..History::default()
        };
        for epoch in 1..=self.epochs {
            let (training, trained, seconds) =
                self.epoch(epoch, network, train, samples, &mut run, &history)?;
            let validation = match &mut validation {
                Some(validation) => Some(validation.scores(network, &self.loss, &mut self.metrics)?),
                None => None,
            };
            let watched = validation.as_ref().unwrap_or(&training).loss;
            let samples_per_second = trained as f64 / seconds;
            history.epochs.push(Epoch { number: epoch, training, validation, seconds, samples_per_second });
            let verdict = watch.as_mut().map(|(watch, best)| {
                let verdict = watch.judge(watched);
                if verdict == Verdict::Better {
                    best.copy_from(network);
                }
                verdict
            });
            if matches!(verdict, None | Some(Verdict::Better)) {
                history.kept = epoch;
            }
            if verdict == Some(Verdict::Stop) {
                history.stopped_early = epoch < self.epochs;
                break;
            }
        }
        if let Some((_, best)) = watch.filter(|_| history.kept > 0) {
            network.copy_from(&best);
        }
        Ok(history)
    }

    /// One epoch of steps: its scores, how many samples it trained on, and its seconds.
    fn epoch<E>(
        &mut self,
        epoch: usize,
        network: &mut N,
        train: &E,
        samples: usize,
        run: &mut Run<N, O>,
        history: &History,
    ) -> Result<(Scores, usize, f64)>
    where
        E: Examples<N, Target = Y>,
        L: Loss<N::Output, Y>,
        O: Optimizer,
    {
        run.order.clear();
        run.order.extend(0..samples);
        shuffle(&mut run.order, &mut stream(self.seed, Purpose::Order, epoch));
        self.metrics.iter_mut().for_each(|metric| metric.reset());
        let (mut mean, mut trained) = (Mean::default(), 0);
        let mut progress = Progress::start(epoch, self.epochs, samples, self.quiet);
        let started = Instant::now();
        for (step, batch) in run.order.chunks(self.batch_size).enumerate() {
            if step > 0 && batch.len() < N::MIN_TRAINING_SAMPLES {
                break;
            }
            let selection = Selection::Indices(batch);
            let noise = Noise { seed: self.seed, step: run.steps, first: 0 };
            let mut pass = network.forward(train.inputs(), selection, noise, &mut run.workspace)?;
            let (outputs, gradients) = pass.outputs_and_gradients();
            let loss = self.loss.loss(outputs, train.targets(), selection, gradients)?;
            if !loss.is_finite() {
                return Err(Error::Diverged { network: N::GRAPH.name, epoch, step: step + 1, loss });
            }
            for metric in &mut self.metrics {
                metric.add(outputs, train.targets(), selection)?;
            }
            // Over sequences there may be an output for each step.
            mean.add(loss, outputs.len(), self.loss.reduction());
            trained += batch.len();
            pass.backward(&mut run.gradient);
            self.optimizer.step(&mut run.state, network, &run.gradient);
            run.steps += 1;
            progress.step(trained, || figures(mean.value(), &history.metrics, &self.values()));
        }
        let seconds = started.elapsed().as_secs_f64();
        let scores = Scores { loss: mean.value(), metrics: self.values() };
        progress.finish(|| figures(scores.loss, &history.metrics, &scores.metrics));
        Ok((scores, trained, seconds))
    }

    /// The metrics' values so far.
    fn values(&self) -> Vec<f64> {
        self.metrics.iter().map(|metric| metric.value()).collect()
    }

    fn check(&self) -> Result<()>
    where
        O: Optimizer,
    {
        if self.batch_size == 0 {
            let found = self.batch_size.to_string();
            return Err(Error::Setting {
                what: "Trainer",
                setting: "the batch size",
                expected: "1 or more",
                found,
            });
        }
        self.optimizer.check()
    }
}

/// What a training run keeps from step to step.
struct Run<N: Network, O: Optimizer> {
    state: O::State<N>,
    gradient: Box<N>,
    workspace: Workspace<N>,
    order: Vec<usize>,
    steps: u64,
}
