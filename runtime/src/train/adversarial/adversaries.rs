//! The steps of an adversarial pair.

use super::Adversarial;
use super::game::{Game, Of};
use super::penalty::{Between, Penalty};
use crate::__private::players::{FlowsInto, Player};
use crate::init::{Purpose, stream};
use crate::network::Inputs;
use crate::optimizers::{Optimizer, learned_runs};
use crate::sequences::Sequences;
use crate::tensor::flat;
use crate::{Column, Error, Network, Noise, Real, Result, Role, Selection, Workspace};
use num_traits::Float;
use rand::RngExt;

/// What a step of the discriminator tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// The discriminator's loss, before the step.
    pub loss: f64,
    /// The mean score of the real samples.
    pub real: f64,
    /// The mean score of the made ones.
    pub made: f64,
}

/// A generator and a discriminator in training: both optimizers' states, and all the room that their steps take. Made by
/// [`Adversarial::start`] for training loops of one's own; [`Adversarial::fit`] is one.
pub struct Adversaries<G: Network, D: Network, A: Optimizer, B: Optimizer> {
    pub(super) settings: Adversarial<A, B>,
    generator: Side<G, A>,
    discriminator: Side<D, B>,
    /// The discriminator's gradient by the made samples.
    by_made_samples: Box<D>,
    made: Vec<G::Scalar>,
    by_made: Vec<G::Scalar>,
    by_told: Vec<G::Scalar>,
    /// Where the critic pays for its gradients.
    penalty: Option<Penalty<D>>,
    shares: Vec<f64>,
    passes: u64,
}

/// The real samples of a step, with what is told of them.
pub(super) struct Chosen<'a, T> {
    pub real: Column<'a, T>,
    pub of_real: Option<Column<'a, T>>,
    pub selection: Selection<'a>,
}

/// What one of the two needs beside its weights.
struct Side<N: Network, O: Optimizer> {
    gradient: Box<N>,
    workspace: Workspace<N>,
    state: O::State<N>,
}

impl<N: Network, O: Optimizer> Side<N, O> {
    fn new(network: &N, optimizer: &O) -> Self {
        Side { gradient: N::zeroed(), workspace: Workspace::new(), state: optimizer.start(network) }
    }
}

impl<G, D, A, B> Adversaries<G, D, A, B>
where
    G: Network,
    D: Network<Scalar = G::Scalar>,
    A: Optimizer,
    B: Optimizer,
{
    pub(super) fn new(settings: Adversarial<A, B>, generator: &G, discriminator: &D) -> Self {
        Adversaries {
            generator: Side::new(generator, &settings.generator),
            discriminator: Side::new(discriminator, &settings.discriminator),
            by_made_samples: D::zeroed(),
            made: Vec::new(),
            by_made: Vec::new(),
            by_told: Vec::new(),
            penalty: matches!(settings.game, Game::Penalized { .. }).then(Penalty::new),
            shares: Vec::new(),
            passes: 0,
            settings,
        }
    }

    /// One step of the discriminator: on real samples, and on as many as the generator makes of the noise.
    ///
    /// # Errors
    ///
    /// [`Error::UnequalInputs`] if there is not as much noise as there are samples, [`Error::EmptyBatch`],
    /// [`Error::BatchTooSmall`], and [`Error::Diverged`] if the loss is no finite number; nothing is learned then.
    pub fn discriminate(
        &mut self,
        generator: &G,
        discriminator: &mut D,
        real: &[D::First],
        noise: &[G::First],
    ) -> Result<Judgement>
    where
        G: Player<Given: FlowsInto<D::Taken, G, D>>,
        D: Player,
    {
        if real.len() != noise.len() {
            let (first, other) = (D::GRAPH.inputs[0].name, G::GRAPH.inputs[0].name);
            return Err(Error::UnequalInputs { first, expected: real.len(), other, found: noise.len() });
        }
        let (real, noise) = (<D::First as crate::Sample<D::Scalar>>::column(real), flat(noise));
        self.judge(
            generator,
            discriminator,
            Chosen { real, of_real: None, selection: Selection::All },
            (noise, None),
        )
    }

    /// One step of the generator, by its gradient through the discriminator, which stays as it is.
    ///
    /// # Errors
    ///
    /// As [`discriminate`](Self::discriminate).
    pub fn generate(&mut self, generator: &mut G, discriminator: &D, noise: &[G::First]) -> Result<f64>
    where
        G: Player<Given: FlowsInto<D::Taken, G, D>>,
        D: Player,
    {
        self.make(generator, discriminator, (flat(noise), None))
    }

    /// The same for columns: real samples with what is told of them, noise with what the generator is told.
    pub(super) fn judge(
        &mut self,
        generator: &G,
        discriminator: &mut D,
        Chosen { real, of_real, selection }: Chosen<'_, G::Scalar>,
        (noise, told): (&[G::Scalar], Option<Column<'_, G::Scalar>>),
    ) -> Result<Judgement> {
        let samples = self.samples::<G>(noise)?;
        let columns = columns(Column::Numbers(noise), told);
        let inputs = flowing(in_use(&columns, told), Selection::All, samples);
        let step = self.next();
        let memory = forward(generator, inputs, step, &mut self.generator.workspace);
        self.made.clear();
        self.made.extend_from_slice(&memory[G::__output(samples)]);

        let game = self.settings.game;
        let real_columns = self::columns(real, of_real);
        let inputs = flowing(in_use(&real_columns, of_real), selection, samples);
        let step = self.next();
        let side = &mut self.discriminator;
        let memory = forward(discriminator, inputs, step, &mut side.workspace);
        let [by_real, score_of_real] = score::<D>(game, Of::Real, memory, samples);
        backward(discriminator, inputs, step, &mut side.gradient, &mut [], memory);

        let step = self.next();
        let made_columns = self::columns(Column::Numbers(&self.made), told);
        let inputs = flowing(in_use(&made_columns, told), Selection::All, samples);
        let side = &mut self.discriminator;
        let memory = forward(discriminator, inputs, step, &mut side.workspace);
        let [by_made, score_of_made] = score::<D>(game, Of::Made, memory, samples);
        backward(discriminator, inputs, step, &mut self.by_made_samples, &mut [], memory);

        join::<D>(&mut side.gradient, &self.by_made_samples);
        let step = self.next();
        let side = &mut self.discriminator;
        let penalty = match (game, &mut self.penalty) {
            (Game::Penalized { weight }, Some(penalty)) => {
                let mut draws = stream(self.settings.seed, Purpose::Between, step.step as usize);
                self.shares.clear();
                self.shares.extend((0..samples).map(|_| draws.random::<f64>()));
                let (made, shares) = (&self.made[..], &self.shares[..]);
                let between = Between { real, selection, made, shares, told };
                penalty.add(discriminator, &between, weight, step, &mut side.workspace, &mut side.gradient)
            }
            _ => 0.0,
        };
        let loss = finite::<D>(by_real + by_made + penalty)?;
        self.settings.discriminator.step(&mut side.state, discriminator, &side.gradient);
        if let Game::Wasserstein { clip } = game {
            let clip = G::Scalar::of(clip);
            for run in learned_runs(D::TENSORS) {
                for weight in &mut discriminator.as_mut_slice()[run] {
                    *weight = Float::min(Float::max(*weight, -clip), clip);
                }
            }
        }
        Ok(Judgement { loss, real: score_of_real, made: score_of_made })
    }

    pub(super) fn make(
        &mut self,
        generator: &mut G,
        discriminator: &D,
        (noise, told): (&[G::Scalar], Option<Column<'_, G::Scalar>>),
    ) -> Result<f64> {
        let samples = self.samples::<G>(noise)?;
        let (made_step, judged_step) = (self.next(), self.next());
        let noise_columns = columns(Column::Numbers(noise), told);
        let making = flowing(in_use(&noise_columns, told), Selection::All, samples);
        let Side { gradient, workspace, .. } = &mut self.generator;
        let made = forward(generator, making, made_step, workspace);
        let (outputs, by_outputs) = (G::__output(samples), G::__output_gradient(samples));

        // A copy: what the generator will read again and what it made lie in one memory.
        self.made.clear();
        self.made.extend_from_slice(&made[outputs]);
        let made_columns = columns(Column::Numbers(&self.made), told);
        let judging = flowing(in_use(&made_columns, told), Selection::All, samples);
        let side = &mut self.discriminator;
        let memory = forward(discriminator, judging, judged_step, &mut side.workspace);
        let [loss, _] = score::<D>(self.settings.game, Of::Generator, memory, samples);
        let loss = finite::<G>(loss)?;
        self.by_made.resize(self.made.len(), G::Scalar::of(0.0));
        let told_numbers = told.map_or(0, |told| told.numbers().len());
        self.by_told.resize(told_numbers, G::Scalar::of(0.0));
        let by_inputs: &mut [&mut [G::Scalar]] = &mut [&mut self.by_made, &mut self.by_told];
        let inputs = D::GRAPH.inputs.len().min(by_inputs.len());
        let by_inputs = &mut by_inputs[..inputs];
        backward(discriminator, judging, judged_step, &mut self.by_made_samples, by_inputs, memory);

        made[by_outputs].copy_from_slice(&self.by_made);
        backward(generator, making, made_step, gradient, &mut [], made);
        let side = &mut self.generator;
        self.settings.generator.step(&mut side.state, generator, &side.gradient);
        Ok(loss)
    }

    /// How many samples the noise is for.
    fn samples<N: Network>(&self, noise: &[N::Scalar]) -> Result<usize> {
        let each = N::GRAPH.inputs[0].shape.iter().product::<usize>().max(1);
        let found = noise.len() / each;
        let least = [(G::GRAPH.name, G::MIN_TRAINING_SAMPLES), (D::GRAPH.name, D::MIN_TRAINING_SAMPLES)];
        match least.into_iter().find(|&(_, expected)| found < expected) {
            _ if found == 0 => Err(Error::EmptyBatch),
            Some((network, expected)) => Err(Error::BatchTooSmall { network, expected, found }),
            None => Ok(found),
        }
    }

    /// The noise of the next pass: no two passes have the same.
    fn next(&mut self) -> Noise {
        self.passes += 1;
        Noise { seed: self.settings.seed, step: self.passes - 1, first: 0 }
    }
}

/// The two inputs that a network has at most.
pub(super) fn columns<'a, T: Real>(first: Column<'a, T>, told: Option<Column<'a, T>>) -> [Column<'a, T>; 2] {
    [first, told.unwrap_or(Column::Numbers(&[]))]
}

/// Those that it has.
pub(super) fn in_use<'a, T>(
    columns: &'a [Column<'a, T>; 2],
    told: Option<Column<'_, T>>,
) -> &'a [Column<'a, T>] {
    if told.is_some() { columns } else { &columns[..1] }
}

/// What goes into one pass.
pub(super) fn flowing<'a, T>(
    columns: &'a [Column<'a, T>],
    selection: Selection<'a>,
    samples: usize,
) -> Inputs<'a, T> {
    Inputs { columns, selection, samples, sequences: Sequences::default() }
}

pub(super) fn forward<'m, N: Network>(
    network: &N,
    inputs: Inputs<'_, N::Scalar>,
    noise: Noise,
    workspace: &'m mut Workspace<N>,
) -> &'m mut [N::Scalar] {
    let memory = workspace.memory.take(N::__train_len(inputs.samples));
    let (kept, scratch) = memory.split_at_mut(N::__kept_over(inputs.samples, inputs.samples));
    network.__forward(inputs, noise, kept, scratch);
    memory
}

pub(super) fn backward<N: Network>(
    network: &N,
    inputs: Inputs<'_, N::Scalar>,
    noise: Noise,
    gradient: &mut N,
    by_inputs: &mut [&mut [N::Scalar]],
    memory: &mut [N::Scalar],
) {
    let (kept, scratch) = memory.split_at_mut(N::__kept_over(inputs.samples, inputs.samples));
    network.__backward(inputs, noise, gradient, by_inputs, kept, scratch);
}

/// The loss and the mean of the scores that stand in a network's memory; writes their gradient there.
fn score<N: Network>(game: Game, of: Of, memory: &mut [N::Scalar], samples: usize) -> [f64; 2] {
    match memory.get_disjoint_mut([N::__output(samples), N::__output_gradient(samples)]) {
        Ok([scores, gradients]) => game.of(of, scores, gradients),
        // Both places are the plan's own, which was verified.
        Err(_) => [f64::NAN; 2],
    }
}

fn finite<N: Network>(loss: f64) -> Result<f64> {
    if loss.is_finite() {
        return Ok(loss);
    }
    // Who counts epochs and steps puts them in.
    Err(Error::Diverged { network: N::GRAPH.name, epoch: 0, step: 0, loss })
}

/// Adds a gradient to another of the same network; of the statistics of both batches the mean is taken.
fn join<N: Network>(to: &mut N, from: &N) {
    for info in N::TENSORS {
        let half = match info.role {
            Role::Average { .. } | Role::CumulativeAverage => N::Scalar::of(0.5),
            Role::Learned | Role::Frozen | Role::Count => N::Scalar::of(1.0),
        };
        let from = &from.as_slice()[info.range()];
        for (to, &from) in to.as_mut_slice()[info.range()].iter_mut().zip(from) {
            *to = half * (*to + from);
        }
    }
}
