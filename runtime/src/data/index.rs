//! Classes and tokens: whole numbers that are known to be in range.

use crate::{Error, Result};
use core::fmt;

/// A whole number below `N`: a class, or a token of a vocabulary.
///
/// It can only be made by a check, so no loss and no embedding ever meets an index out of range.
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

    /// A whole data set's indices, checked and then used where they lie, without a copy.
    ///
    /// ```
    /// use formwork::Index;
    /// let labels = Index::<10>::cast(&[5, 0, 4])?;
    /// assert_eq!(labels[2].get(), 4);
    /// let error = Index::<10>::cast(&[5, 10, 11]).unwrap_err();
    /// assert_eq!(error.to_string(), "the class 10 at place 1 is too large: `Index<10>` holds 0 to 9");
    /// # Ok::<(), formwork::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Class`] names the first value that is not below `N`, and its place.
    pub fn cast(values: &[u32]) -> Result<&[Self]> {
        if let Some(place) = values.iter().position(|&value| value as usize >= N) {
            return Err(Error::Class { classes: N, found: values[place].into(), place: Some(place) });
        }
        // SAFETY: `Index` is a transparent `u32`, and every value was checked.
        Ok(unsafe { core::slice::from_raw_parts(values.as_ptr().cast(), values.len()) })
    }

    /// The value.
    #[must_use]
    #[inline]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
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
        assert!(Index::<0>::cast(&[]).unwrap().is_empty());
        assert!(matches!(Index::<0>::cast(&[0]), Err(Error::Class { place: Some(0), .. })));
    }
}
