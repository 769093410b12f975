//! Optimizers: what a training step makes of a gradient.
//!
//! An optimizer is a plain value of settings. What it remembers between steps is a state of its own, whose moments are
//! further values of the network's type: a step walks flat slices, over the ranges that the network's table calls
//! learned.

mod adam;
mod sgd;

pub use adam::{Adam, AdamState, AdamW};
pub use sgd::{Sgd, SgdState};

use crate::{Error, Parameters, Real, Result, Role, Tensors};
use core::ops::Range;

/// An optimizer: its settings, and how it makes a step.
///
/// ```
/// use formwork::optimizers::{Optimizer, Sgd};
/// use formwork::Parameters;
///
/// fn train<N: Parameters>(network: &mut N, gradient: &N) {
///     let sgd = Sgd::new(0.1).momentum(0.9);
///     let mut state = sgd.start(network);
///     sgd.step(&mut state, network, gradient);
///     sgd.set_rate(&mut state, 0.01);     // a schedule does this
///     sgd.step(&mut state, network, gradient);
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an optimizer",
    note = "the optimizers are `Sgd`, `Adam` and `AdamW`, for example `Adam::new(1e-3)`",
    note = "a `Trainer` takes the loss first, and then the optimizer"
)]
pub trait Optimizer {
    /// What is remembered between steps.
    type State<N: Parameters>;

    /// Whether the settings make sense; a trainer asks before it begins.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] names the first that does not.
    fn check(&self) -> Result<()>;

    /// The state before the first step.
    fn start<N: Parameters>(&self, network: &N) -> Self::State<N>;

    /// Makes a step against the gradient, and takes the batch's statistics, which stand in the gradient's fields, into
    /// the network's running averages. It allocates nothing.
    fn step<N: Parameters>(&self, state: &mut Self::State<N>, network: &mut N, gradient: &N);

    /// The learning rate of the next step.
    fn rate<N: Parameters>(&self, state: &Self::State<N>) -> f64;

    /// Sets the learning rate of the steps to come.
    fn set_rate<N: Parameters>(&self, state: &mut Self::State<N>, rate: f64);
}

/// A loss beside an optimizer's state: `L` itself. Where there is no optimizer there is no state, and no loss that could be
/// wrong as well: whoever has swapped the two reads of one mistake and not of three.
#[doc(hidden)]
pub trait Beside<L> {
    type Loss;
}

impl<S, L> Beside<L> for S {
    type Loss = L;
}

/// The loss `L`, if `O` is an optimizer.
#[doc(hidden)]
pub type LossBeside<O, N, L> = <<O as Optimizer>::State<N> as Beside<L>>::Loss;

/// The ranges of the flat slice that are learned, with neighbours merged into one.
pub(crate) fn learned_runs(tensors: Tensors) -> impl Iterator<Item = Range<usize>> {
    let learned = |(role, _): &(Role, _)| *role == Role::Learned;
    let mut ranges = tensors.places().filter(learned).map(|(_, range)| range).peekable();
    core::iter::from_fn(move || {
        let mut run = ranges.next()?;
        while let Some(next) = ranges.next_if(|next| next.start == run.end) {
            run.end = next.end;
        }
        Some(run)
    })
}

/// Takes a batch's statistics into the running averages: `new = (1 - momentum) old + momentum batch`, where an average
/// over all batches has the momentum `1 / count`.
fn fold_averages<N: Parameters>(network: &mut N, gradient: &N) {
    for (i, (role, range)) in N::TENSORS.places().enumerate() {
        let momentum = match role {
            Role::Average { momentum } => momentum,
            Role::CumulativeAverage => share_of_batch(i, network, gradient),
            Role::Count => {
                let new = &gradient.as_slice()[range.clone()];
                for (count, &new) in network.as_mut_slice()[range].iter_mut().zip(new) {
                    *count += new;
                }
                continue;
            }
            Role::Learned | Role::Frozen => continue,
        };
        let (old, new) = (N::Scalar::of(1.0 - momentum), N::Scalar::of(momentum));
        let batch = &gradient.as_slice()[range.clone()];
        for (average, &batch) in network.as_mut_slice()[range].iter_mut().zip(batch) {
            *average = old * *average + new * batch;
        }
    }
}

/// What the batch's part is of all batches in a cumulative average, whose count comes behind it in the table.
fn share_of_batch<N: Parameters>(average: usize, network: &N, gradient: &N) -> f64 {
    let is_count = |(role, _): &(Role, _)| *role == Role::Count;
    let Some((_, count)) = N::TENSORS.places().skip(average).find(is_count) else { return 0.0 };
    let sum = |counts: &[N::Scalar]| counts.iter().map(|count| count.widen()).sum::<f64>();
    let new = sum(&gradient.as_slice()[count.clone()]);
    let all = sum(&network.as_slice()[count]) + new;
    if all > 0.0 { new / all } else { 0.0 }
}

/// Refuses a setting that is not in a range (`NaN` never is).
fn require(
    what: &'static str,
    setting: &'static str,
    expected: &'static str,
    value: f64,
    good: bool,
) -> Result<()> {
    if good { Ok(()) } else { Err(Error::Setting { what, setting, expected, found: value.to_string() }) }
}

/// Refuses a learning rate or another factor that is negative or not finite.
fn require_factor(what: &'static str, setting: &'static str, value: f64) -> Result<()> {
    require(what, setting, "a finite number, 0 or more", value, value.is_finite() && value >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Init, TensorInfo, TensorRow};

    const fn tensor(offset: usize, len: usize, role: Role) -> TensorRow {
        let init = Init::Constant(0.0);
        TensorRow::Tensor(TensorInfo {
            name: crate::TensorName::new("t"),
            shape: &[],
            memory_shape: &[],
            axes: &[],
            offset,
            len,
            role,
            init,
        })
    }

    #[test]
    fn neighbours_become_one_run() {
        static TENSORS: [TensorRow; 5] = [
            tensor(0, 6, Role::Learned),
            tensor(6, 2, Role::Learned),
            tensor(16, 4, Role::Learned),
            tensor(20, 4, Role::Average { momentum: 0.1 }),
            tensor(24, 1, Role::Learned),
        ];
        assert_eq!(learned_runs(Tensors::new(&TENSORS)).collect::<Vec<_>>(), [0..8, 16..20, 24..25]);
        assert_eq!(learned_runs(Tensors::new(&[])).count(), 0);
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_by_name() {
        for (bad, setting) in [
            (Sgd::new(-1.0).check(), "the learning rate"),
            (Sgd::new(f64::NAN).check(), "the learning rate"),
            (Sgd::new(0.1).momentum(-0.5).check(), "the momentum"),
            (Sgd::new(0.1).nesterov(true).check(), "the momentum"),
            (Sgd::new(0.1).momentum(0.9).dampening(0.1).nesterov(true).check(), "the dampening"),
            (Adam::new(f64::INFINITY).check(), "the learning rate"),
            (Adam::new(0.1).betas(1.0, 0.9).check(), "the first beta"),
            (Adam::new(0.1).betas(0.9, 1.5).check(), "the second beta"),
            (Adam::new(0.1).eps(-1.0).check(), "eps"),
            (AdamW::new(0.1).weight_decay(f64::NAN).check(), "the weight decay"),
        ] {
            let error = bad.unwrap_err();
            assert!(matches!(&error, Error::Setting { setting: s, .. } if *s == setting), "{error}");
        }
        assert!(Sgd::new(0.1).momentum(0.9).nesterov(true).check().is_ok());
        assert!(Adam::new(0.1).check().is_ok());
    }
}
