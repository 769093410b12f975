//! Classes and tokens: whole numbers that are known to be in range.

use crate::{Error, Result};
use core::fmt;

/// A whole number below `N`: a class, or a token of a vocabulary.
///
/// It can only be made by a check, so no loss and no embedding ever meets an index out of range. An input declared as
/// `[64] in 0..65` takes samples of type `[Index<65>; 64]`, one declared as `[] in 0..10` an `Index<10>`.
///
/// ```
/// use formwork::Index;
/// let seven: Index<10> = Index::new(7)?;
/// assert_eq!(seven.get(), 7);
/// assert!(Index::<10>::new(10).is_err());
/// # Ok::<(), formwork::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Index<const N: usize>(u32);

impl<const N: usize> Index<N> {
    /// The index of that value.
    ///
    /// # Errors
    ///
    /// [`Error::Class`] if the value is not below `N`.
    pub fn new(value: usize) -> Result<Self> {
        match u32::try_from(value) {
            Ok(small) if value < N => Ok(Index(small)),
            _ => Err(Error::Class { classes: N, found: value as u64, place: None }),
        }
    }

    /// A whole data set's indices, checked and then used where they lie, without a copy: single ones, or samples that are
    /// (nested) arrays of them.
    ///
    /// ```
    /// use formwork::Index;
    /// let labels = Index::<10>::cast(&[5, 0, 4])?;
    /// assert_eq!(labels[2].get(), 4);
    /// let (sentences, _) = [3, 1, 4, 1, 5, 9].as_chunks::<3>();
    /// let sentences: &[[Index<10>; 3]] = Index::cast(sentences)?;
    /// assert_eq!(sentences[1][2].get(), 9);
    /// let error = Index::<10>::cast(&[5, 10, 11]).unwrap_err();
    /// assert_eq!(error.to_string(), "the index 10 at place 1 is too large: `Index<10>` holds 0 to 9");
    /// # Ok::<(), formwork::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Class`] names the first value that is not below `N`, and its place, counted through all samples.
    pub fn cast<W: Whole>(values: &[W]) -> Result<&[W::Indices<N>]> {
        // SAFETY: by the contract of `Whole` a value is `LEN` whole numbers and nothing else.
        let flat: &[u32] =
            unsafe { core::slice::from_raw_parts(values.as_ptr().cast(), values.len() * W::LEN) };
        if let Some(place) = flat.iter().position(|&value| value as usize >= N) {
            return Err(Error::Class { classes: N, found: flat[place].into(), place: Some(place) });
        }
        // SAFETY: `Index` is a transparent `u32`, so what holds the one is laid out as what holds the other, and every
        // value was checked.
        Ok(unsafe { core::slice::from_raw_parts(values.as_ptr().cast(), values.len()) })
    }

    /// The indices as plain whole numbers, where they lie.
    #[must_use]
    pub fn as_whole(indices: &[Self]) -> &[u32] {
        // SAFETY: `Index` is a transparent `u32`.
        unsafe { core::slice::from_raw_parts(indices.as_ptr().cast(), indices.len()) }
    }

    /// The value.
    #[must_use]
    #[inline]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

/// Whole numbers that [`Index::cast`] checks: `u32`, and (nested) arrays of it.
///
/// # Safety
///
/// The type must be exactly `LEN` values of `u32` one after another, and `Indices<N>` the same with `Index<N>` in their
/// place.
pub unsafe trait Whole: Copy {
    /// The same with indices.
    type Indices<const N: usize>;

    /// How many numbers there are.
    const LEN: usize;
}

// SAFETY: one number.
unsafe impl Whole for u32 {
    type Indices<const N: usize> = Index<N>;
    const LEN: usize = 1;
}

// SAFETY: an array is its elements one after another.
unsafe impl<W: Whole, const M: usize> Whole for [W; M] {
    type Indices<const N: usize> = [W::Indices<N>; M];
    const LEN: usize = M * W::LEN;
}

impl<const N: usize> fmt::Debug for Index<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const N: usize> fmt::Display for Index<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_below_the_bound_is_an_index() {
        assert_eq!(Index::<3>::new(2).unwrap().get(), 2);
        for bad in [3, usize::MAX, 1 << 32] {
            assert!(
                matches!(Index::<3>::new(bad), Err(Error::Class { classes: 3, place: None, .. })),
                "{bad}"
            );
        }
        assert!(Index::<0>::cast::<u32>(&[]).unwrap().is_empty());
        assert!(matches!(Index::<0>::cast(&[0]), Err(Error::Class { place: Some(0), .. })));
    }

    #[test]
    fn samples_are_checked_through_and_through() {
        let samples = [[[0, 1], [2, 3]], [[3, 2], [1, 0]]];
        let indices = Index::<4>::cast(&samples).unwrap();
        assert_eq!(indices[1][0].map(Index::get), [3, 2]);
        assert_eq!(Index::as_whole(&indices[1][1]), [1, 0]);
        let error = Index::<3>::cast(&samples).unwrap_err();
        assert!(matches!(error, Error::Class { classes: 3, found: 3, place: Some(3) }));
        assert_eq!(Index::<1>::cast(&[[0u32; 0]; 2]).unwrap().len(), 2);
    }
}
