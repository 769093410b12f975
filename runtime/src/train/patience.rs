//! When to stop early.

/// How long training goes on without getting better; made by [`patience`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patience {
    epochs: usize,
    least: f64,
}

/// Stops when the loss has not been better than ever before for that many epochs in a row.
///
/// The loss is that of the validation set, or the training loss if there is none. The network is left with the weights
/// of its best epoch.
///
/// ```
/// use formwork::train::patience;
/// let patient = patience(3).least(1e-4);     // better means: by at least 0.0001
/// ```
#[must_use]
pub const fn patience(epochs: usize) -> Patience {
    Patience { epochs, least: 0.0 }
}

impl Patience {
    /// By how much a loss must fall below the best one to count as better.
    #[must_use]
    pub const fn least(self, least: f64) -> Self {
        Patience { least, ..self }
    }
}

/// The watch over one training run.
pub(crate) struct Watch {
    patience: Patience,
    best: f64,
    waited: usize,
}

/// What an epoch was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Better,
    Wait,
    Stop,
}

impl Watch {
    pub(crate) fn new(patience: Patience) -> Self {
        Watch { patience, best: f64::INFINITY, waited: 0 }
    }

    pub(crate) fn judge(&mut self, loss: f64) -> Verdict {
        if loss < self.best - self.patience.least {
            (self.best, self.waited) = (loss, 0);
            return Verdict::Better;
        }
        self.waited += 1;
        if self.waited >= self.patience.epochs { Verdict::Stop } else { Verdict::Wait }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_epochs_in_a_row_use_up_patience() {
        let mut watch = Watch::new(patience(2).least(0.1));
        let verdicts = [3.0, 2.0, 1.95, 1.5, 1.6, f64::NAN].map(|loss| watch.judge(loss));
        use Verdict::{Better, Stop, Wait};
        assert_eq!(verdicts, [Better, Better, Wait, Better, Wait, Stop]);
    }
}
