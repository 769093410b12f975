//! A generator and a discriminator that learn from each other.

use super::Discriminator;
use formwork::Noise;
use formwork::prelude::*;
use nalgebra::SVector;

type Image = SVector<f32, 784>;

/// Both networks with all that their training needs.
pub struct Adversaries<G: Network> {
    /// What makes images of noise.
    pub generator: Box<G>,
    /// What tells them from real ones.
    pub discriminator: Box<Discriminator>,
    generator_gradient: Box<G>,
    discriminator_gradient: Box<Discriminator>,
    generator_memory: Workspace<G>,
    discriminator_memory: Workspace<Discriminator>,
    generator_state: <Adam as Optimizer>::State<G>,
    discriminator_state: <Adam as Optimizer>::State<Discriminator>,
    adam: Adam,
    /// Real images, and as many made ones behind them.
    images: Vec<Image>,
    by_images: Vec<f32>,
    answers: Vec<SVector<f32, 1>>,
    steps: u64,
}

impl<G> Adversaries<G>
where
    G: for<'a> Network<Batch<'a> = &'a [SVector<f32, 64>], Output = Image, Scalar = f32>,
{
    /// Two networks about to be trained on these images.
    pub fn new(generator: Box<G>, discriminator: Box<Discriminator>, real: &[Image]) -> Self {
        let adam = Adam::new(2e-4);
        let (n, none) = (real.len(), Image::zeros());
        Adversaries {
            generator_gradient: G::zeroed(),
            discriminator_gradient: Discriminator::zeroed(),
            generator_memory: Workspace::new(),
            discriminator_memory: Workspace::new(),
            generator_state: adam.start(&*generator),
            discriminator_state: adam.start(&*discriminator),
            generator,
            discriminator,
            adam,
            images: real.iter().copied().chain((0..n).map(|_| none)).collect(),
            by_images: vec![0.0; n * 784],
            answers: (0..2 * n).map(|i| SVector::from([if i < n { 1.0 } else { 0.0 }])).collect(),
            steps: 0,
        }
    }

    /// One step of the discriminator, one of the generator; gives the sum of both losses.
    pub fn run(&mut self, z: &[SVector<f32, 64>]) -> f64 {
        let n = z.len();
        let noise = Noise { seed: 1, step: self.steps, first: 0 };
        self.steps += 1;
        let loss = BinaryCrossEntropy::new();
        let mut making = self
            .generator
            .forward(z, Selection::All, noise, &mut self.generator_memory)
            .expect("a good batch");
        let (made, by_made) = making.outputs_and_gradients();
        self.images[n..].copy_from_slice(made);
        let mut judging = self
            .discriminator
            .forward(&self.images[..], Selection::All, noise, &mut self.discriminator_memory)
            .expect("a good batch");
        let (outputs, gradients) = judging.outputs_and_gradients();
        let told = loss.loss(outputs, &self.answers, Selection::All, gradients).expect("good targets");
        // The mean over both halves is half the sum of their means.
        gradients.iter_mut().for_each(|g| *g *= 2.0);
        judging.backward(&mut self.discriminator_gradient);
        let state = &mut self.discriminator_state;
        self.adam.step(state, &mut self.discriminator, &self.discriminator_gradient);
        let mut judging = self
            .discriminator
            .forward(&self.images[n..], Selection::All, noise, &mut self.discriminator_memory)
            .expect("a good batch");
        let (outputs, gradients) = judging.outputs_and_gradients();
        let fooled = loss.loss(outputs, &self.answers[..n], Selection::All, gradients).expect("good targets");
        judging
            .backward_with_inputs(&mut self.discriminator_gradient, &mut [&mut self.by_images])
            .expect("as many as there are images");
        for (to, from) in by_made.iter_mut().zip(self.by_images.chunks_exact(784)) {
            to.copy_from_slice(from);
        }
        making.backward(&mut self.generator_gradient);
        self.adam.step(&mut self.generator_state, &mut self.generator, &self.generator_gradient);
        2.0 * told + fooled
    }
}
