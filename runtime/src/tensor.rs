//! Statically shaped values: what goes into a network and what comes out of it.

use crate::Real;
use nalgebra::{SMatrix, SVector};

/// A value whose type is its shape: `[n]` is `SVector<T, n>`, `[t, f]` is `SMatrix<T, f, t>`, `[c, h, w]` is
/// `[SMatrix<T, w, h>; c]`, deeper shapes nest arrays, and `[]` is the scalar itself.
///
/// In memory it is the row-major order of the shape, which is what NumPy and PyTorch hold.
///
/// ```
/// use formwork::Tensor;
/// use nalgebra::SMatrix;
/// type Image = [SMatrix<f32, 28, 28>; 3];
/// assert_eq!(<Image as Tensor>::LEN, 3 * 28 * 28);
/// let mut image = Image::zeroed();
/// image.scalars_mut()[1] = 0.5;      // channel 0, row 0, column 1
/// assert_eq!(image[0][(1, 0)], 0.5);      // nalgebra's (row, column) of a column-major matrix of width × height
/// ```
///
/// # Safety
///
/// The type must be exactly `LEN` scalars one after another: no padding, no pointers, and any bit pattern of the
/// scalars is a value.
pub unsafe trait Tensor: Sized + Send + Sync + 'static {
    /// The scalar.
    type Scalar: Real;

    /// How many scalars the value holds.
    const LEN: usize;

    /// The scalars in row-major order. (Arrays and matrices have an `as_slice` of their own, which gives their elements.)
    #[inline]
    fn scalars(&self) -> &[Self::Scalar] {
        flat(core::slice::from_ref(self))
    }

    /// The scalars in row-major order, to be written.
    #[inline]
    fn scalars_mut(&mut self) -> &mut [Self::Scalar] {
        flat_mut(core::slice::from_mut(self))
    }

    /// Zeros, made on the heap: a large value never crosses the stack.
    fn zeroed() -> Box<Self> {
        crate::parameters::zeroed_box()
    }
}

/// The scalars of a slice of tensors, one value after another.
#[inline]
pub fn flat<V: Tensor>(values: &[V]) -> &[V::Scalar] {
    const { assert!(size_of::<V>() == V::LEN * size_of::<V::Scalar>()) };
    // SAFETY: by the contract of `Tensor` a value is `LEN` scalars and nothing else.
    unsafe { core::slice::from_raw_parts(values.as_ptr().cast(), values.len() * V::LEN) }
}

/// The scalars of a slice of tensors, to be written.
#[inline]
pub fn flat_mut<V: Tensor>(values: &mut [V]) -> &mut [V::Scalar] {
    const { assert!(size_of::<V>() == V::LEN * size_of::<V::Scalar>()) };
    // SAFETY: as in `flat`; the borrow is unique, and any scalars make a value.
    unsafe { core::slice::from_raw_parts_mut(values.as_mut_ptr().cast(), values.len() * V::LEN) }
}

/// The tensors that a flat slice holds; `None` if its length is not a multiple of one tensor's.
#[inline]
pub fn unflatten<V: Tensor>(scalars: &[V::Scalar]) -> Option<&[V]> {
    let aligned = align_of::<V>() <= align_of::<V::Scalar>();
    (aligned && V::LEN > 0 && scalars.len().is_multiple_of(V::LEN)).then(|| {
        // SAFETY: as in `flat`; length and alignment were checked.
        unsafe { core::slice::from_raw_parts(scalars.as_ptr().cast(), scalars.len() / V::LEN) }
    })
}

/// The tensors that a flat slice holds, to be written.
#[inline]
pub fn unflatten_mut<V: Tensor>(scalars: &mut [V::Scalar]) -> Option<&mut [V]> {
    let aligned = align_of::<V>() <= align_of::<V::Scalar>();
    (aligned && V::LEN > 0 && scalars.len().is_multiple_of(V::LEN)).then(|| {
        // SAFETY: as in `flat`; length and alignment were checked, the borrow is unique.
        unsafe { core::slice::from_raw_parts_mut(scalars.as_mut_ptr().cast(), scalars.len() / V::LEN) }
    })
}

// SAFETY: one scalar.
unsafe impl Tensor for f32 {
    type Scalar = f32;
    const LEN: usize = 1;
}

// SAFETY: one scalar.
unsafe impl Tensor for f64 {
    type Scalar = f64;
    const LEN: usize = 1;
}

// SAFETY: nalgebra stores a static matrix as `[[T; R]; C]`.
unsafe impl<T: Real, const R: usize, const C: usize> Tensor for SMatrix<T, R, C> {
    type Scalar = T;
    const LEN: usize = R * C;
}

// SAFETY: an array is its elements one after another.
unsafe impl<V: Tensor, const N: usize> Tensor for [V; N] {
    type Scalar = V::Scalar;
    const LEN: usize = N * V::LEN;
}

/// Zeros, as many tensors as asked for, made on the heap without passing through the stack.
#[must_use]
pub fn zeroed_vec<V: Tensor>(len: usize) -> Vec<V> {
    crate::parameters::zeroed_vec(len)
}

/// A vector `[n]`, as networks take and give it.
pub type Vector<T, const N: usize> = SVector<T, N>;
