//! The register tile: the one primitive under all products and convolutions.
//!
//! A tile computes a few rows of
//!
//! `C[r][0..columns] = start + Σ over blocks, segments, k of A[r][offset] · B[k][0..columns]`
//!
//! and holds them in registers meanwhile. Each row of A begins where its own entry in a table of offsets says, so rows
//! may be samples of a batch, pixels of an image or taps of a kernel; one common offset runs over all of them in three
//! nested loops. B is read row after row. A kernel works through `tiles` tiles of the same height, one below the other,
//! so that even without an optimizer little is spent outside of it.

use super::isa::Isa;
use super::pack::{CopyRows, Strip};
use super::slide::{PIXELS, SlideKernel};
use super::stream_row::StreamKernel;

/// What one call of a `Kernel` works on. All distances are in bytes. Kernels use the fields up: a value serves once.
///
/// The assembly kernels find the fields by `offset_of!`.
#[repr(C)]
pub(super) struct Tile<T> {
    /// The start of A; moves on by `a_tile` after each tile.
    pub a: *const T,
    /// Each row's distance from `a`; moves on by `rows_tile` after each tile.
    pub rows: *const u32,
    /// The first row of B.
    pub b: *const T,
    /// The first row of C; moves on by `c_step` for each row.
    pub c: *mut T,
    /// The row to start from if `start` is `BIAS`.
    pub bias: *const T,
    /// `ZERO`, `BIAS` or `ADD`.
    pub start: usize,
    /// Whether to replace what is below zero by zero, at the end.
    pub clamp: usize,
    /// The lanes in use of the last vector of columns, one bit each.
    pub mask: usize,
    /// The same as a vector of lanes, all ones or all zeros.
    pub lanes: *const i32,
    /// From one k to the next in A.
    pub a_step: isize,
    /// Beside that after each segment.
    pub a_jump: isize,
    /// Beside that after each block.
    pub a_jump2: isize,
    /// How many k make a segment; at least 1, as the next two.
    pub run: usize,
    /// How many segments make a block.
    pub segments: usize,
    /// How many blocks there are.
    pub blocks: usize,
    /// From one row of B to the next.
    pub b_step: usize,
    /// Beside that after each segment.
    pub b_jump: isize,
    /// From one row of C to the next.
    pub c_step: usize,
    /// See `a`.
    pub a_tile: isize,
    /// See `rows`.
    pub rows_tile: usize,
    /// How many tiles there are; at least 1.
    pub tiles: usize,
    /// The columns in all.
    pub columns: usize,
    /// Room for a counter.
    pub segments_left: usize,
    /// Room for a counter.
    pub blocks_left: usize,
}

/// Start from zero.
pub(super) const ZERO: usize = 0;
/// Start from a row that all rows share.
pub(super) const BIAS: usize = 1;
/// Start from what C holds.
pub(super) const ADD: usize = 2;

/// A tile of a fixed height and number of column vectors.
///
/// # Safety
///
/// The machine has the kernel's instruction set, all that the tile names may be read, and its C written.
pub(super) type Kernel<T> = unsafe fn(&mut Tile<T>);

/// The most rows that any tile has.
pub(super) const MAX_ROWS: usize = 8;
/// The most vectors of columns that a tile of several rows has.
pub(super) const MAX_VECTORS: usize = 3;

/// The kernels of one instruction set.
pub(super) struct TileSet<T> {
    /// Scalars in a vector.
    pub lanes: usize,
    /// The most rows of a tile.
    pub rows: usize,
    /// The most column vectors of a tile with several rows.
    pub vectors: usize,
    /// By rows - 1, column vectors - 1, and whether the last vector is cut short.
    pub kernels: [[[Kernel<T>; 2]; MAX_VECTORS]; MAX_ROWS],
    /// The most column vectors of a tile with one row.
    pub row_vectors: usize,
    /// Tiles of one row and a contiguous segment, by column vectors - 1 and whether the last vector is cut short.
    pub row_kernels: [[Kernel<T>; 2]; 8],
    /// Copies rows of whole vectors, if there is such a loop.
    pub copy_rows: Option<CopyRows<T>>,
    /// One row times a matrix that streams by, if there is such a loop.
    pub stream: Option<StreamKernel<T>>,
    /// Tiles of `slide`, by whether the vector of columns is cut short, and by pixels - 1; or none.
    pub slides: Option<[[SlideKernel<T>; PIXELS]; 2]>,
}

/// The scalars that there are tiles for.
pub trait TileScalar:
    num_traits::Float
    + num_traits::NumAssign
    + Default
    + Send
    + Sync
    + core::fmt::Debug
    + super::update::UpdateKernels
    + 'static
{
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn tiles(isa: Isa) -> &'static TileSet<Self>;

    /// The rows and columns of a block, and what transposes a strip of them.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn strip(isa: Isa) -> (usize, Option<Strip<Self>>);
}

macro_rules! tile_scalar {
    ($t:ty, $avx2:ident, $avx512:ident, $block:literal, $strip:ident) => {
        impl TileScalar for $t {
            #[allow(private_interfaces)]
            fn tiles(isa: Isa) -> &'static TileSet<Self> {
                static PORTABLE: TileSet<$t> = TileSet {
                    lanes: LANES,
                    rows: 4,
                    vectors: 1,
                    kernels: portable_kernels(),
                    row_vectors: 1,
                    row_kernels: [[portable::<$t, 1>; 2]; 8],
                    copy_rows: None,
                    stream: None,
                    slides: None,
                };
                match isa {
                    Isa::Portable => &PORTABLE,
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx2 => &super::tile_avx2::$avx2,
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx512 => &super::tile_avx512::$avx512,
                    #[cfg(not(target_arch = "x86_64"))]
                    _ => &PORTABLE,
                }
            }

            #[allow(private_interfaces)]
            fn strip(isa: Isa) -> (usize, Option<Strip<Self>>) {
                #[cfg(target_arch = "x86_64")]
                if isa >= Isa::Avx2 {
                    return ($block, Some(super::pack::$strip));
                }
                let _ = isa;
                ($block, None)
            }
        }
    };
}

tile_scalar!(f32, F32, F32, 8, strip_f32);
tile_scalar!(f64, F64, F64, 4, strip_f64);

/// The columns of a portable tile: two SSE registers of `f32`, which every compiler target of note has in some form.
const LANES: usize = 8;

/// `a · b + c`, fused only where the target has the instruction: the library call in its place is 20 times slower.
#[inline]
fn multiply_add<T: TileScalar>(a: T, b: T, c: T) -> T {
    if cfg!(target_feature = "fma") || cfg!(target_arch = "aarch64") { a.mul_add(b, c) } else { a * b + c }
}

const fn portable_kernels<T: TileScalar>() -> [[[Kernel<T>; 2]; MAX_VECTORS]; MAX_ROWS] {
    let four = [[portable::<T, 4> as Kernel<T>; 2]; MAX_VECTORS];
    [
        [[portable::<T, 1>; 2]; MAX_VECTORS],
        [[portable::<T, 2>; 2]; MAX_VECTORS],
        [[portable::<T, 3>; 2]; MAX_VECTORS],
        four,
        four,
        four,
        four,
        four,
    ]
}

/// The tile in plain Rust: `R` rows and up to eight columns. Where nothing better is to be had, and the others' oracle.
unsafe fn portable<T: TileScalar, const R: usize>(tile: &mut Tile<T>) {
    let columns = tile.columns.min(LANES);
    for _ in 0..tile.tiles {
        // SAFETY: by the contract of `Kernel` all addresses below may be read and those in C written.
        unsafe {
            let mut acc = [[T::zero(); LANES]; R];
            let mut a = [tile.a; R];
            for (r, a) in a.iter_mut().enumerate() {
                *a = tile.a.byte_add(*tile.rows.add(r) as usize);
            }
            for (r, acc) in acc.iter_mut().enumerate() {
                let from = match tile.start {
                    ZERO => continue,
                    BIAS => tile.bias,
                    _ => tile.c.cast_const().byte_add(r * tile.c_step),
                };
                core::ptr::copy_nonoverlapping(from, acc.as_mut_ptr(), columns);
            }
            let (mut b, mut offset) = (tile.b, 0isize);
            for _ in 0..tile.blocks {
                for _ in 0..tile.segments {
                    for _ in 0..tile.run {
                        let mut row = [T::zero(); LANES];
                        if columns == LANES {
                            row = b.cast::<[T; LANES]>().read_unaligned();
                        } else {
                            core::ptr::copy_nonoverlapping(b, row.as_mut_ptr(), columns);
                        }
                        for (acc, a) in acc.iter_mut().zip(a) {
                            let a = *a.byte_offset(offset);
                            for (acc, b) in acc.iter_mut().zip(row) {
                                *acc = multiply_add(a, b, *acc);
                            }
                        }
                        b = b.wrapping_byte_add(tile.b_step);
                        offset += tile.a_step;
                    }
                    offset += tile.a_jump;
                    b = b.wrapping_byte_offset(tile.b_jump);
                }
                offset += tile.a_jump2;
            }
            for acc in &mut acc {
                if tile.clamp != 0 {
                    for acc in acc.iter_mut().filter(|x| **x < T::zero()) {
                        *acc = T::zero();
                    }
                }
                core::ptr::copy_nonoverlapping(acc.as_ptr(), tile.c, columns);
                tile.c = tile.c.byte_add(tile.c_step);
            }
            tile.a = tile.a.wrapping_byte_offset(tile.a_tile);
            tile.rows = tile.rows.wrapping_byte_add(tile.rows_tile);
        }
    }
}
