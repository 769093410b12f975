//! The state of a recurrent layer as a memory, on which a step works where it lies.

use super::RecurrentSpec;
use crate::Real;
use crate::layers::{Forward, Layer, Memory, StepByStep};
use core::fmt;

/// The state that a recurrent layer carries from step to step of a sequence, where it is a memory of the layer's own: in a
/// repetition, one for each round, and where a sequence starts from a given state.
///
/// ```
/// use formwork::prelude::*;
///
/// network! {
///     /// Says what comes next, after a start that is given.
///     struct Next(x: [.., 2], start: [3]) -> [.., 2] { (x, start) -> read: Gru(3) -> Dense(2) }
/// }
///
/// let (next, mut state) = (Next::new(1), NextState::default());
/// assert!(state.read_state.is_new());
/// // What is given is read at the first step alone.
/// let y = next.step(&SVector::from([1.0, 2.0]), &SVector::from([0.1, 0.2, 0.3]), &mut state);
/// assert_eq!(state.read_state.h().len(), 3);
/// assert!(!state.read_state.is_new());
/// # assert!(y[0].is_finite());
/// ```
#[derive(Clone)]
pub struct State<T> {
    /// The states, `h` and of an LSTM `c`, and as many again, into which the next step writes.
    values: Vec<T>,
    /// The scalars of a state.
    units: usize,
    begun: bool,
}

impl<T: Real> State<T> {
    /// So many states, of so many scalars each, before the first step.
    #[must_use]
    pub fn new(units: usize, states: usize) -> Self {
        State { values: vec![T::zero(); 2 * states * units], units, begun: false }
    }

    /// Whether there was no step yet.
    #[must_use]
    pub fn is_new(&self) -> bool {
        !self.begun
    }

    /// The state `h` of all layers, the lowest first, after the last step; before the first it is zero.
    #[must_use]
    pub fn h(&self) -> &[T] {
        &self.values[..self.units]
    }

    /// Of an LSTM the state `c` of its cells, and nothing of any other layer.
    #[must_use]
    pub fn c(&self) -> &[T] {
        &self.now()[self.units..]
    }

    fn now(&self) -> &[T] {
        &self.values[..self.values.len() / 2]
    }
}

impl<T: Real> Memory for State<T> {
    fn reset(&mut self) {
        self.values.fill(T::zero());
        self.begun = false;
    }
}

/// Equal if the next step starts from the same.
impl<T: Real> PartialEq for State<T> {
    fn eq(&self, other: &Self) -> bool {
        self.begun == other.begun && self.now() == other.now()
    }
}

impl<T: Real> fmt::Debug for State<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "State({} units{})", self.units, if self.begun { "" } else { ", before the first step" })
    }
}

impl<T: Real> StepByStep<T> for RecurrentSpec {
    type Memory = State<T>;

    fn step(&self, memory: &mut State<T>, pass: Forward<'_, T>) {
        let Some((&x, given)) = pass.inputs.split_first() else { return };
        let Some((y, ends)) = pass.outputs.split_first_mut() else { return };
        let half = memory.values.len() / 2;
        let (now, next) = memory.values.split_at_mut(half);
        if !memory.begun {
            // Nothing is given where a sequence starts from zero.
            now.chunks_exact_mut(memory.units.max(1))
                .zip(given)
                .for_each(|(to, from)| to.copy_from_slice(from));
        }
        let ((h, c), (h_next, c_next)) = (now.split_at(memory.units), next.split_at_mut(memory.units));
        let states = 1 + usize::from(!c.is_empty());
        // The states after the step are wanted even where nobody reads them but the next step.
        let spec = RecurrentSpec { last: false, ..*self };
        spec.forward(Forward {
            inputs: &[x, h, c][..=states],
            outputs: &mut [&mut **y, h_next, c_next][..=states],
            ..pass
        });
        now.copy_from_slice(next);
        memory.begun = true;
        now.chunks_exact(memory.units.max(1)).zip(ends).for_each(|(from, to)| to.copy_from_slice(from));
    }
}
