//! The scalar types a network may be made of.

use crate::kernels::Kernels;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A scalar of which networks are made: `f32` or `f64`.
///
/// Sealed, because the heavy kernels exist once for each of the two types, compiled in this crate.
///
/// ```
/// use formwork::Real;
/// fn half<T: Real>(x: T) -> T { x * T::of(0.5) }
/// assert_eq!(half(3.0f32), 1.5);
/// ```
pub trait Real:
    num_traits::Float
    + num_traits::NumAssign
    + nalgebra::Scalar
    + core::iter::Sum
    + Default
    + Send
    + Sync
    + Kernels
    + crate::layers::compiled::CompiledLayers
    + crate::layers::compiled::CompiledOverSequences
    + crate::layers::compiled::CompiledSteps
    + crate::Tensor<Scalar = Self>
    + crate::Sample<Self>
    + sealed::Sealed
{
    /// The type's name in Rust: `f32` or `f64`.
    const NAME: &'static str;

    /// The nearest value of this type.
    fn of(x: f64) -> Self;

    /// The value as an `f64`, exactly.
    fn widen(self) -> f64;
}

impl Real for f32 {
    const NAME: &'static str = "f32";

    #[inline]
    fn of(x: f64) -> Self {
        x as f32
    }

    #[inline]
    fn widen(self) -> f64 {
        f64::from(self)
    }
}

impl Real for f64 {
    const NAME: &'static str = "f64";

    #[inline]
    fn of(x: f64) -> Self {
        x
    }

    #[inline]
    fn widen(self) -> f64 {
        self
    }
}
