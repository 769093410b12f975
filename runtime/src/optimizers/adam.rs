//! Adam and AdamW.

use super::{Optimizer, fold_averages, learned_runs, require, require_factor};
use crate::kernels::update::{AdamStep, UpdateKernels};
use crate::{Parameters, Result};

/// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015), as in PyTorch's `Adam`.
///
/// With gradient `g` and step `t` from 1: `g += λ p`; `m = β₁ m + (1 - β₁) g`; `v = β₂ v + (1 - β₂) g²`;
/// `p -= rate / (1 - β₁ᵗ) · m / (√(v / (1 - β₂ᵗ)) + ε)`.
///
/// ```
/// use formwork::optimizers::Adam;
/// let adam = Adam::new(1e-3).betas(0.9, 0.99);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    learning_rate: f64,
    betas: (f64, f64),
    eps: f64,
    weight_decay: f64,
    amsgrad: bool,
}

impl Adam {
    /// Adam with that learning rate and the usual settings: betas 0.9 and 0.999, eps 1e-8, no weight decay.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        Adam { learning_rate, betas: (0.9, 0.999), eps: 1e-8, weight_decay: 0.0, amsgrad: false }
    }

    /// The learning rate of the first step.
    #[must_use]
    pub const fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    /// How slowly the averages of the gradient and of its square forget.
    #[must_use]
    pub const fn betas(self, first: f64, second: f64) -> Self {
        Adam { betas: (first, second), ..self }
    }

    /// What is added to the root, against a division by zero.
    #[must_use]
    pub const fn eps(self, eps: f64) -> Self {
        Adam { eps, ..self }
    }

    /// How much of each weight is added to its gradient; [`AdamW`] is usually the better way.
    #[must_use]
    pub const fn weight_decay(self, weight_decay: f64) -> Self {
        Adam { weight_decay, ..self }
    }

    /// Whether to divide by the largest average of squares so far (Reddi and others, 2018).
    #[must_use]
    pub const fn amsgrad(self, amsgrad: bool) -> Self {
        Adam { amsgrad, ..self }
    }

    fn check_as(&self, what: &'static str) -> Result<()> {
        let beta = |setting, beta: f64| {
            require(what, setting, "from 0 to below 1", beta, (0.0..1.0).contains(&beta))
        };
        require_factor(what, "the learning rate", self.learning_rate)?;
        beta("the first beta", self.betas.0)?;
        beta("the second beta", self.betas.1)?;
        require_factor(what, "eps", self.eps)?;
        require_factor(what, "the weight decay", self.weight_decay)
    }

    fn step_with<N: Parameters>(
        &self,
        state: &mut AdamState<N>,
        network: &mut N,
        gradient: &N,
        decoupled: bool,
    ) {
        state.steps += 1;
        let t = state.steps as f64;
        let step = AdamStep {
            lr: state.learning_rate,
            beta1: self.betas.0,
            beta2: self.betas.1,
            eps: self.eps,
            weight_decay: self.weight_decay,
            decoupled,
            bias1: 1.0 - self.betas.0.powf(t),
            bias2: 1.0 - self.betas.1.powf(t),
        };
        for run in learned_runs(N::TENSORS) {
            let p = &mut network.as_mut_slice()[run.clone()];
            let m = &mut state.first.as_mut_slice()[run.clone()];
            let v = &mut state.second.as_mut_slice()[run.clone()];
            let g = &gradient.as_slice()[run.clone()];
            match &mut state.largest {
                Some(max) => N::Scalar::amsgrad(p, g, m, v, &mut max.as_mut_slice()[run], &step),
                None => N::Scalar::adam(p, g, m, v, &step),
            }
        }
        fold_averages(network, gradient);
    }
}

/// What [`Adam`] and [`AdamW`] remember between steps.
pub struct AdamState<N> {
    learning_rate: f64,
    steps: u64,
    first: Box<N>,
    second: Box<N>,
    /// Only with AMSGrad.
    largest: Option<Box<N>>,
}

#[diagnostic::do_not_recommend]
impl Optimizer for Adam {
    type State<N: Parameters> = AdamState<N>;

    fn check(&self) -> Result<()> {
        self.check_as("Adam")
    }

    fn start<N: Parameters>(&self, _network: &N) -> AdamState<N> {
        AdamState {
            learning_rate: self.learning_rate,
            steps: 0,
            first: N::zeroed(),
            second: N::zeroed(),
            largest: self.amsgrad.then(N::zeroed),
        }
    }

    fn step<N: Parameters>(&self, state: &mut AdamState<N>, network: &mut N, gradient: &N) {
        self.step_with(state, network, gradient, false);
    }

    fn rate<N: Parameters>(&self, state: &AdamState<N>) -> f64 {
        state.learning_rate
    }

    fn set_rate<N: Parameters>(&self, state: &mut AdamState<N>, rate: f64) {
        state.learning_rate = rate;
    }
}

/// Adam with weight decay of its own (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019), as in
/// PyTorch's `AdamW`: instead of adding to the gradient, every step shrinks the weights, `p -= rate · λ p`.
///
/// ```
/// use formwork::optimizers::AdamW;
/// let adamw = AdamW::new(1e-3).weight_decay(0.05);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamW {
    adam: Adam,
}

impl AdamW {
    /// As [`Adam::new`], with a weight decay of 0.01.
    #[must_use]
    pub const fn new(learning_rate: f64) -> Self {
        AdamW { adam: Adam::new(learning_rate).weight_decay(0.01) }
    }

    /// The learning rate of the first step.
    #[must_use]
    pub const fn learning_rate(&self) -> f64 {
        self.adam.learning_rate
    }

    /// As [`Adam::betas`].
    #[must_use]
    pub const fn betas(self, first: f64, second: f64) -> Self {
        AdamW { adam: self.adam.betas(first, second) }
    }

    /// As [`Adam::eps`].
    #[must_use]
    pub const fn eps(self, eps: f64) -> Self {
        AdamW { adam: self.adam.eps(eps) }
    }

    /// How much of each weight a step takes away, times the learning rate.
    #[must_use]
    pub const fn weight_decay(self, weight_decay: f64) -> Self {
        AdamW { adam: self.adam.weight_decay(weight_decay) }
    }

    /// As [`Adam::amsgrad`].
    #[must_use]
    pub const fn amsgrad(self, amsgrad: bool) -> Self {
        AdamW { adam: self.adam.amsgrad(amsgrad) }
    }
}

#[diagnostic::do_not_recommend]
impl Optimizer for AdamW {
    type State<N: Parameters> = AdamState<N>;

    fn check(&self) -> Result<()> {
        self.adam.check_as("AdamW")
    }

    fn start<N: Parameters>(&self, network: &N) -> AdamState<N> {
        self.adam.start(network)
    }

    fn step<N: Parameters>(&self, state: &mut AdamState<N>, network: &mut N, gradient: &N) {
        self.adam.step_with(state, network, gradient, true);
    }

    fn rate<N: Parameters>(&self, state: &AdamState<N>) -> f64 {
        state.learning_rate
    }

    fn set_rate<N: Parameters>(&self, state: &mut AdamState<N>, rate: f64) {
        state.learning_rate = rate;
    }
}
