//! The gradient penalty of a critic, from first derivatives alone.
//!
//! The penalty of a point `x` is `(|g| - 1)²` with `g = ∂D/∂x`. Its derivative by a weight `w` is `2 (|g| - 1) ∂|g|/∂w`, and
//! with `v = g / |g|` held fixed `∂|g|/∂w = ∂(v · g)/∂w`: what turns in `v` is at right angles to it. `v · g` is the derivative
//! of `D` along `v`, so that is the derivative along `v` of `∂D/∂w`, and so a difference of two gradients by the weights,
//! `(∂D/∂w(x + h v) - ∂D/∂w(x - h v)) / 2h`, up to `h²/6` times its third derivative along `v`. Where `D` is
//! linear in pieces it is exact as long as no kink lies between.

use super::adversaries::{backward, columns, flowing, forward, in_use};
use crate::{Column, Network, Noise, Real, Selection, Workspace};
use num_traits::Float;

/// The room that a penalty takes.
pub(super) struct Penalty<D: Network> {
    gradient: Box<D>,
    /// The points between real and made samples.
    points: Vec<D::Scalar>,
    /// The same a little to one side.
    moved: Vec<D::Scalar>,
    /// For each point the gradient by it, and then its direction.
    along: Vec<D::Scalar>,
    by_told: Vec<D::Scalar>,
    /// What the sum of a point's scores weighs in the sum of which gradients are taken.
    weights: Vec<D::Scalar>,
}

/// The points at which the penalty is taken.
pub(super) struct Between<'a, T> {
    pub real: Column<'a, T>,
    pub selection: Selection<'a>,
    pub made: &'a [T],
    /// Of each point how much of it is the real sample.
    pub shares: &'a [f64],
    pub told: Option<Column<'a, T>>,
}

impl<D: Network> Penalty<D> {
    pub fn new() -> Self {
        Penalty {
            gradient: D::zeroed(),
            points: Vec::new(),
            moved: Vec::new(),
            along: Vec::new(),
            by_told: Vec::new(),
            weights: Vec::new(),
        }
    }

    /// The mean of `weight (|g| - 1)²` over the points; adds its derivative to the gradient.
    pub fn add(
        &mut self,
        discriminator: &D,
        between: &Between<'_, D::Scalar>,
        weight: f64,
        noise: Noise,
        workspace: &mut Workspace<D>,
        gradient: &mut D,
    ) -> f64 {
        let samples = between.shares.len();
        self.mix(between);
        let each = self.points.len() / samples;
        // A point's score is the mean of what the critic says of it.
        let scores = D::__output(samples).len() / samples;
        let share = 1.0 / scores as f64;
        self.weights.clear();
        self.weights.resize(samples, D::Scalar::of(share));
        self.along.resize(self.points.len(), D::Scalar::of(0.0));
        self.moved.clear();
        self.moved.extend_from_slice(&self.points);
        self.run(discriminator, between.told, noise, workspace, true);

        let (mut sum, mut spread) = (0.0, 0.0);
        let points = self.points.chunks_exact(each).zip(self.along.chunks_exact_mut(each));
        for ((point, along), by_norm) in points.zip(&mut self.weights) {
            let length = norm(along);
            sum += (length - 1.0) * (length - 1.0);
            spread += norm(point) / samples as f64;
            // Where the gradient is zero its length has no derivative, and none is taken.
            let turn = if length > 0.0 { 1.0 / length } else { 0.0 };
            along.iter_mut().for_each(|g| *g = D::Scalar::of(turn * g.widen()));
            *by_norm = D::Scalar::of(2.0 * weight * (length - 1.0) / samples as f64);
        }
        let h = if spread > 0.0 { step::<D::Scalar>() * spread } else { step::<D::Scalar>() };
        let factor = D::Scalar::of(share / (2.0 * h));
        self.weights.iter_mut().for_each(|w| *w *= factor);
        for side in [h, -h] {
            for ((moved, &point), &along) in self.moved.iter_mut().zip(&self.points).zip(&self.along) {
                *moved = D::Scalar::of(point.widen() + side * along.widen());
            }
            self.run(discriminator, between.told, noise, workspace, false);
            let from = self.gradient.as_slice();
            gradient.as_mut_slice().iter_mut().zip(from).for_each(|(to, &from)| *to += from);
            self.weights.iter_mut().for_each(|w| *w = -*w);
        }
        weight * sum / samples as f64
    }

    /// The points on the way from what was made to what is real.
    fn mix(&mut self, between: &Between<'_, D::Scalar>) {
        let Between { real, selection, made, shares, .. } = between;
        let real = real.numbers();
        let each = made.len() / shares.len();
        self.points.clear();
        for (i, (made, &share)) in made.chunks_exact(each).zip(*shares).enumerate() {
            let place = match selection {
                Selection::All => i,
                Selection::Indices(indices) => indices[i],
            };
            let real = &real[place * each..][..each];
            let mixed = real.iter().zip(made).map(|(x, y)| share * x.widen() + (1.0 - share) * y.widen());
            self.points.extend(mixed.map(D::Scalar::of));
        }
    }

    /// The gradients at the moved points of the sum of all scores, as they are weighted: by the weights, and if it is asked
    /// for by the points.
    fn run(
        &mut self,
        discriminator: &D,
        told: Option<Column<'_, D::Scalar>>,
        noise: Noise,
        workspace: &mut Workspace<D>,
        by_points: bool,
    ) {
        let samples = self.weights.len();
        let columns = columns(Column::Numbers(&self.moved), told);
        let inputs = flowing(in_use(&columns, told), Selection::All, samples);
        let memory = forward(discriminator, inputs, noise, workspace);
        let by_scores = &mut memory[D::__output_gradient(samples)];
        let scores = by_scores.len() / samples;
        for (by_scores, &weight) in by_scores.chunks_exact_mut(scores).zip(&self.weights) {
            by_scores.fill(weight);
        }
        self.by_told.resize(told.map_or(0, |told| told.numbers().len()), D::Scalar::of(0.0));
        let by_inputs: &mut [&mut [D::Scalar]] = &mut [&mut self.along, &mut self.by_told];
        let count = if by_points { D::GRAPH.inputs.len().min(2) } else { 0 };
        backward(discriminator, inputs, noise, &mut self.gradient, &mut by_inputs[..count], memory);
    }
}

/// How far to go to either side, as a share of a point's length: about the third root of what the type rounds by, where the
/// errors of rounding and of the difference are of one size.
fn step<T: Real>() -> f64 {
    let epsilon = <T as Float>::epsilon().widen();
    epsilon.cbrt()
}

fn norm<T: Real>(values: &[T]) -> f64 {
    values.iter().map(|x| x.widen() * x.widen()).sum::<f64>().sqrt()
}
