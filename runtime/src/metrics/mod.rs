//! Metrics: figures that people read, counted exactly over an epoch.

mod accuracy;

pub use accuracy::{Accuracy, BinaryAccuracy, Hits};

use crate::{Result, Selection, Tensor};

/// A figure over outputs `O` and targets `Y`: what is counted, and the figure that comes out of it.
///
/// ```
/// use formwork::metrics::{Accuracy, Metric};
/// use formwork::Index;
/// use nalgebra::Vector2;
/// let outputs = [Vector2::new(0.3, 0.7), Vector2::new(0.9, 0.1)];
/// let classes = Index::<2>::cast(&[1, 1])?;
/// assert_eq!(Accuracy.of(&outputs, classes)?, 0.5);
/// # Ok::<(), formwork::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "the metric `{Self}` cannot compare an output of type `{O}` with a target of type `{Y}`",
    label = "output and target do not go together in this metric",
    note = "`Accuracy` compares `C` scores with a class index `Index<C>`; `BinaryAccuracy` compares an output with a \
            target of the same type"
)]
pub trait Metric<O: Tensor, Y> {
    /// What is counted; its default is the count of nothing.
    type Tally: Default;

    /// The figure's name in progress bars, tables and plots.
    fn name(&self) -> &'static str;

    /// Counts a batch. The `selection` says which targets belong to the outputs, as for a [`Loss`](crate::losses::Loss).
    ///
    /// # Errors
    ///
    /// As a loss: outputs and selected targets that are not equally many, or an index outside the targets.
    fn add(
        &self,
        tally: &mut Self::Tally,
        outputs: &[O],
        targets: &[Y],
        selection: Selection<'_>,
    ) -> Result<()>;

    /// The figure for all that was counted; `NaN` if it is nothing.
    fn value(&self, tally: &Self::Tally) -> f64;

    /// The figure for these outputs and targets.
    ///
    /// # Errors
    ///
    /// As [`add`](Metric::add).
    fn of(&self, outputs: &[O], targets: &[Y]) -> Result<f64> {
        let mut tally = Self::Tally::default();
        self.add(&mut tally, outputs, targets, Selection::All)?;
        Ok(self.value(&tally))
    }
}

/// A metric with its tally, whatever the type of the tally.
pub(crate) trait Running<O, Y> {
    fn name(&self) -> &'static str;
    fn reset(&mut self);
    fn add(&mut self, outputs: &[O], targets: &[Y], selection: Selection<'_>) -> Result<()>;
    fn value(&self) -> f64;
}

/// A metric and its tally.
pub(crate) struct Tallied<M, T>(pub(crate) M, pub(crate) T);

impl<O: Tensor, Y, M: Metric<O, Y>> Running<O, Y> for Tallied<M, M::Tally> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn reset(&mut self) {
        self.1 = M::Tally::default();
    }

    fn add(&mut self, outputs: &[O], targets: &[Y], selection: Selection<'_>) -> Result<()> {
        self.0.add(&mut self.1, outputs, targets, selection)
    }

    fn value(&self) -> f64 {
        self.0.value(&self.1)
    }
}
