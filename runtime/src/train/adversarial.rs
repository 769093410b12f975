//! Adversarial training: a generator against a discriminator.

mod adversaries;
mod game;
mod penalty;
#[cfg(test)]
mod tests;

pub use adversaries::{Adversaries, Judgement};

use super::examples::IsSample;
use super::{Epoch, History, Scores};
use crate::__private::players::{Conditions, FlowsInto, Player, ToldWith};
use crate::data::Dataset;
use crate::init::{Purpose, shuffle, stream};
use crate::losses::{BinaryCrossEntropy, TakenBy};
use crate::optimizers::Optimizer;
use crate::report::progress::{Progress, figures};
use crate::{Column, Error, Real, Result, Role, Sample, Selection};
use adversaries::Chosen;
use core::ops::DerefMut;
use game::Game;
use std::time::Instant;

/// Trains a generator and a discriminator against each other, in turn (Goodfellow et al.: *Generative adversarial nets*,
/// 2014).
///
/// The generator `G` makes a sample of noise `z`, the discriminator `D` gives a score, which is high for real samples. A step
/// of the discriminator makes `-ln σ(D(x)) - ln(1 - σ(D(G(z))))` smaller, a step of the generator, through the discriminator,
/// `-ln σ(D(G(z)))` (the non-saturating loss of that article), both averaged over the batch. Real and made samples go
/// through the discriminator apart, so its batch normalisation sees either alone; its running averages take the mean of
/// both.
///
/// The generator's first input is the noise, drawn from a standard normal distribution, and its output has the shape of
/// the discriminator's first input: another one is a compile error that names both. A second input of the same shape in
/// both makes the pair *conditional*: it takes the targets of the data, so that class and noise decide what is made.
/// Without it targets are not looked at.
///
/// ```
/// use formwork::noise::Stream;
/// use formwork::prelude::*;
///
/// network! {
///     struct Generator(z: [2]) -> [2] { z -> Dense(16) -> Relu -> Dense(2) }
///     struct Discriminator(x: [2]) -> [1] { x -> Dense(16) -> LeakyRelu(0.2) -> Dense(1) }
/// }
///
/// // What is to be imitated: a cloud about (3, -1).
/// let cloud = Stream::new(5, 1).normal::<SVector<f32, 2>>(512);
/// let cloud: Vec<_> = cloud.iter().map(|x| 0.5 * x + SVector::from([3.0, -1.0])).collect();
/// let data = Dataset::new(cloud, vec![(); 512])?;
///
/// let (mut generator, mut discriminator) = (Generator::new(1), Discriminator::new(2));
/// let adam = Adam::new(5e-3).betas(0.5, 0.999);
/// let history = Adversarial::new(adam, adam)
///     .epochs(20)
///     .batch_size(64)
///     .fit(&mut generator, &mut discriminator, &data)?;
/// println!("{history}");
/// let made = generator.predict_batch(&Stream::new(1, 1).normal(256));
/// let mean = made.iter().sum::<SVector<f32, 2>>() / 256.0;
/// assert!((mean - SVector::from([3.0, -1.0])).norm() < 1.0, "{mean}");
/// # Ok::<(), formwork::Error>(())
/// ```
///
/// In place of cross-entropy the two may play for Wasserstein's distance, with [clipped weights](Adversarial::wasserstein) or
/// with a [gradient penalty](Adversarial::gradient_penalty).
#[derive(Clone, Copy, Debug)]
#[must_use = "a trainer does nothing until `fit` is called"]
pub struct Adversarial<A, B> {
    generator: A,
    discriminator: B,
    epochs: usize,
    batch_size: usize,
    seed: u64,
    quiet: bool,
    critic_steps: usize,
    game: Game,
}

impl<A: Optimizer, B: Optimizer> Adversarial<A, B> {
    /// A trainer for 10 epochs of batches of 64, from seed 0, with these optimizers.
    pub fn new(generator: A, discriminator: B) -> Self {
        Adversarial {
            generator,
            discriminator,
            epochs: 10,
            batch_size: 64,
            seed: 0,
            quiet: false,
            critic_steps: 1,
            game: Game::NonSaturating { real: 1.0 },
        }
    }

    /// How often to go through the real samples.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// How many real samples, and as many made ones, make a step.
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

    /// How many steps the discriminator makes, each on a batch of its own, before the generator makes one.
    pub fn critic_steps(mut self, steps: usize) -> Self {
        self.critic_steps = steps;
        self
    }

    /// What the discriminator is to answer for real samples in place of 1, for example 0.9, so that it never becomes too
    /// sure (Salimans et al.: *Improved techniques for training GANs*, 2016).
    pub fn smooth(mut self, real: f64) -> Self {
        self.game = Game::NonSaturating { real };
        self
    }

    /// Wasserstein's distance in place of cross-entropy (Arjovsky, Chintala, Bottou: *Wasserstein GAN*, 2017): the
    /// discriminator makes `D(G(z)) - D(x)` smaller, the generator `-D(G(z))`, and after each step the discriminator's
    /// learned numbers are brought into `-clip ..= clip`. The article has a clip of 0.01 and five [critic
    /// steps](Adversarial::critic_steps).
    pub fn wasserstein(mut self, clip: f64) -> Self {
        self.game = Game::Wasserstein { clip };
        self
    }

    /// Wasserstein's distance with a gradient penalty in place of clipped weights (Gulrajani et al.: *Improved training of
    /// Wasserstein GANs*, 2017): the discriminator makes `D(G(z)) - D(x) + weight · (|∇D(y)| - 1)²` smaller, at points `y` drawn
    /// evenly between a real and a made sample. The article has a weight of 10, five [critic steps](Adversarial::critic_steps)
    /// and `Adam::new(1e-4).betas(0.0, 0.9)`. Of several scores of a sample the mean counts.
    ///
    /// The penalty's derivative by the weights is a second derivative of `D`, and generated code has first ones only. But
    /// along the direction `v` of `∇D(y)` it is the change of `∂D/∂w`, so it is taken as the difference of that a little to
    /// both sides of `y`, `h` away. Its error is about `h²` of the fourth derivatives of `D`: `h` is the third root of the
    /// type's precision (0.005 of the points' mean length for `f32`, 6·10⁻⁶ for `f64`), and the derivative agrees to about
    /// 10⁻⁴ and 10⁻⁹ with an exact one where `D` is smooth. Where it is linear in pieces, with `Relu` or `LeakyRelu`, it is
    /// that of a `D` whose kinks are `h` wide. A step takes two and a half times as long as with clipped weights.
    ///
    /// A discriminator with batch normalisation is refused: there one sample's score hangs on the others, and has no gradient
    /// of its own. `LayerNorm` and `InstanceNorm2d` do.
    pub fn gradient_penalty(mut self, weight: f64) -> Self {
        self.game = Game::Penalized { weight };
        self
    }

    /// The pair before its first step, for a training loop of one's own.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a setting that makes no sense.
    pub fn start<G, D>(self, generator: &G, discriminator: &D) -> Result<Adversaries<G, D, A, B>>
    where
        G: Player<Given: FlowsInto<D::Taken, G, D>>,
        D: Player<Scalar = G::Scalar, Kind: TakenBy<BinaryCrossEntropy>>,
    {
        self.check()?;
        let mixes = |role| matches!(role, Role::Average { .. } | Role::CumulativeAverage);
        if matches!(self.game, Game::Penalized { .. }) && D::TENSORS.into_iter().any(|info| mixes(info.role))
        {
            return Err(Error::Setting {
                what: "Adversarial",
                setting: "what a gradient penalty is taken of",
                expected: "a discriminator without batch normalisation",
                found: format!("`{}`, which has one", D::GRAPH.name),
            });
        }
        Ok(Adversaries::new(self, generator, discriminator))
    }

    /// Trains both in their boxes. The history's loss is the generator's; beside it stand the discriminator's and the mean
    /// scores of real and of made samples.
    ///
    /// # Errors
    ///
    /// - [`Error::Setting`] for a batch size or a number of critic steps of 0, and settings that make no sense
    /// - [`Error::NoSamples`], [`Error::Targets`] for data without samples, or without a target for every input
    /// - [`Error::BatchTooSmall`] if a batch is too small for the batch normalisation of one of the two
    /// - [`Error::Diverged`] as soon as a loss is not a finite number
    pub fn fit<G, D, X, Y>(
        self,
        generator: &mut impl DerefMut<Target = G>,
        discriminator: &mut impl DerefMut<Target = D>,
        train: &Dataset<X, Y>,
    ) -> Result<History>
    where
        G: Player<Given: FlowsInto<D::Taken, G, D>, Others: ToldWith<D::Others, G, D>>,
        D: Player<Scalar = G::Scalar, Kind: TakenBy<BinaryCrossEntropy>, Others: Conditions<Y, G::Scalar>>,
        X: IsSample<D::First>,
    {
        let (inputs, targets) = (train.inputs.len(), train.targets.len());
        if inputs != targets {
            return Err(Error::Targets { inputs, targets });
        }
        if inputs == 0 {
            return Err(Error::NoSamples { what: "the training set" });
        }
        let (generator, discriminator): (&mut G, &mut D) = (generator, discriminator);
        let Adversarial { epochs, batch_size, seed, quiet, critic_steps, .. } = self;
        let mut pair = self.start(generator, discriminator)?;
        let real = <D::First as Sample<D::Scalar>>::column(X::samples(&train.inputs));
        let told = <D::Others as Conditions<Y, G::Scalar>>::column(&train.targets);
        let mut history = History {
            network: G::GRAPH.name,
            metrics: vec!["discriminator loss", "score of real", "score of made"],
            ..History::default()
        };
        let mut order = Vec::with_capacity(inputs);
        let (mut noise, mut gathered) = (Vec::new(), Gathered::default());
        let least = G::MIN_TRAINING_SAMPLES.max(D::MIN_TRAINING_SAMPLES);
        let each = G::GRAPH.inputs[0].shape.iter().product::<usize>();
        let mut draws = 0;
        let mut draw = |noise: &mut Vec<G::Scalar>, samples: usize| {
            noise.resize(samples * each, G::Scalar::of(0.0));
            stream(seed, Purpose::Latent, draws).fill_normal(noise);
            draws += 1;
        };
        let mut steps = 0;
        for epoch in 1..=epochs {
            order.clear();
            order.extend(0..inputs);
            shuffle(&mut order, &mut stream(seed, Purpose::Order, epoch));
            let mut means = Means::default();
            let mut progress = Progress::start(epoch, epochs, inputs, quiet);
            let started = Instant::now();
            for (step, batch) in order.chunks(batch_size).enumerate() {
                if step > 0 && batch.len() < least {
                    break;
                }
                let here = |error| match error {
                    Error::Diverged { network, loss, .. } => {
                        Error::Diverged { network, epoch, step: step + 1, loss }
                    }
                    other => other,
                };
                // What is made has the classes of this batch.
                let told_here = told.map(|told| gathered.of(told, inputs, batch));
                let selection = Selection::Indices(batch);
                draw(&mut noise, batch.len());
                let judged = pair.judge(
                    generator,
                    discriminator,
                    Chosen { real, of_real: told, selection },
                    (&noise, told_here),
                );
                means.discriminator.add(judged.map_err(here)?, batch.len());
                steps += 1;
                if steps % critic_steps == 0 {
                    draw(&mut noise, batch.len());
                    let loss = pair.make(generator, discriminator, (&noise, told_here)).map_err(here)?;
                    means.generator.0 += loss * batch.len() as f64;
                    means.generator.1 += batch.len();
                }
                let (seen, scores) = (means.discriminator.samples, || means.scores());
                progress.step(seen, || figures(scores().loss, &history.metrics, &scores().metrics));
            }
            let seconds = started.elapsed().as_secs_f64();
            let training = means.scores();
            progress.finish(|| figures(training.loss, &history.metrics, &training.metrics));
            let samples_per_second = means.discriminator.samples as f64 / seconds;
            history.epochs.push(Epoch {
                number: epoch,
                training,
                validation: None,
                seconds,
                samples_per_second,
            });
            history.kept = epoch;
        }
        Ok(history)
    }

    fn check(&self) -> Result<()> {
        let at_least_one = |setting, value: usize| match value {
            0 => {
                Err(Error::Setting { what: "Adversarial", setting, expected: "1 or more", found: "0".into() })
            }
            _ => Ok(()),
        };
        at_least_one("the batch size", self.batch_size)?;
        at_least_one("the number of critic steps", self.critic_steps)?;
        let (setting, expected, value, good) = match self.game {
            Game::Wasserstein { clip } => {
                ("the clip", "a finite number above 0", clip, clip.is_finite() && clip > 0.0)
            }
            Game::Penalized { weight } => (
                "the gradient penalty",
                "a finite number above 0",
                weight,
                weight.is_finite() && weight > 0.0,
            ),
            Game::NonSaturating { real } => {
                ("the answer for real samples", "above 0, at most 1", real, real > 0.0 && real <= 1.0)
            }
        };
        if !good {
            return Err(Error::Setting { what: "Adversarial", setting, expected, found: value.to_string() });
        }
        self.generator.check()?;
        self.discriminator.check()
    }
}

/// What the samples of a batch are told, one behind the other.
struct Gathered<T> {
    numbers: Vec<T>,
    indices: Vec<u32>,
}

impl<T> Default for Gathered<T> {
    fn default() -> Self {
        Gathered { numbers: Vec::new(), indices: Vec::new() }
    }
}

impl<T: Real> Gathered<T> {
    fn of<'a>(&'a mut self, column: Column<'_, T>, all: usize, batch: &[usize]) -> Column<'a, T> {
        let each = column.len() / all;
        let places = batch.iter().map(|&place| place * each..(place + 1) * each);
        match column {
            Column::Numbers(numbers) => {
                self.numbers.clear();
                places.for_each(|place| self.numbers.extend_from_slice(&numbers[place]));
                Column::Numbers(&self.numbers)
            }
            Column::Indices(indices) => {
                self.indices.clear();
                places.for_each(|place| self.indices.extend_from_slice(&indices[place]));
                Column::Indices(&self.indices)
            }
        }
    }
}

/// The figures of an epoch so far.
#[derive(Default)]
struct Means {
    /// The sum of the generator's losses over samples, and their number.
    generator: (f64, usize),
    discriminator: Judged,
}

#[derive(Default)]
struct Judged {
    sums: [f64; 3],
    samples: usize,
}

impl Judged {
    fn add(&mut self, judged: Judgement, samples: usize) {
        let one = [judged.loss, judged.real, judged.made];
        self.sums.iter_mut().zip(one).for_each(|(sum, one)| *sum += one * samples as f64);
        self.samples += samples;
    }
}

impl Means {
    fn scores(&self) -> Scores {
        let Judged { sums, samples } = &self.discriminator;
        // An epoch with fewer steps than the critic makes has no step of the generator.
        let loss = self.generator.0 / self.generator.1 as f64;
        Scores { loss, metrics: sums.iter().map(|sum| sum / *samples as f64).collect() }
    }
}
