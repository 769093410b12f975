//! Kernels for optimizers' updates.

/// The kernels of this module that exist once for each scalar type.
#[doc(hidden)]
pub trait UpdateKernels {}

impl UpdateKernels for f32 {}
impl UpdateKernels for f64 {}
