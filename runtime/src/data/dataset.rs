//! A set of samples and their targets, in memory.

use crate::init::{Purpose, shuffle, stream};
use crate::{Error, Result};

/// Samples and their targets: the i-th input belongs to the i-th target.
///
/// ```
/// use formwork::data::Dataset;
/// let data = Dataset::new(vec![1.0, 2.0, 3.0, 4.0], vec![false, true, false, true])?;
/// let (train, test) = data.split(0.75, 7);
/// assert_eq!((train.len(), test.len()), (3, 1));
/// # Ok::<(), formwork::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset<X, Y> {
    /// What goes into the network.
    pub inputs: Vec<X>,
    /// What should come out.
    pub targets: Vec<Y>,
}

impl<X, Y> Dataset<X, Y> {
    /// The set of these inputs and targets.
    ///
    /// # Errors
    ///
    /// [`Error::Targets`] if they are not equally many.
    pub fn new(inputs: Vec<X>, targets: Vec<Y>) -> Result<Self> {
        if inputs.len() != targets.len() {
            return Err(Error::Targets { inputs: inputs.len(), targets: targets.len() });
        }
        Ok(Dataset { inputs, targets })
    }

    /// The number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inputs.len().min(self.targets.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The samples with their targets, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&X, &Y)> {
        self.inputs.iter().zip(&self.targets)
    }

    /// The first `count` samples, or all if there are fewer.
    #[must_use]
    pub fn take(mut self, count: usize) -> Self {
        self.inputs.truncate(count);
        self.targets.truncate(count);
        self
    }

    /// The first `count` samples and the others. Mind files that are sorted by class: their two ends differ.
    #[must_use]
    pub fn split_at(mut self, count: usize) -> (Self, Self) {
        let count = count.min(self.len());
        let rest = Dataset { inputs: self.inputs.split_off(count), targets: self.targets.split_off(count) };
        (self, rest)
    }

    /// Shuffles by the seed and gives this fraction of the samples, rounded, and the others. A fraction outside 0 to 1
    /// counts as the nearer of the two.
    #[must_use]
    pub fn split(self, fraction: f64, seed: u64) -> (Self, Self) {
        let count = (self.len() as f64 * fraction.clamp(0.0, 1.0)).round() as usize;
        self.shuffled(seed).split_at(count)
    }

    /// Every `n`-th sample (those whose place from 0 leaves `n - 1` when divided by `n`) goes to the second set, the others
    /// to the first: a split that needs no chance and is even where a file is sorted. Zero counts as one.
    ///
    /// ```
    /// use formwork::data::Dataset;
    /// let data = Dataset::new((0..10).collect(), vec![(); 10])?;
    /// let (train, test) = data.split_every(5);
    /// assert_eq!(test.inputs, [4, 9]);
    /// assert_eq!(train.len(), 8);
    /// # Ok::<(), formwork::Error>(())
    /// ```
    #[must_use]
    pub fn split_every(self, n: usize) -> (Self, Self) {
        let n = n.max(1);
        let (mut most, mut some) = (Self::empty(), Self::empty());
        for (place, (input, target)) in self.inputs.into_iter().zip(self.targets).enumerate() {
            let side = if place % n == n - 1 { &mut some } else { &mut most };
            side.inputs.push(input);
            side.targets.push(target);
        }
        (most, some)
    }

    /// The same samples in an order that the seed decides.
    #[must_use]
    pub fn shuffled(self, seed: u64) -> Self {
        let mut pairs: Vec<_> = self.inputs.into_iter().zip(self.targets).collect();
        shuffle(&mut pairs, &mut stream(seed, Purpose::Split, 0));
        let (inputs, targets) = pairs.into_iter().unzip();
        Dataset { inputs, targets }
    }

    fn empty() -> Self {
        Dataset { inputs: Vec::new(), targets: Vec::new() }
    }
}

impl<X, Y> Default for Dataset<X, Y> {
    fn default() -> Self {
        Self::empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_loses_nothing_and_keeps_pairs_together() {
        let data = || Dataset::new((0..100).collect(), (0..100).map(|i| 2 * i).collect()).unwrap();
        let (a, b) = data().split(0.3, 5);
        assert_eq!((a.len(), b.len()), (30, 70));
        assert!(a.iter().chain(b.iter()).all(|(x, y)| 2 * x == *y));
        let mut all: Vec<i32> = a.inputs.iter().chain(&b.inputs).copied().collect();
        assert_ne!(all, data().inputs, "not shuffled");
        all.sort_unstable();
        assert_eq!(all, data().inputs);
        assert_eq!(data().split(0.3, 5).0, a, "the seed decides");
        assert_ne!(data().split(0.3, 6).0, a);
    }

    #[test]
    fn odd_arguments_are_taken_for_the_nearest_that_makes_sense() {
        let data = || Dataset::new(vec![1, 2, 3], vec![4, 5, 6]).unwrap();
        assert_eq!(data().split(7.0, 1).0.len(), 3);
        assert_eq!(data().split(f64::NAN, 1).0.len(), 0);
        assert_eq!(data().split_at(9).1.len(), 0);
        assert_eq!(data().take(9).len(), 3);
        assert_eq!(data().split_every(0).0.len(), 0);
        assert!(matches!(Dataset::new(vec![1], vec![1, 2]), Err(Error::Targets { inputs: 1, targets: 2 })));
    }
}
