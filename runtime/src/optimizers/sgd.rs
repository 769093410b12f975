//! Stochastic gradient descent.

use super::{Optimizer, fold_averages, learned_runs, require, require_factor};
use crate::kernels::update::{SgdStep, UpdateKernels};
use crate::{Parameters, Result};

/// Stochastic gradient descent, with momentum, Nesterov's momentum and weight decay as in PyTorch's `SGD`.
///
/// With gradient `g`, weight decay `λ`, momentum `μ` and dampening `τ`: `g += λ p`; `v = μ v + (1 - τ) g` (at the first
/// step `v = g`); then `p -= rate · v`, or with Nesterov `p -= rate · (g + μ v)`.
///
/// ```
/// use formwork::optimizers::Sgd;
/// let sgd = Sgd::new(0.1).momentum(0.9).nesterov(true).weight_decay(1e-4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    learning_rate: f64,
    momentum: f64,
    dampening: f64,
    weight_decay: f64,
    nesterov: bool,
}

impl Sgd {
    /// Plain descent with that learning rate.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        Sgd { learning_rate, momentum: 0.0, dampening: 0.0, weight_decay: 0.0, nesterov: false }
    }

    /// The learning rate of the first step.
    #[must_use]
    pub const fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    /// How much of the last step's velocity is kept, for example 0.9.
    #[must_use]
    pub const fn momentum(self, momentum: f64) -> Self {
        Sgd { momentum, ..self }
    }

    /// How much less a new gradient adds to the velocity.
    #[must_use]
    pub const fn dampening(self, dampening: f64) -> Self {
        Sgd { dampening, ..self }
    }

    /// How much of each weight is added to its gradient.
    #[must_use]
    pub const fn weight_decay(self, weight_decay: f64) -> Self {
        Sgd { weight_decay, ..self }
    }

    /// Whether the step looks ahead by the momentum; it needs a momentum and no dampening.
    #[must_use]
    pub const fn nesterov(self, nesterov: bool) -> Self {
        Sgd { nesterov, ..self }
    }
}

/// What [`Sgd`] remembers between steps.
pub struct SgdState<N> {
    learning_rate: f64,
    steps: u64,
    /// Only with momentum.
    velocity: Option<Box<N>>,
}

#[diagnostic::do_not_recommend]
impl Optimizer for Sgd {
    type State<N: Parameters> = SgdState<N>;

    fn check(&self) -> Result<()> {
        require_factor("Sgd", "the learning rate", self.learning_rate)?;
        require_factor("Sgd", "the momentum", self.momentum)?;
        require_factor("Sgd", "the weight decay", self.weight_decay)?;
        require("Sgd", "the dampening", "a finite number", self.dampening, self.dampening.is_finite())?;
        if self.nesterov {
            require(
                "Sgd",
                "the momentum",
                "above 0 with Nesterov's step",
                self.momentum,
                self.momentum > 0.0,
            )?;
            require("Sgd", "the dampening", "0 with Nesterov's step", self.dampening, self.dampening == 0.0)?;
        }
        Ok(())
    }

    fn start<N: Parameters>(&self, _network: &N) -> SgdState<N> {
        let velocity = (self.momentum != 0.0).then(N::zeroed);
        SgdState { learning_rate: self.learning_rate, steps: 0, velocity }
    }

    fn step<N: Parameters>(&self, state: &mut SgdState<N>, network: &mut N, gradient: &N) {
        let step = SgdStep {
            lr: state.learning_rate,
            momentum: self.momentum,
            dampening: self.dampening,
            weight_decay: self.weight_decay,
            nesterov: self.nesterov,
            first: state.steps == 0,
        };
        state.steps += 1;
        for run in learned_runs(N::TENSORS) {
            let p = &mut network.as_mut_slice()[run.clone()];
            let v = match &mut state.velocity {
                Some(velocity) => &mut velocity.as_mut_slice()[run.clone()],
                None => &mut [],
            };
            N::Scalar::sgd(p, &gradient.as_slice()[run], v, &step);
        }
        fold_averages(network, gradient);
    }

    fn rate<N: Parameters>(&self, state: &SgdState<N>) -> f64 {
        state.learning_rate
    }

    fn set_rate<N: Parameters>(&self, state: &mut SgdState<N>, rate: f64) {
        state.learning_rate = rate;
    }
}
