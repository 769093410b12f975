//! The last steps of a sequence, for layers that look back.

use super::Memory;
use crate::Real;
use core::fmt;

/// The last steps before the one that comes, so many of them; before the first step of a sequence all are zero.
///
/// They lie in a ring: a new step takes the place of the oldest, and nothing else moves.
///
/// ```
/// use formwork::layers::past::Past;
/// let past = Past::<f32>::new(3, 2);
/// assert_eq!(past.steps().count(), 3);
/// assert!(past.steps().all(|step| step == [0.0, 0.0]));
/// ```
#[derive(Clone)]
pub struct Past<T> {
    pub(crate) values: Vec<T>,
    features: usize,
    /// The place of the oldest step.
    pub(crate) oldest: usize,
}

impl<T: Real> Past<T> {
    /// So many steps of so many features, all of them zero.
    #[must_use]
    pub fn new(steps: usize, features: usize) -> Self {
        Past { values: vec![T::zero(); steps * features], features, oldest: 0 }
    }

    /// The features of each step, the oldest first.
    pub fn steps(&self) -> impl Iterator<Item = &[T]> {
        let (later, earlier) = self.values.split_at(self.oldest * self.features);
        earlier.chunks_exact(self.features.max(1)).chain(later.chunks_exact(self.features.max(1)))
    }

    /// Makes the step behind the oldest one the oldest.
    pub(crate) fn turn(&mut self) {
        self.oldest += 1;
        if self.oldest * self.features >= self.values.len() {
            self.oldest = 0;
        }
    }
}

impl<T: Real> Memory for Past<T> {
    fn reset(&mut self) {
        self.values.fill(T::zero());
        self.oldest = 0;
    }
}

/// Equal if the same steps lie behind both.
impl<T: Real> PartialEq for Past<T> {
    fn eq(&self, other: &Self) -> bool {
        self.values.len() == other.values.len() && self.steps().eq(other.steps())
    }
}

impl<T: Real> fmt::Debug for Past<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.values.len() / self.features.max(1);
        write!(f, "Past({steps} steps of {} features)", self.features)
    }
}
