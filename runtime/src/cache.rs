//! What a network with causal attention carries from step to step.

use crate::__private::only;
use crate::layers::Mode;
use crate::network::Inputs;
use crate::{Column, Error, Memory, Network, Result};
use core::fmt;
use core::marker::PhantomData;

/// A network over a sequence of fixed length that also works step by step, because each of its steps hangs on those before
/// it alone: an input whose first dimension is time, causal attention of it to itself, and else only what looks at one
/// step, or attends from it to what flows in beside. [`network!`](crate::network) implements it, and writes the method `step`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not run a step at a time",
    label = "it has no `step`",
    note = "a network over a fixed length has one if each row of its one output hangs on the rows before it alone: its attention \
            to itself is `causal: true`, without a mask, and all else works on one row; what it attends to beside has no mask, or \
            one for all rows alike"
)]
pub trait Steps: Network {
    /// The steps that the sequence has.
    const STEPS: usize;
    /// The scalars that are kept from step to step.
    #[doc(hidden)]
    const __KEEPS: usize;
    /// Those of room that a step works in.
    #[doc(hidden)]
    const __ROOM: usize;
    #[doc(hidden)]
    fn __step(
        &self,
        inputs: Inputs<'_, Self::Scalar>,
        mode: Mode,
        output: &mut [Self::Scalar],
        kept: &mut [Self::Scalar],
        memory: &mut [Self::Scalar],
    );
}

/// The state of a network that works step by step: how many steps it has seen, and the keys and values that its attention
/// made of each (Shazeer: *Fast transformer decoding*, 2019).
///
/// It has room for the declared length from the beginning, on the heap, and for what a step works in, so that no step
/// allocates. `Name::step` takes it, as `NameState`.
///
/// ```
/// use formwork::prelude::*;
///
/// network! {
///     pub struct Next(text: [16] in 0..27) -> [16, 27] {
///         text -> Embedding(8) -> PositionEmbedding -> MultiHeadAttention(2, causal: true) -> Dense(27)
///     }
/// }
///
/// let network = Next::new(1);
/// let mut state = NextState::new();
/// let text = [Index::new(5)?; 16];
/// let whole = network.predict(&text);
/// for (i, letter) in text.iter().enumerate() {
///     let scores: SVector<f32, 27> = network.step(letter, &mut state)?;
///     assert!((scores - whole.column(i)).amax() < 1e-5);
/// }
/// assert!(state.is_full() && network.step(&text[0], &mut state).is_err());
/// state.reset();
/// assert_eq!(state.steps(), 0);
/// # Ok::<(), formwork::Error>(())
/// ```
pub struct Cache<N: Steps> {
    memory: Memory<N::Scalar>,
    steps: usize,
    network: PhantomData<fn() -> N>,
}

impl<N: Steps> Cache<N> {
    /// The state before the first step.
    #[must_use]
    pub fn new() -> Self {
        let mut memory = Memory::new();
        memory.take(N::__KEEPS + N::__ROOM);
        Cache { memory, steps: 0, network: PhantomData }
    }

    /// Goes back to before the first step.
    pub fn reset(&mut self) {
        // What stands there is written again before it is read.
        self.steps = 0;
    }

    /// How many steps it has seen.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Whether it has seen as many as the network is declared for, so that no other can follow.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.steps >= N::STEPS
    }

    /// Whether another step can follow.
    #[doc(hidden)]
    pub fn __begin(&self) -> Result<()> {
        room(N::GRAPH.name, N::STEPS, self.steps)
    }

    /// A step that can.
    #[doc(hidden)]
    pub fn __step(&mut self, network: &N, columns: &[Column<'_, N::Scalar>], output: &mut [N::Scalar]) {
        let (kept, memory) = self.memory.take(N::__KEEPS + N::__ROOM).split_at_mut(N::__KEEPS);
        network.__step(only(columns), Mode::Step(self.steps), output, kept, memory);
        self.steps += 1;
    }
}

impl<N: Steps> Default for Cache<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<N: Steps> Clone for Cache<N> {
    fn clone(&self) -> Self {
        Cache { memory: self.memory.clone(), ..*self }
    }
}

impl<N: Steps> fmt::Debug for Cache<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache<{}>({} of {} steps)", N::GRAPH.name, self.steps, N::STEPS)
    }
}

/// Stands for the state of a network whose attention is causal and that has no steps all the same, so that who asks for one
/// is told why, once. There is no value of it.
#[doc(hidden)]
#[derive(Debug)]
pub enum WithoutSteps<N> {
    Never(core::convert::Infallible, PhantomData<fn() -> N>),
}

impl<N> WithoutSteps<N> {
    /// No network without steps has one.
    #[expect(clippy::new_without_default, reason = "there is no value of it")]
    #[must_use]
    pub fn new() -> Self
    where
        N: Steps,
    {
        unreachable!("no network without steps implements `Steps`")
    }
}

/// Whether another step can follow so many of a network that is declared for so many.
pub(crate) fn room(network: &'static str, steps: usize, seen: usize) -> Result<()> {
    if seen < steps { Ok(()) } else { Err(Error::TooManySteps { network, steps }) }
}
