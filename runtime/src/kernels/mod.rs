//! What layers share: products, element-wise loops, reductions and updates, each a plain function over slices.
//!
//! Heavy kernels are functions of this crate for `f32` and `f64` apart, with sizes as arguments: they are compiled
//! here, once, and pick their instruction set when the program runs.

mod arithmetic;
pub mod attention;
mod attention_loops;
pub mod batch_norm;
mod batch_norm_loops;
pub(crate) mod causal;
pub(crate) mod columns;
mod convolution;
mod convolution_input;
mod convolution_transposed;
mod convolution_volume;
mod convolution_weights;
pub(crate) mod dense;
mod depthwise;
mod dropout;
mod elementwise;
mod formula;
mod gates;
mod group_norm;
pub mod isa;
mod lanes;
mod layout;
pub mod map;
mod math;
mod pack;
mod panel;
pub mod parallel;
pub mod pool;
pub(crate) mod positions;
pub mod product;
pub mod recurrent;
pub mod resample;
mod row_norm;
mod short_row;
mod slide;
#[cfg(target_arch = "x86_64")]
mod slide_avx512;
pub mod small;
mod softmax;
pub(crate) mod split;
mod stream_row;
mod strided;
mod sweep;
#[cfg(target_arch = "x86_64")]
mod sweep_x86;
mod table;
#[cfg(test)]
mod tests;
pub mod tile;
#[cfg(target_arch = "x86_64")]
mod tile_asm;
#[cfg(target_arch = "x86_64")]
mod tile_avx2;
#[cfg(target_arch = "x86_64")]
mod tile_avx512;
#[cfg(target_arch = "x86_64")]
mod tile_row;
pub mod tiny;
pub mod update;
#[cfg(target_arch = "x86_64")]
mod update_x86;
mod windows;
#[cfg(target_arch = "x86_64")]
mod windows_x86;

/// The kernels that exist once for each scalar type.
#[doc(hidden)]
pub trait Kernels:
    attention::AttentionKernels
    + causal::CausalKernels
    + map::CellKernels
    + map::FormulaKernels
    + map::MapKernels
    + product::ProductKernels
    + recurrent::RecurrentKernels
    + sweep::Swept
    + tile::TileScalar
    + tiny::TinyKernels
    + update::UpdateKernels
    + windows::Windowed
{
}

impl Kernels for f32 {}
impl Kernels for f64 {}
