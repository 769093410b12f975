//! What goes into a network: numbers or indices, a column of them for each input.

use crate::tensor::flat;
use crate::{Index, Real};
use nalgebra::SMatrix;

/// One input's values for all samples of a batch, one after another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Column<'a, T> {
    /// Numbers.
    Numbers(&'a [T]),
    /// Indices, each below the bound that the network declares.
    Indices(&'a [u32]),
}

impl<'a, T> Column<'a, T> {
    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Column::Numbers(numbers) => numbers.len(),
            Column::Indices(indices) => indices.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers; nothing if these are indices.
    #[must_use]
    pub fn numbers(&self) -> &'a [T] {
        match self {
            Column::Numbers(numbers) => numbers,
            Column::Indices(_) => &[],
        }
    }

    /// The values from `start` to `end`.
    pub(crate) fn part(&self, start: usize, end: usize) -> Self {
        match self {
            Column::Numbers(numbers) => Column::Numbers(&numbers[start..end]),
            Column::Indices(indices) => Column::Indices(&indices[start..end]),
        }
    }
}

/// A value that a network over the scalar `T` takes as an input: a number, a matrix or an [`Index`], and (nested) arrays of
/// them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no input of a network over `{T}`",
    note = "a shape `[n]` is `SVector<{T}, n>`, `[t, f]` is `SMatrix<{T}, f, t>`, `[c, h, w]` is \
            `[SMatrix<{T}, w, h>; c]`; of indices, `[n] in 0..k`, it is `[Index<k>; n]`"
)]
pub trait Sample<T>: Sized + Send + Sync + 'static {
    /// The values of some samples, flat.
    fn column(samples: &[Self]) -> Column<'_, T>;

    // The values of all steps, if this is a sequence of any length.
    #[doc(hidden)]
    fn __steps(&self) -> Option<Column<'_, T>> {
        None
    }
}

/// A sequence of any length: its steps.
impl<T, V: Sample<T>> Sample<T> for Vec<V> {
    fn column(_: &[Self]) -> Column<'_, T> {
        Column::Numbers(&[])
    }

    fn __steps(&self) -> Option<Column<'_, T>> {
        Some(V::column(self))
    }
}

impl Sample<f32> for f32 {
    fn column(samples: &[f32]) -> Column<'_, f32> {
        Column::Numbers(samples)
    }
}

impl Sample<f64> for f64 {
    fn column(samples: &[f64]) -> Column<'_, f64> {
        Column::Numbers(samples)
    }
}

impl<T: Real, const R: usize, const C: usize> Sample<T> for SMatrix<T, R, C> {
    fn column(samples: &[Self]) -> Column<'_, T> {
        Column::Numbers(flat(samples))
    }
}

impl<T, const N: usize> Sample<T> for Index<N> {
    fn column(samples: &[Self]) -> Column<'_, T> {
        Column::Indices(Index::as_whole(samples))
    }
}

impl<T, V: Sample<T>, const N: usize> Sample<T> for [V; N] {
    fn column(samples: &[Self]) -> Column<'_, T> {
        V::column(samples.as_flattened())
    }
}
