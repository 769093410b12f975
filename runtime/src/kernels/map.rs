//! Kernels for element-wise loops and reductions.

/// The kernels of this module that exist once for each scalar type.
#[doc(hidden)]
pub trait MapKernels {}

impl MapKernels for f32 {}
impl MapKernels for f64 {}
