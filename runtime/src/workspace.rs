//! Working memory: one aligned run of scalars, cut up by the plan of each network.

use crate::sequences::SequenceRoom;
use crate::{Network, Real};
use core::fmt;
use core::marker::PhantomData;

/// Scalars that fill whole cache lines, for `f32` one and for `f64` two.
#[repr(C, align(64))]
#[derive(Clone, Copy)]
struct Line<T>([T; 16]);

/// A growing run of scalars that starts on 64 bytes.
#[derive(Clone)]
pub struct Memory<T> {
    lines: Vec<Line<T>>,
}

impl<T: Real> Memory<T> {
    /// No memory yet.
    #[must_use]
    pub const fn new() -> Self {
        Memory { lines: Vec::new() }
    }

    /// The first `len` scalars, of undefined content; allocates only if there were never so many.
    pub fn take(&mut self, len: usize) -> &mut [T] {
        const { assert!(size_of::<Line<T>>() == 16 * size_of::<T>()) };
        let lines = len.div_ceil(16);
        if self.lines.len() < lines {
            self.lines.resize(lines, Line([T::zero(); 16]));
        }
        // SAFETY: a line is sixteen initialised scalars without fill (asserted above), and there are enough of them.
        unsafe { core::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), len) }
    }

    /// How many scalars there are.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.lines.len() * 16
    }
}

impl<T: Real> Default for Memory<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// The working memory of a network: an owned value that grows to the largest batch it has seen and is then never
/// allocated again.
///
/// Made by `Name::workspace()`; training and `predict_with` take it.
pub struct Workspace<N: Network> {
    pub(crate) memory: Memory<N::Scalar>,
    pub(crate) sequences: SequenceRoom,
    network: PhantomData<fn() -> N>,
}

impl<N: Network> Workspace<N> {
    /// An empty workspace.
    #[must_use]
    pub const fn new() -> Self {
        Workspace { memory: Memory::new(), sequences: SequenceRoom::new(), network: PhantomData }
    }

    #[doc(hidden)]
    pub fn __take(&mut self, len: usize) -> &mut [N::Scalar] {
        self.memory.take(len)
    }

    /// The bytes that it holds by now.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.memory.capacity() * size_of::<N::Scalar>()
    }
}

impl<N: Network> Default for Workspace<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<N: Network> fmt::Debug for Workspace<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Workspace<{}>({} bytes)", N::GRAPH.name, self.bytes())
    }
}
