//! Kernels for matrix products and convolutions.

/// The kernels of this module that exist once for each scalar type.
#[doc(hidden)]
pub trait ProductKernels {}

impl ProductKernels for f32 {}
impl ProductKernels for f64 {}
