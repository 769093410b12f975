//! Tiles for AVX-512: up to eight rows of three vectors of sixteen `f32` or eight `f64`.
//!
//! Where the last vector of columns is cut short it is read under a mask. That costs an instruction on a port that the
//! multiplications want, up to a ninth of the time, so there are tiles without.

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
    (0 2) => {
        "2"
    };
    (1 0) => {
        "3"
    };
    (1 1) => {
        "4"
    };
    (1 2) => {
        "5"
    };
    (2 0) => {
        "6"
    };
    (2 1) => {
        "7"
    };
    (2 2) => {
        "8"
    };
    (3 0) => {
        "9"
    };
    (3 1) => {
        "10"
    };
    (3 2) => {
        "11"
    };
    (4 0) => {
        "12"
    };
    (4 1) => {
        "13"
    };
    (4 2) => {
        "14"
    };
    (5 0) => {
        "15"
    };
    (5 1) => {
        "16"
    };
    (5 2) => {
        "17"
    };
    (6 0) => {
        "18"
    };
    (6 1) => {
        "19"
    };
    (6 2) => {
        "20"
    };
    (7 0) => {
        "21"
    };
    (7 1) => {
        "22"
    };
    (7 2) => {
        "23"
    };
}

/// The fragments of `tile_kernel!`. B's vectors are in zmm24 to 26, zmm27 holds the scalar of A.
macro_rules! fragment {
    (mask $cut:tt) => { "kmovw k1, word ptr [rdi + {mask}]" };
    (mask_field $t:ty) => { core::mem::offset_of!(Tile<$t>, mask) };
    (zero $r:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vpxord zmm", sum!($r $c), ", zmm", sum!($r $c), ", zmm", sum!($r $c), "\n",)*
            "vpxord zmm", sum!($r $l), ", zmm", sum!($r $l), ", zmm", sum!($r $l)
        )
    };
    (load $p:literal $cut:tt $r:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovu", $p, " zmm", sum!($r $c), ", zmmword ptr [rdx + 64*", $c, "]\n",)*
            "vmovu", $p, " zmm", sum!($r $l), "{{k1}}{{z}}, zmmword ptr [rdx + 64*", $l, "]"
        )
    };
    (copy $r:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovaps zmm", sum!($r $c), ", zmm", sum!(0 $c), "\n",)*
            "vmovaps zmm", sum!($r $l), ", zmm", sum!(0 $l)
        )
    };
    (b $p:literal full [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovu", $p, " zmm2", fragment!(column $c), ", zmmword ptr [rdx + 64*", $c, "]\n",)*
            "vmovu", $p, " zmm2", fragment!(column $l), ", zmmword ptr [rdx + 64*", $l, "]"
        )
    };
    (b $p:literal cut [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovu", $p, " zmm2", fragment!(column $c), ", zmmword ptr [rdx + 64*", $c, "]\n",)*
            "vmovu", $p, " zmm2", fragment!(column $l), "{{k1}}{{z}}, zmmword ptr [rdx + 64*", $l, "]"
        )
    };
    (column 0) => { "4" };
    (column 1) => { "5" };
    (column 2) => { "6" };
    (step $p:literal $s:literal $r:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            "vbroadcast", $s, " zmm27, [", row!($r), " + rax]\n",
            $("vfmadd231", $p, " zmm", sum!($r $c), ", zmm27, zmm2", fragment!(column $c), "\n",)*
            "vfmadd231", $p, " zmm", sum!($r $l), ", zmm27, zmm2", fragment!(column $l)
        )
    };
    (nought) => { "vpxord zmm27, zmm27, zmm27" };
    // Of two equal numbers, or if one is none, `vmax` gives the second: so minus zero and NaN stay.
    (clamp $p:literal $r:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmax", $p, " zmm", sum!($r $c), ", zmm27, zmm", sum!($r $c), "\n",)*
            "vmax", $p, " zmm", sum!($r $l), ", zmm27, zmm", sum!($r $l)
        )
    };
    (store $p:literal $cut:tt $r:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovu", $p, " zmmword ptr [rdx + 64*", $c, "], zmm", sum!($r $c), "\n",)*
            "vmovu", $p, " zmmword ptr [rdx + 64*", $l, "]{{k1}}, zmm", sum!($r $l)
        )
    };
}

/// For a last vector that is full, and for one that is cut short.
macro_rules! both {
    ($t:ty, $p:literal, $s:literal, $rows:tt, $columns:tt) => {
        [
            tile_kernel!("avx512f", fragment, $t, $p, $s, full, $rows, $columns) as Kernel<$t>,
            tile_kernel!("avx512f", fragment, $t, $p, $s, cut, $rows, $columns) as Kernel<$t>,
        ]
    };
}

macro_rules! by_columns {
    ($t:ty, $p:literal, $s:literal, $rows:tt) => {
        [
            both!($t, $p, $s, $rows, [() 0]),
            both!($t, $p, $s, $rows, [(0) 1]),
            both!($t, $p, $s, $rows, [(0 1) 2]),
        ]
    };
}

macro_rules! by_rows {
    ($t:ty, $p:literal, $s:literal) => {
        [
            by_columns!($t, $p, $s, [0]),
            by_columns!($t, $p, $s, [0 1]),
            by_columns!($t, $p, $s, [0 1 2]),
            by_columns!($t, $p, $s, [0 1 2 3]),
            by_columns!($t, $p, $s, [0 1 2 3 4]),
            by_columns!($t, $p, $s, [0 1 2 3 4 5]),
            by_columns!($t, $p, $s, [0 1 2 3 4 5 6]),
            by_columns!($t, $p, $s, [0 1 2 3 4 5 6 7]),
        ]
    };
}

pub(super) static F32: TileSet<f32> = TileSet {
    lanes: 16,
    rows: 8,
    vectors: 3,
    kernels: by_rows!(f32, "ps", "ss"),
    row_vectors: 8,
    row_kernels: super::tile_row::AVX512_F32,
    copy_rows: Some(super::pack::AVX512_F32),
    stream: Some(super::stream_row::AVX512_F32),
    slides: Some(super::slide_avx512::F32),
};

pub(super) static F64: TileSet<f64> = TileSet {
    lanes: 8,
    rows: 8,
    vectors: 3,
    kernels: by_rows!(f64, "pd", "sd"),
    row_vectors: 8,
    row_kernels: super::tile_row::AVX512_F64,
    copy_rows: Some(super::pack::AVX512_F64),
    stream: Some(super::stream_row::AVX512_F64),
    slides: Some(super::slide_avx512::F64),
};
