//! Losses that compare each scalar with its own target.

use super::{Loss, Reduction, Takes, factor, over_pairs};
use crate::kind::{Distribution, LogDistribution, Probabilities, RawScores};
use crate::{Real, Result, Selection, Tensor};

/// The sum of `each(output, target)`'s first number over all scalars, times a factor; the second is the slope.
fn over<O: Tensor>(
    factor: f64,
    (outputs, targets, selection): (&[O], &[O], Selection<'_>),
    gradients: Option<&mut [O]>,
    each: impl Fn(O::Scalar, O::Scalar) -> (O::Scalar, O::Scalar),
) -> Result<f64> {
    let scale = O::Scalar::of(factor);
    let sum = over_pairs(outputs, targets, selection, gradients, |output, target, mut gradient| {
        let mut sum = 0.0;
        for (place, (&y, &t)) in output.iter().zip(target.scalars()).enumerate() {
            let (value, slope) = each(y, t);
            sum += value.widen();
            if let Some(gradient) = &mut gradient {
                gradient[place] = scale * slope;
            }
        }
        sum
    })?;
    Ok(factor * sum)
}

macro_rules! pointwise {
    ($loss:ident takes $($kind:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<O: Tensor> Loss<O, O> for $loss {
            fn loss(
                &self,
                outputs: &[O],
                targets: &[O],
                selection: Selection<'_>,
                gradients: &mut [O],
            ) -> Result<f64> {
                let factor = self.factor(outputs.len(), O::LEN);
                over(factor, (outputs, targets, selection), Some(gradients), |y, t| self.each(y, t))
            }

            fn value(&self, outputs: &[O], targets: &[O], selection: Selection<'_>) -> Result<f64> {
                let factor = self.factor(outputs.len(), O::LEN);
                over(factor, (outputs, targets, selection), None, |y, t| self.each(y, t))
            }

            fn reduction(&self) -> Reduction {
                self.reduction
            }
        }

        impl $loss {
            /// The sum over all scalars instead.
            #[must_use]
            pub const fn sum(mut self) -> Self {
                self.reduction = Reduction::Sum;
                self
            }
        }

        $(#[diagnostic::do_not_recommend] impl Takes<$kind> for $loss {})*
    };
}

/// The mean of `|output - target|` over all scalars of the batch, as PyTorch's `L1Loss`; the gradient at 0 is 0.
///
/// ```
/// use formwork::losses::{L1, Loss};
/// use formwork::Selection;
/// let loss = L1::new().value(&[1.0, 5.0], &[1.0, 2.0], Selection::All)?;
/// assert_eq!(loss, 1.5);
/// # Ok::<(), formwork::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct L1 {
    reduction: Reduction,
}

impl L1 {
    /// The mean over all scalars.
    #[must_use]
    pub const fn new() -> Self {
        L1 { reduction: Reduction::Mean }
    }

    fn factor(&self, samples: usize, len: usize) -> f64 {
        factor(self.reduction, samples * len)
    }

    fn each<T: Real>(&self, y: T, t: T) -> (T, T) {
        let d = y - t;
        // The sign, which for floats is ±1 at 0.
        let sign = if d == T::zero() { d } else { d.signum() };
        (d.abs(), sign)
    }
}

pointwise!(L1 takes RawScores Probabilities Distribution);

/// With `d = output - target`: `d² / 2` where `|d| <= delta`, else `delta (|d| - delta / 2)`, averaged over all scalars of
/// the batch, as PyTorch's `HuberLoss` (Huber: *Robust estimation of a location parameter*, 1964).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber {
    reduction: Reduction,
    delta: f64,
}

impl Huber {
    /// The mean over all scalars, with the place from which on the loss is linear, above 0; 1 is usual.
    #[must_use]
    pub const fn new(delta: f64) -> Self {
        Huber { reduction: Reduction::Mean, delta }
    }

    fn factor(&self, samples: usize, len: usize) -> f64 {
        factor(self.reduction, samples * len)
    }

    fn each<T: Real>(&self, y: T, t: T) -> (T, T) {
        let (d, delta, half) = (y - t, T::of(self.delta), T::of(0.5));
        if d.abs() <= delta {
            (half * d * d, d)
        } else {
            (delta * (d.abs() - half * delta), delta * d.signum())
        }
    }
}

pointwise!(Huber takes RawScores Probabilities Distribution);

/// With `d = output - target`: `d² / (2 beta)` where `|d| < beta`, else `|d| - beta / 2`, averaged over all scalars of
/// the batch, as PyTorch's `SmoothL1Loss` (Girshick: *Fast R-CNN*, 2015). It is [`Huber`] divided by `beta`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmoothL1 {
    reduction: Reduction,
    beta: f64,
}

impl SmoothL1 {
    /// The mean over all scalars, with the place from which on the loss is linear; 1 is usual, 0 gives [`L1`].
    #[must_use]
    pub const fn new(beta: f64) -> Self {
        SmoothL1 { reduction: Reduction::Mean, beta }
    }

    fn factor(&self, samples: usize, len: usize) -> f64 {
        factor(self.reduction, samples * len)
    }

    fn each<T: Real>(&self, y: T, t: T) -> (T, T) {
        let (d, beta, half) = (y - t, T::of(self.beta), T::of(0.5));
        if d.abs() < beta {
            (half * d * d / beta, d / beta)
        } else {
            (d.abs() - half * beta, if d == T::zero() { d } else { d.signum() })
        }
    }
}

pointwise!(SmoothL1 takes RawScores Probabilities Distribution);

/// `Σ t (ln t - output)` over each sample, averaged over the batch, as PyTorch's `KLDivLoss` with `batchmean`: how far the
/// distribution whose logarithms the network gives (a `LogSoftmax`) is from the target's (Kullback, Leibler: *On
/// information and sufficiency*, 1951). A target of 0 adds nothing.
///
/// ```
/// use formwork::losses::{KlDivergence, Loss};
/// use formwork::Selection;
/// use nalgebra::Vector2;
/// let half = 0.5f64.ln();
/// let loss = KlDivergence::new().value(&[Vector2::new(half, half)], &[Vector2::new(1.0, 0.0)], Selection::All)?;
/// assert!((loss - 2f64.ln()).abs() < 1e-12);
/// # Ok::<(), formwork::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KlDivergence {
    reduction: Reduction,
    elements: bool,
    logarithms: bool,
}

impl KlDivergence {
    /// The mean over the batch, with probabilities as targets.
    #[must_use]
    pub const fn new() -> Self {
        KlDivergence { reduction: Reduction::Mean, elements: false, logarithms: false }
    }

    /// The mean over all scalars instead, PyTorch's `mean`.
    #[must_use]
    pub const fn over_elements(self) -> Self {
        KlDivergence { reduction: Reduction::Mean, elements: true, ..self }
    }

    /// The targets are logarithms of probabilities too.
    #[must_use]
    pub const fn log_targets(self) -> Self {
        KlDivergence { logarithms: true, ..self }
    }

    fn factor(&self, samples: usize, len: usize) -> f64 {
        factor(self.reduction, if self.elements { samples * len } else { samples })
    }

    fn each<T: Real>(&self, y: T, t: T) -> (T, T) {
        let (share, ln) = if self.logarithms { (t.exp(), t) } else { (t, t.ln()) };
        if share == T::zero() { (share, share) } else { (share * (ln - y), -share) }
    }
}

pointwise!(KlDivergence takes LogDistribution);

/// `eˣ - t x` for counts `t` and the logarithm `x` of their expected number, averaged over all scalars of the batch, as
/// PyTorch's `PoissonNLLLoss`: the negative logarithm of the Poisson distribution, without what `t` alone decides.
///
/// ```
/// use formwork::losses::{Loss, PoissonNll};
/// use formwork::Selection;
/// assert_eq!(PoissonNll::new().value(&[0.0], &[3.0], Selection::All)?, 1.0);
/// assert_eq!(PoissonNll::new().rates(0.0).value(&[1.0], &[3.0], Selection::All)?, 1.0);
/// # Ok::<(), formwork::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PoissonNll {
    reduction: Reduction,
    rates: Option<f64>,
    full: bool,
}

impl PoissonNll {
    /// The mean over all scalars, of networks that give logarithms.
    #[must_use]
    pub const fn new() -> Self {
        PoissonNll { reduction: Reduction::Mean, rates: None, full: false }
    }

    /// The network gives the expected number `x` itself: `x - t ln(x + eps)`; PyTorch's `eps` is 1e-8.
    #[must_use]
    pub const fn rates(self, eps: f64) -> Self {
        PoissonNll { rates: Some(eps), ..self }
    }

    /// Adds Stirling's approximation of `ln t!`, `t ln t - t + ln(2π t) / 2`, where `t` is above 1.
    #[must_use]
    pub const fn full(self) -> Self {
        PoissonNll { full: true, ..self }
    }

    fn factor(&self, samples: usize, len: usize) -> f64 {
        factor(self.reduction, samples * len)
    }

    fn each<T: Real>(&self, y: T, t: T) -> (T, T) {
        let (mut value, slope) = match self.rates {
            None => (y.exp() - t * y, y.exp() - t),
            Some(eps) => {
                let shifted = y + T::of(eps);
                (y - t * shifted.ln(), T::one() - t / shifted)
            }
        };
        if self.full && t > T::one() {
            value += t * t.ln() - t + T::of(0.5) * (T::of(core::f64::consts::TAU) * t).ln();
        }
        (value, slope)
    }
}

pointwise!(PoissonNll takes RawScores);
