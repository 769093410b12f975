//! The negative logarithm of a normal distribution whose variance the network gives, too.

use super::{Loss, Reduction, Takes, factor, over_pairs};
use crate::kind::RawScores;
use crate::{Real, Result, Selection, Tensor};
use num_traits::Float;

/// `(ln v + (m - t)² / v) / 2` for a mean `m`, a variance `v` and a target `t`, averaged over all scalars of the targets, as
/// PyTorch's `GaussianNLLLoss` (Nix, Weigend: *Estimating the mean and variance of the target probability distribution*,
/// 1994).
///
/// An output holds twice as many scalars as its target: all means and then all variances (`[2, n]` beside `[n]`). A variance
/// below `eps` counts as `eps`, and its gradient is the one there, so that it can grow again.
///
/// ```
/// use formwork::losses::{GaussianNll, Loss};
/// use formwork::Selection;
/// use nalgebra::Vector2;
/// // Mean 3 and variance 4.
/// let loss = GaussianNll::new().value(&[Vector2::new(3.0, 4.0)], &[1.0], Selection::All)?;
/// assert!((loss - (4f64.ln() + 1.0) / 2.0).abs() < 1e-12);
/// # Ok::<(), formwork::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianNll {
    reduction: Reduction,
    eps: f64,
    full: bool,
}

impl GaussianNll {
    /// The mean over all scalars of the targets, with PyTorch's smallest variance, 1e-6.
    #[must_use]
    pub const fn new() -> Self {
        GaussianNll { reduction: Reduction::Mean, eps: 1e-6, full: false }
    }

    /// The sum instead.
    #[must_use]
    pub const fn sum(self) -> Self {
        GaussianNll { reduction: Reduction::Sum, ..self }
    }

    /// Another smallest variance.
    #[must_use]
    pub const fn eps(self, eps: f64) -> Self {
        GaussianNll { eps, ..self }
    }

    /// Adds the constant `ln(2π) / 2`.
    #[must_use]
    pub const fn full(self) -> Self {
        GaussianNll { full: true, ..self }
    }

    fn over<O: Tensor, Y: Tensor<Scalar = O::Scalar>>(
        &self,
        outputs: &[O],
        targets: &[Y],
        selection: Selection<'_>,
        gradients: Option<&mut [O]>,
    ) -> Result<f64> {
        const { assert!(O::LEN == 2 * Y::LEN, "`GaussianNll` needs a mean and a variance for each target") };
        let factor = factor(self.reduction, outputs.len() * Y::LEN);
        let (scale, half, eps) = (O::Scalar::of(factor), O::Scalar::of(0.5), O::Scalar::of(self.eps));
        let constant = if self.full { 0.5 * core::f64::consts::TAU.ln() } else { 0.0 };
        let sum = over_pairs(outputs, targets, selection, gradients, |output, target, mut gradient| {
            let (means, variances) = output.split_at(Y::LEN);
            let mut sum = 0.0;
            for (place, &t) in target.scalars().iter().enumerate() {
                let d = means[place] - t;
                // A variance that is not a number stays one.
                let v = if variances[place] < eps { eps } else { variances[place] };
                sum += (half * (v.ln() + d * d / v)).widen() + constant;
                if let Some(gradient) = &mut gradient {
                    gradient[place] = scale * d / v;
                    gradient[Y::LEN + place] = scale * half * (O::Scalar::of(1.0) - d * d / v) / v;
                }
            }
            sum
        })?;
        Ok(factor * sum)
    }
}

impl Default for GaussianNll {
    fn default() -> Self {
        Self::new()
    }
}

#[diagnostic::do_not_recommend]
impl<O: Tensor, Y: Tensor<Scalar = O::Scalar>> Loss<O, Y> for GaussianNll {
    fn loss(
        &self,
        outputs: &[O],
        targets: &[Y],
        selection: Selection<'_>,
        gradients: &mut [O],
    ) -> Result<f64> {
        self.over(outputs, targets, selection, Some(gradients))
    }

    fn value(&self, outputs: &[O], targets: &[Y], selection: Selection<'_>) -> Result<f64> {
        self.over(outputs, targets, selection, None)
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }
}

#[diagnostic::do_not_recommend]
impl Takes<RawScores> for GaussianNll {}
