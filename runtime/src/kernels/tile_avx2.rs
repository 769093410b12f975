//! Tiles for AVX2 and FMA: up to six rows of two vectors of eight `f32` or four `f64`.

use super::tile::{Kernel, Tile, TileSet};
use super::tile_asm::{row, row32, tile_kernel};

/// The number of the register that sums up row `r`, column vector `c`.
macro_rules! sum {
    (0 0) => {
        "0"
    };
    (0 1) => {
        "1"
    };
    (1 0) => {
        "2"
    };
    (1 1) => {
        "3"
    };
    (2 0) => {
        "4"
    };
    (2 1) => {
        "5"
    };
    (3 0) => {
        "6"
    };
    (3 1) => {
        "7"
    };
    (4 0) => {
        "8"
    };
    (4 1) => {
        "9"
    };
    (5 0) => {
        "10"
    };
    (5 1) => {
        "11"
    };
}

/// The fragments of `tile_kernel!`. B's vectors are in ymm12 and 13, ymm14 holds the scalar of A and ymm15 the lanes in
/// use of a last vector that is `cut` short; a `full` one is not masked, since that is not free here.
macro_rules! fragment {
    (mask $cut:tt) => { "mov rdx, qword ptr [rdi + {mask}]\nvmovups ymm15, ymmword ptr [rdx]" };
    (mask_field $t:ty) => { core::mem::offset_of!(Tile<$t>, lanes) };
    (zero $r:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vxorps ymm", sum!($r $c), ", ymm", sum!($r $c), ", ymm", sum!($r $c), "\n",)*
            "vxorps ymm", sum!($r $l), ", ymm", sum!($r $l), ", ymm", sum!($r $l)
        )
    };
    (read $p:literal full) => { concat!("vmovu", $p, " ymm") };
    (read $p:literal cut) => { concat!("vmaskmov", $p, " ymm") };
    (under full) => { "" };
    (under cut) => { " ymm15," };
    (load $p:literal $cut:tt $r:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovu", $p, " ymm", sum!($r $c), ", ymmword ptr [rdx + 32*", $c, "]\n",)*
            fragment!(read $p $cut), sum!($r $l), ",", fragment!(under $cut), " ymmword ptr [rdx + 32*", $l, "]"
        )
    };
    (copy $r:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovaps ymm", sum!($r $c), ", ymm", sum!(0 $c), "\n",)*
            "vmovaps ymm", sum!($r $l), ", ymm", sum!(0 $l)
        )
    };
    (b $p:literal $cut:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovu", $p, " ymm1", fragment!(column $c), ", ymmword ptr [rdx + 32*", $c, "]\n",)*
            fragment!(read $p $cut), "1", fragment!(column $l), ",", fragment!(under $cut),
            " ymmword ptr [rdx + 32*", $l, "]"
        )
    };
    (column 0) => { "2" };
    (column 1) => { "3" };
    (step $p:literal $s:literal $r:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            "vbroadcast", $s, " ymm14, [", row!($r), " + rax]\n",
            $("vfmadd231", $p, " ymm", sum!($r $c), ", ymm14, ymm1", fragment!(column $c), "\n",)*
            "vfmadd231", $p, " ymm", sum!($r $l), ", ymm14, ymm1", fragment!(column $l)
        )
    };
    (nought) => { "vxorps ymm14, ymm14, ymm14" };
    // Of two equal numbers, or if one is none, `vmax` gives the second: so minus zero and NaN stay.
    (clamp $p:literal $r:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmax", $p, " ymm", sum!($r $c), ", ymm14, ymm", sum!($r $c), "\n",)*
            "vmax", $p, " ymm", sum!($r $l), ", ymm14, ymm", sum!($r $l)
        )
    };
    (store $p:literal full $r:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovu", $p, " ymmword ptr [rdx + 32*", $c, "], ymm", sum!($r $c), "\n",)*
            "vmovu", $p, " ymmword ptr [rdx + 32*", $l, "], ymm", sum!($r $l)
        )
    };
    (store $p:literal cut $r:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovu", $p, " ymmword ptr [rdx + 32*", $c, "], ymm", sum!($r $c), "\n",)*
            "vmaskmov", $p, " ymmword ptr [rdx + 32*", $l, "], ymm15, ymm", sum!($r $l)
        )
    };
}

macro_rules! by_cut {
    ($t:ty, $p:literal, $s:literal, $rows:tt, $columns:tt) => {
        [
            tile_kernel!("avx2,fma", fragment, $t, $p, $s, full, $rows, $columns) as Kernel<$t>,
            tile_kernel!("avx2,fma", fragment, $t, $p, $s, cut, $rows, $columns) as Kernel<$t>,
        ]
    };
}

/// The third entry is never asked for: a tile has two vectors of columns.
macro_rules! by_columns {
    ($t:ty, $p:literal, $s:literal, $rows:tt) => {{
        const TWO: [Kernel<$t>; 2] = by_cut!($t, $p, $s, $rows, [(0) 1]);
        [by_cut!($t, $p, $s, $rows, [() 0]), TWO, TWO]
    }};
}

/// The seventh and eighth entry are never asked for: a tile has six rows.
macro_rules! by_rows {
    ($t:ty, $p:literal, $s:literal) => {{
        const SIX: [[Kernel<$t>; 2]; 3] = by_columns!($t, $p, $s, [0 1 2 3 4 5]);
        [
            by_columns!($t, $p, $s, [0]),
            by_columns!($t, $p, $s, [0 1]),
            by_columns!($t, $p, $s, [0 1 2]),
            by_columns!($t, $p, $s, [0 1 2 3]),
            by_columns!($t, $p, $s, [0 1 2 3 4]),
            SIX,
            SIX,
            SIX,
        ]
    }};
}

pub(super) static F32: TileSet<f32> = TileSet {
    lanes: 8,
    rows: 6,
    vectors: 2,
    kernels: by_rows!(f32, "ps", "ss"),
    row_vectors: 8,
    row_kernels: super::tile_row::AVX2_F32,
    copy_rows: Some(super::pack::AVX2_F32),
    stream: Some(super::stream_row::AVX2_F32),
    slides: None,
};

pub(super) static F64: TileSet<f64> = TileSet {
    lanes: 4,
    rows: 6,
    vectors: 2,
    kernels: by_rows!(f64, "pd", "sd"),
    row_vectors: 8,
    row_kernels: super::tile_row::AVX2_F64,
    copy_rows: Some(super::pack::AVX2_F64),
    stream: Some(super::stream_row::AVX2_F64),
    slides: None,
};
