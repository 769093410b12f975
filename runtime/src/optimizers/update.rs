//! The arithmetic of a step over flat slices.

use crate::Real;

/// The settings of one step of Adam.
pub struct AdamStep {
    pub learning_rate: f64,
    pub beta1: f64,
    pub beta2: f64,
    pub eps: f64,
    pub weight_decay: f64,
    /// The decay shrinks the weights instead of adding to the gradient.
    pub decoupled: bool,
    /// `1 - beta1ᵗ` and `1 - beta2ᵗ` at step `t` from 1.
    pub bias1: f64,
    pub bias2: f64,
}

/// The settings of one step of gradient descent.
pub struct SgdStep {
    pub learning_rate: f64,
    pub momentum: f64,
    pub dampening: f64,
    pub weight_decay: f64,
    pub nesterov: bool,
    /// The first step, which sets the velocity to the gradient.
    pub first: bool,
}

/// One step of Adam over parameters `p` with gradient `g`, moments `m` and `v`, and AMSGrad's largest moment.
pub fn adam<T: Real>(
    p: &mut [T],
    g: &[T],
    m: &mut [T],
    v: &mut [T],
    mut max: Option<&mut [T]>,
    step: &AdamStep,
) {
    let [b1, b2, eps, decay] = [step.beta1, step.beta2, step.eps, step.weight_decay].map(T::of);
    let [c1, c2] = [1.0 - step.beta1, 1.0 - step.beta2].map(T::of);
    let shrink = T::of(if step.decoupled { 1.0 - step.learning_rate * step.weight_decay } else { 1.0 });
    let decay = if step.decoupled { T::zero() } else { decay };
    let rate = T::of(step.learning_rate / step.bias1);
    let root = T::of(1.0 / step.bias2.sqrt());
    for (i, (((p, &g), m), v)) in p.iter_mut().zip(g).zip(m).zip(v).enumerate() {
        *p *= shrink;
        let g = g + decay * *p;
        *m = b1 * *m + c1 * g;
        *v = b2 * *v + c2 * g * g;
        let second = match &mut max {
            Some(max) => {
                max[i] = max[i].max(*v);
                max[i]
            }
            None => *v,
        };
        *p -= rate * *m / (second.sqrt() * root + eps);
    }
}

/// One step of gradient descent over parameters `p` with gradient `g` and velocity `v`.
pub fn sgd<T: Real>(p: &mut [T], g: &[T], mut v: Option<&mut [T]>, step: &SgdStep) {
    let [rate, momentum, decay] = [step.learning_rate, step.momentum, step.weight_decay].map(T::of);
    let fresh = T::of(1.0 - step.dampening);
    for (i, (p, &g)) in p.iter_mut().zip(g).enumerate() {
        let g = g + decay * *p;
        let d = match &mut v {
            Some(v) => {
                v[i] = if step.first { g } else { momentum * v[i] + fresh * g };
                if step.nesterov { g + momentum * v[i] } else { v[i] }
            }
            None => g,
        };
        *p -= rate * d;
    }
}
