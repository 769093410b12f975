//! Every name that emitted code may use. No part of the public interface: it changes with the macro.

use crate::layers::layout;
use crate::network::Inputs as InputsOf;
use crate::sample::Column;
use crate::workspace::Memory;
use crate::{Network, Parameters, Real, Selection, Tensor, Workspace};
use core::cell::RefCell;

#[path = "constants.rs"]
pub mod constants;
#[path = "outside.rs"]
pub mod outside;
#[path = "players.rs"]
pub mod players;

pub use crate::cache::WithoutSteps;
pub use crate::kernels::small;
pub use crate::kernels::tiny;
pub use crate::network::{Inputs, equally_many};
pub use crate::sequences;

pub use crate::rounds::{add_gradient, link, link_in, link_out, part_of, part_of_mut};
pub use formwork_macros::{blocks, network};
pub use nalgebra::SMatrix;
pub use std::boxed::Box;
pub use std::vec::Vec;

/// The type of a layer that could not be read, after an error of the macro.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Unknown;

/// Disjoint parts of the working memory, each from `samples · a + b` to `samples · c + d`.
pub struct Places<const N: usize> {
    places: [[usize; 4]; N],
    /// The largest `c` and the largest `d`.
    most: [usize; 2],
}

impl<const N: usize> Places<N> {
    /// Takes `[a, b, c, d]` of each part.
    ///
    /// # Panics
    /// If two of them overlap for some number of samples, or one is turned round. It is called while compiling, where the
    /// plan was verified before it was emitted: this would be a defect of ours.
    #[must_use]
    pub const fn new(places: [[usize; 4]; N]) -> Self {
        let mut most = [0; 2];
        let mut i = 0;
        while i < N {
            let [a, b, c, d] = places[i];
            assert!(a <= c && b <= d, "a buffer ends before it starts");
            most = [if c > most[0] { c } else { most[0] }, if d > most[1] { d } else { most[1] }];
            let mut other = 0;
            while other < i {
                let [e, f, g, h] = places[other];
                assert!(c <= e && d <= f || g <= a && h <= b, "two buffers overlap");
                other += 1;
            }
            i += 1;
        }
        Places { places, most }
    }
}

/// Views of disjoint parts of the working memory.
// The standard library's `get_disjoint_mut` would compare all parts with each other at each step of a pass, and be built
// anew for each number of parts in the user's crate.
#[inline]
pub fn views<'m, T, const N: usize>(
    memory: &'m mut [T],
    samples: usize,
    places: &'static Places<N>,
) -> [&'m mut [T]; N] {
    let end = samples.saturating_mul(places.most[0]).saturating_add(places.most[1]);
    assert!(end <= memory.len(), "the plan's buffers do not fit the working memory");
    let start = memory.as_mut_ptr();
    let mut views = [core::ptr::slice_from_raw_parts_mut(start, 0); N];
    let mut i = 0;
    while i < N {
        let [a, b, c, d] = places.places[i];
        let (from, to) = (samples * a + b, samples * c + d);
        // SAFETY: `from <= to <= end <= memory.len()`, since `a <= c <= most[0]` and `b <= d <= most[1]`.
        views[i] = core::ptr::slice_from_raw_parts_mut(unsafe { start.add(from) }, to - from);
        i += 1;
    }
    // SAFETY: a pointer to a slice lies in memory as a reference to one does; each points at initialised scalars inside
    // of `memory`, of two one ends before the other starts (asserted by `Places::new`), and they live as long as the
    // borrow. (Mapped one by one, each number of parts would cost the build several generic functions.)
    unsafe { core::mem::transmute_copy(&views) }
}

/// The same as one call: a long pass that had [`views`] in place at every step would take long to build.
#[inline(never)]
pub fn views_of_many<'m, T, const N: usize>(
    memory: &'m mut [T],
    samples: usize,
    places: &'static Places<N>,
) -> [&'m mut [T]; N] {
    views(memory, samples, places)
}

/// Views of disjoint parts of the working memory.
#[inline]
pub fn parts<T, const N: usize>(memory: &mut [T], places: [core::ops::Range<usize>; N]) -> [&mut [T]; N] {
    match memory.get_disjoint_mut(places) {
        Ok(views) => views,
        // The plan is verified before it is emitted; reaching this is a defect of ours.
        Err(error) => unreachable!("the plan's buffers do not fit the working memory: {error}"),
    }
}

/// How one input gets to the kernels.
pub struct Load {
    /// Which input.
    pub input: usize,
    /// Its channels, or 1 if it is no image in another layout.
    pub channels: usize,
    /// The scalars in a channel.
    pub pixels: usize,
    /// Whether it is turned to channels last.
    pub channels_last: bool,
    /// The scalars of working memory kept for one sample of it.
    pub reserved: usize,
}

impl Load {
    /// The input as a slice, where the caller has it if it lies there as the kernels want it, else gathered at the
    /// front of the memory; and the memory behind.
    #[inline]
    pub fn fill<'m, T: Real>(&self, inputs: &InputsOf<'m, T>, memory: &'m mut [T]) -> (&'m [T], &'m mut [T]) {
        let (place, rest) = memory.split_at_mut(self.reserved * inputs.samples);
        let (len, samples) = (self.len(), inputs.samples);
        let place = &mut place[..len * samples];
        match (inputs.columns[self.input], inputs.selection) {
            (Column::Numbers(column), Selection::All) if !self.channels_last => return (column, rest),
            (Column::Numbers(column), selection) if self.channels_last => {
                layout::gather_channels_last(column, self.channels, self.pixels, selection, samples, place);
            }
            (Column::Numbers(column), selection) => layout::gather(column, len, selection, samples, place),
            (Column::Indices(column), selection) => {
                layout::gather_indices(column, len, selection, samples, place);
            }
        }
        (place, rest)
    }

    /// What `fill` gave in the forward pass.
    #[inline]
    pub fn again<'m, T: Real>(
        &self,
        inputs: &InputsOf<'m, T>,
        memory: &'m mut [T],
    ) -> (&'m [T], &'m mut [T]) {
        let (place, rest) = memory.split_at_mut(self.reserved * inputs.samples);
        match (inputs.columns[self.input], inputs.selection) {
            (Column::Numbers(column), Selection::All) if !self.channels_last => (column, rest),
            _ => (&place[..self.len() * inputs.samples], rest),
        }
    }

    fn len(&self) -> usize {
        self.channels * self.pixels
    }
}

/// The slices one by one, or empty ones if there are none.
#[inline]
pub fn each_or_none<'a, T, const N: usize>(slices: &'a mut [&mut [T]]) -> [&'a mut [T]; N] {
    let mut slices = slices.iter_mut();
    core::array::from_fn(|_| slices.next().map_or(&mut [][..], |slice| &mut **slice))
}

/// `to = from`.
#[inline]
pub fn copy<T: Real>(from: &[T], to: &mut [T]) {
    to.copy_from_slice(from);
}

/// `into += from`.
#[inline]
pub fn add<T: Real>(from: &[T], into: &mut [T]) {
    <T as crate::kernels::update::UpdateKernels>::add_assign(into, from);
}

/// Values one behind the other, sample by sample: each part with its scalars a sample.
pub fn join<T: Real>(samples: usize, parts: &[(usize, &[T])], to: &mut [T]) {
    let all: usize = parts.iter().map(|(len, _)| len).sum();
    let mut place = 0;
    for &(len, part) in parts {
        if samples == 1 {
            to[place..][..len].copy_from_slice(&part[..len]);
        } else {
            T::copy_runs(samples, len, [len, 0], [all, place], part, to);
        }
        place += len;
    }
}

/// The way back: each part is its scalars a sample, their place and where they go, empty if nobody asks.
pub fn part<T: Real>(samples: usize, parts: &mut [(usize, &mut [T])], from: &[T]) {
    let all: usize = parts.iter().map(|(len, _)| len).sum();
    let mut place = 0;
    for (len, part) in parts {
        if !part.is_empty() {
            T::copy_runs(samples, *len, [all, place], [*len, 0], from, part);
        }
        place += *len;
    }
}

/// `buffer = 0`.
#[inline]
pub fn zero_fill<T: Real>(buffer: &mut [T]) {
    buffer.fill(T::zero());
}

/// A tensor of zeros by value, for small ones.
#[inline]
pub fn zero<V: Tensor>() -> V {
    // SAFETY: by the contract of `Tensor` zero bits are a value.
    unsafe { core::mem::zeroed() }
}

/// Working memory on the stack.
#[repr(C, align(64))]
pub struct Stack<T, const N: usize>([T; N]);

impl<T: Real, const N: usize> Stack<T, N> {
    /// Zeros.
    #[inline]
    #[expect(clippy::new_without_default, reason = "only emitted code makes it")]
    pub fn new() -> Self {
        Stack([T::zero(); N])
    }

    /// The memory.
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.0
    }
}

/// The bytes that a workspace takes for so many scalars: whole cache lines.
pub const fn workspace_bytes<T: Real>(len: usize) -> usize {
    len.next_multiple_of(16) * size_of::<T>()
}

/// A network drawn from a seed, on the heap.
pub fn initialized<N: Network>(seed: u64) -> Box<N> {
    let mut network = <N as Parameters>::zeroed();
    crate::init::initialize(network.as_mut_slice(), N::TENSORS, seed);
    network
}

/// One sample through a network.
#[inline]
pub fn predict_one<N: Network>(
    network: &N,
    columns: &[Column<'_, N::Scalar>],
    output: &mut [N::Scalar],
    memory: &mut [N::Scalar],
) {
    network.__predict(only(columns), output, memory);
}

/// One sample.
#[inline]
pub fn only<'a, T>(columns: &'a [Column<'a, T>]) -> InputsOf<'a, T> {
    InputsOf { columns, selection: Selection::All, samples: 1, sequences: sequences::Sequences::default() }
}

/// A value out of the scalars of several; and those behind it.
#[inline]
pub fn take<'a, V: Tensor>(all: &'a mut [V::Scalar], value: &mut V) -> &'a mut [V::Scalar] {
    let (own, rest) = all.split_at_mut(V::LEN);
    value.scalars_mut().copy_from_slice(own);
    rest
}

/// The scalars of the only sample, where it is the caller's only one and holds numbers.
#[inline]
pub fn only_sample<'a, T: Real>(inputs: &InputsOf<'a, T>) -> Option<&'a [T]> {
    match (inputs.samples, inputs.columns.first(), inputs.selection) {
        (1, Some(&Column::Numbers(column)), Selection::All) => Some(column),
        _ => None,
    }
}

/// Many samples through a network.
///
/// # Errors
///
/// [`crate::Error::UnequalInputs`] if the inputs are not equally many.
pub fn predict_batches<'a, N: Network>(
    network: &N,
    batch: N::Batch<'a>,
) -> Result<Vec<N::Output>, crate::Error> {
    crate::Batch::<N::Scalar>::samples(&batch)?;
    Ok(predict_batch(network, batch))
}

/// Many samples of one input through a network.
pub fn predict_batch<'a, N: Network>(network: &N, batch: N::Batch<'a>) -> Vec<N::Output> {
    let samples = crate::Batch::<N::Scalar>::samples(&batch).unwrap_or(0);
    let mut outputs = crate::parameters::zeroed_vec::<N::Output>(samples);
    let mut workspace = Workspace::new();
    // An empty batch is the one thing that can be wrong here, and it has no outputs.
    let _ = network.predict_selected(batch, Selection::All, &mut outputs, &mut workspace);
    outputs
}

thread_local! {
    static MEMORY: RefCell<Memory<f64>> = const { RefCell::new(Memory::new()) };
}

/// Working memory that each thread keeps for predictions too large for the stack.
#[inline]
pub fn with_thread_memory<T: Real>(len: usize, work: impl FnOnce(&mut [T])) {
    let mut work = Some(work);
    with_thread_doubles((len * size_of::<T>()).div_ceil(size_of::<f64>()), &mut |doubles| {
        // SAFETY: `f64` is at least as aligned as `T`, the bytes are initialised and enough, and any bits are a `T`.
        let scalars = unsafe { core::slice::from_raw_parts_mut(doubles.as_mut_ptr().cast::<T>(), len) };
        if let Some(work) = work.take() {
            work(scalars);
        }
    });
}

// Without a type parameter, so that it is built here and not in the user's crate.
fn with_thread_doubles(len: usize, work: &mut dyn FnMut(&mut [f64])) {
    MEMORY.with(|memory| {
        // Taken out, so that a prediction inside a prediction would find (and make) another one.
        let mut taken = memory.take();
        work(taken.take(len));
        memory.replace(taken);
    });
}
