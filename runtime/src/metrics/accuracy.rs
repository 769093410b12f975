//! How often a network is right.

use super::Metric;
use crate::losses::{check, target};
use crate::{Index, Real, Result, Selection, Tensor};
use nalgebra::SVector;

/// How many answers were counted, and how many of them were right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// The answers that were right.
    pub right: u64,
    /// All answers.
    pub all: u64,
}

impl Hits {
    fn share(self) -> f64 {
        self.right as f64 / self.all as f64
    }

    fn count(&mut self, right: bool) {
        self.right += u64::from(right);
        self.all += 1;
    }
}

/// The share of samples whose largest score is that of their class. Among equal scores the first counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accuracy;

impl<T: Real, const C: usize> Metric<SVector<T, C>, Index<C>> for Accuracy {
    type Tally = Hits;

    fn name(&self) -> &'static str {
        "accuracy"
    }

    fn add(
        &self,
        tally: &mut Hits,
        outputs: &[SVector<T, C>],
        targets: &[Index<C>],
        selection: Selection<'_>,
    ) -> Result<()> {
        check(outputs.len(), targets.len(), selection)?;
        for (place, scores) in outputs.iter().enumerate() {
            tally.count(largest(scores.as_slice()) == target(targets, selection, place).get());
        }
        Ok(())
    }

    fn value(&self, tally: &Hits) -> f64 {
        tally.share()
    }
}

/// The place of the largest score.
fn largest<T: Real>(scores: &[T]) -> usize {
    let mut best = 0;
    for (place, &score) in scores.iter().enumerate() {
        if score > scores[best] || scores[best].is_nan() {
            best = place;
        }
    }
    best
}

/// The share of yes-or-no answers that are right, over all scalars of the outputs: an answer is yes where it reaches the
/// threshold, and should be where the target is at least 0.5.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryAccuracy {
    threshold: f64,
}

impl BinaryAccuracy {
    /// For raw scores, as `BinaryCrossEntropy` takes them: yes from 0 on.
    #[must_use]
    pub const fn new() -> Self {
        BinaryAccuracy { threshold: 0.0 }
    }

    /// Yes from this on; 0.5 for a network that ends in a `Sigmoid`.
    #[must_use]
    pub const fn threshold(self, threshold: f64) -> Self {
        BinaryAccuracy { threshold }
    }
}

impl Default for BinaryAccuracy {
    fn default() -> Self {
        Self::new()
    }
}

impl<O: Tensor> Metric<O, O> for BinaryAccuracy {
    type Tally = Hits;

    fn name(&self) -> &'static str {
        "accuracy"
    }

    fn add(&self, tally: &mut Hits, outputs: &[O], targets: &[O], selection: Selection<'_>) -> Result<()> {
        check(outputs.len(), targets.len(), selection)?;
        for (place, output) in outputs.iter().enumerate() {
            for (answer, truth) in output.scalars().iter().zip(target(targets, selection, place).scalars()) {
                tally.count((answer.widen() >= self.threshold) == (truth.widen() >= 0.5));
            }
        }
        Ok(())
    }

    fn value(&self, tally: &Hits) -> f64 {
        tally.share()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{Vector2, Vector3};

    #[test]
    fn the_largest_score_answers() {
        let outputs = [
            Vector3::new(1.0, 3.0, 2.0),
            Vector3::new(2.0, 2.0, 1.0),
            Vector3::new(f32::NAN, -1.0, f32::NAN),
        ];
        let classes = Index::<3>::cast(&[1, 0, 1]).unwrap();
        assert_eq!(Accuracy.of(&outputs, classes).unwrap(), 1.0);
        let classes = Index::<3>::cast(&[1, 1, 0]).unwrap();
        assert_eq!(Accuracy.of(&outputs, classes).unwrap(), 1.0 / 3.0);
    }

    #[test]
    fn a_selection_picks_the_targets_and_batches_add_up() {
        let outputs = [Vector2::new(1.0, 0.0), Vector2::new(1.0, 0.0)];
        let classes = Index::<2>::cast(&[0, 1, 1, 0]).unwrap();
        let mut tally = Hits::default();
        Accuracy.add(&mut tally, &outputs, classes, Selection::Indices(&[3, 0])).unwrap();
        Accuracy.add(&mut tally, &outputs[..1], classes, Selection::Indices(&[2])).unwrap();
        assert_eq!(tally, Hits { right: 2, all: 3 });
        assert!(Accuracy.add(&mut tally, &outputs, classes, Selection::Indices(&[0, 4])).is_err());
        assert!(Accuracy.add(&mut tally, &outputs, classes, Selection::All).is_err());
    }

    #[test]
    fn yes_begins_at_the_threshold() {
        let outputs = [Vector2::new(0.0, -0.1), Vector2::new(0.6, 0.4)];
        let targets = [Vector2::new(1.0, 0.0), Vector2::new(1.0, 0.0)];
        assert_eq!(BinaryAccuracy::new().of(&outputs, &targets).unwrap(), 0.75);
        assert_eq!(BinaryAccuracy::new().threshold(0.5).of(&outputs, &targets).unwrap(), 0.75);
        assert!(Hits::default().share().is_nan(), "the share of nothing");
    }
}
