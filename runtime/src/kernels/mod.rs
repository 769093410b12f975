//! What layers share: products, element-wise loops, reductions and updates, each a plain function over slices.
//!
//! Heavy kernels are functions of this crate for `f32` and `f64` apart, with sizes as arguments: they are compiled
//! here, once, and pick their instruction set when the program runs.

pub mod batch_norm;
mod dropout;
mod elementwise;
mod lanes;
mod layout;
pub mod map;
mod math;
pub mod pool;
pub mod product;
mod softmax;
pub mod update;

/// The kernels that exist once for each scalar type.
#[doc(hidden)]
pub trait Kernels: map::MapKernels + product::ProductKernels + update::UpdateKernels {}

impl Kernels for f32 {}
impl Kernels for f64 {}
