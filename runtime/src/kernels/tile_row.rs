//! Tiles of a single row, for prediction of one sample: up to eight vectors of columns, or fewer with several k at once
//! and sums apart, because a handful of sums that each wait for the one before would leave the machine idle.
//!
//! They take one segment and one tile. Registers: `rdi` the tile, `rsi` the row of A and `rax` its step (`r9` three of
//! them), `rdx` the row of B and `r15` its step (`r8` three of them), `rcx` and `r10` counters.

use super::tile::{Kernel, Tile};

/// The number of the register that sums up column vector `c` of the k that are `u` modulo the unrolling. Register 11
/// is never among them, since no kernel has both four k at once and four vectors.
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
    (0 3) => {
        "3"
    };
    (0 4) => {
        "4"
    };
    (0 5) => {
        "5"
    };
    (0 6) => {
        "6"
    };
    (0 7) => {
        "7"
    };
    (1 0) => {
        "4"
    };
    (1 1) => {
        "5"
    };
    (1 2) => {
        "6"
    };
    (1 3) => {
        "7"
    };
    (2 0) => {
        "8"
    };
    (2 1) => {
        "9"
    };
    (3 0) => {
        "12"
    };
    (3 1) => {
        "13"
    };
}

/// Where the scalar of A stands for the `u`-th k.
macro_rules! a_at {
    (0) => {
        "[rsi]"
    };
    (1) => {
        "[rsi + rax]"
    };
    (2) => {
        "[rsi + 2*rax]"
    };
    (3) => {
        "[rsi + r9]"
    };
}

/// Where the row of B stands for the `u`-th k.
macro_rules! b_at {
    (0) => {
        "[rdx + "
    };
    (1) => {
        "[rdx + r15 + "
    };
    (2) => {
        "[rdx + 2*r15 + "
    };
    (3) => {
        "[rdx + r8 + "
    };
}

/// `zmm14` holds the scalar of A; the last vector goes under the mask `k1`.
macro_rules! avx512 {
    (mask $cut:tt) => { "kmovw k1, word ptr [rdi + {mask}]" };
    (mask_field $t:ty) => { core::mem::offset_of!(Tile<$t>, mask) };
    (zero $u:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vpxord zmm", sum!($u $c), ", zmm", sum!($u $c), ", zmm", sum!($u $c), "\n",)*
            "vpxord zmm", sum!($u $l), ", zmm", sum!($u $l), ", zmm", sum!($u $l)
        )
    };
    (load $p:literal $cut:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovu", $p, " zmm", sum!(0 $c), ", zmmword ptr [rdx + 64*", $c, "]\n",)*
            "vmovu", $p, " zmm", sum!(0 $l), "{{k1}}{{z}}, zmmword ptr [rdx + 64*", $l, "]"
        )
    };
    (step $p:literal $s:literal $cut:tt $u:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            "vbroadcast", $s, " zmm14, ", a_at!($u), "\n",
            $("vfmadd231", $p, " zmm", sum!($u $c), ", zmm14, zmmword ptr ", b_at!($u), "64*", $c, "]\n",)*
            "vfmadd231", $p, " zmm", sum!($u $l), "{{k1}}, zmm14, zmmword ptr ", b_at!($u), "64*", $l, "]"
        )
    };
    (fold $p:literal $u:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vadd", $p, " zmm", sum!(0 $c), ", zmm", sum!(0 $c), ", zmm", sum!($u $c), "\n",)*
            "vadd", $p, " zmm", sum!(0 $l), ", zmm", sum!(0 $l), ", zmm", sum!($u $l)
        )
    };
    (nought) => { "vpxord zmm14, zmm14, zmm14" };
    (clamp $p:literal [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmax", $p, " zmm", sum!(0 $c), ", zmm14, zmm", sum!(0 $c), "\n",)*
            "vmax", $p, " zmm", sum!(0 $l), ", zmm14, zmm", sum!(0 $l)
        )
    };
    (store $p:literal $cut:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovu", $p, " zmmword ptr [rdx + 64*", $c, "], zmm", sum!(0 $c), "\n",)*
            "vmovu", $p, " zmmword ptr [rdx + 64*", $l, "]{{k1}}, zmm", sum!(0 $l)
        )
    };
}

/// `ymm14` holds the scalar of A, `ymm15` the lanes in use of a last vector that is `cut` short, `ymm11` what is read
/// of it.
macro_rules! avx2 {
    (mask $cut:tt) => { "mov rdx, qword ptr [rdi + {mask}]\nvmovups ymm15, ymmword ptr [rdx]" };
    (mask_field $t:ty) => { core::mem::offset_of!(Tile<$t>, lanes) };
    (zero $u:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vxorps ymm", sum!($u $c), ", ymm", sum!($u $c), ", ymm", sum!($u $c), "\n",)*
            "vxorps ymm", sum!($u $l), ", ymm", sum!($u $l), ", ymm", sum!($u $l)
        )
    };
    (load $p:literal full [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovu", $p, " ymm", sum!(0 $c), ", ymmword ptr [rdx + 32*", $c, "]\n",)*
            "vmovu", $p, " ymm", sum!(0 $l), ", ymmword ptr [rdx + 32*", $l, "]"
        )
    };
    (load $p:literal cut [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovu", $p, " ymm", sum!(0 $c), ", ymmword ptr [rdx + 32*", $c, "]\n",)*
            "vmaskmov", $p, " ymm", sum!(0 $l), ", ymm15, ymmword ptr [rdx + 32*", $l, "]"
        )
    };
    (step $p:literal $s:literal full $u:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            "vbroadcast", $s, " ymm14, ", a_at!($u), "\n",
            $("vfmadd231", $p, " ymm", sum!($u $c), ", ymm14, ymmword ptr ", b_at!($u), "32*", $c, "]\n",)*
            "vfmadd231", $p, " ymm", sum!($u $l), ", ymm14, ymmword ptr ", b_at!($u), "32*", $l, "]"
        )
    };
    (step $p:literal $s:literal cut $u:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            "vbroadcast", $s, " ymm14, ", a_at!($u), "\n",
            $("vfmadd231", $p, " ymm", sum!($u $c), ", ymm14, ymmword ptr ", b_at!($u), "32*", $c, "]\n",)*
            "vmaskmov", $p, " ymm11, ymm15, ymmword ptr ", b_at!($u), "32*", $l, "]\n",
            "vfmadd231", $p, " ymm", sum!($u $l), ", ymm14, ymm11"
        )
    };
    (fold $p:literal $u:tt [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vadd", $p, " ymm", sum!(0 $c), ", ymm", sum!(0 $c), ", ymm", sum!($u $c), "\n",)*
            "vadd", $p, " ymm", sum!(0 $l), ", ymm", sum!(0 $l), ", ymm", sum!($u $l)
        )
    };
    (nought) => { "vxorps ymm14, ymm14, ymm14" };
    (clamp $p:literal [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmax", $p, " ymm", sum!(0 $c), ", ymm14, ymm", sum!(0 $c), "\n",)*
            "vmax", $p, " ymm", sum!(0 $l), ", ymm14, ymm", sum!(0 $l)
        )
    };
    (store $p:literal full [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovu", $p, " ymmword ptr [rdx + 32*", $c, "], ymm", sum!(0 $c), "\n",)*
            "vmovu", $p, " ymmword ptr [rdx + 32*", $l, "], ymm", sum!(0 $l)
        )
    };
    (store $p:literal cut [($($c:tt)*) $l:tt]) => {
        concat!(
            $("vmovu", $p, " ymmword ptr [rdx + 32*", $c, "], ymm", sum!(0 $c), "\n",)*
            "vmaskmov", $p, " ymmword ptr [rdx + 32*", $l, "], ymm15, ymm", sum!(0 $l)
        )
    };
}

/// A kernel: `$k` are the k of one round but the first, `$round` is how many there are with the first, `$shift` its
/// logarithm.
macro_rules! row_kernel {
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $cut:tt, [$($k:tt)*], ($round:literal, $shift:literal), $columns:tt) => {{
        #[target_feature(enable = $features)]
        unsafe fn kernel(tile: &mut Tile<$t>) {
            // SAFETY: the tile's addresses are valid by the contract of `Kernel`; every register that is written is
            // named below, and the upper halves of the vector registers are left clear.
            unsafe {
                core::arch::asm!(
                    $m!(mask $cut),
                    "mov rdx, qword ptr [rdi + {rows}]",
                    "mov esi, dword ptr [rdx]",
                    "add rsi, qword ptr [rdi + {a}]",
                    "mov rax, qword ptr [rdi + {a_step}]",
                    "lea r9, [rax + 2*rax]",
                    $m!(zero 0 $columns),
                    $($m!(zero $k $columns),)*
                    "mov rcx, qword ptr [rdi + {start}]",
                    "test rcx, rcx",
                    "jz 3f",
                    "mov rdx, qword ptr [rdi + {bias}]",
                    "cmp rcx, 1",
                    "je 2f",
                    "mov rdx, qword ptr [rdi + {c}]",
                    "2:",
                    $m!(load $p $cut $columns),
                    "3:",
                    "mov rdx, qword ptr [rdi + {b}]",
                    "mov r15, qword ptr [rdi + {b_step}]",
                    "lea r8, [r15 + 2*r15]",
                    "mov rcx, qword ptr [rdi + {run}]",
                    "mov r10, rcx",
                    concat!("shr rcx, ", $shift),
                    concat!("and r10, ", $round, " - 1"),
                    "test rcx, rcx",
                    "jz 5f",
                    ".p2align 5",
                    "4:",
                    $m!(step $p $s $cut 0 $columns),
                    $($m!(step $p $s $cut $k $columns),)*
                    concat!("lea rsi, [rsi + ", $round, "*rax]"),
                    concat!("lea rdx, [rdx + ", $round, "*r15]"),
                    "dec rcx",
                    "jnz 4b",
                    "5:",
                    "test r10, r10",
                    "jz 7f",
                    "6:",
                    $m!(step $p $s $cut 0 $columns),
                    "add rsi, rax",
                    "add rdx, r15",
                    "dec r10",
                    "jnz 6b",
                    "7:",
                    $($m!(fold $p $k $columns),)*
                    "cmp qword ptr [rdi + {clamp}], 0",
                    "je 8f",
                    $m!(nought),
                    $m!(clamp $p $columns),
                    "8:",
                    "mov rdx, qword ptr [rdi + {c}]",
                    $m!(store $p $cut $columns),
                    "vzeroupper",
                    in("rdi") (&raw mut *tile),
                    a = const core::mem::offset_of!(Tile<$t>, a),
                    rows = const core::mem::offset_of!(Tile<$t>, rows),
                    b = const core::mem::offset_of!(Tile<$t>, b),
                    c = const core::mem::offset_of!(Tile<$t>, c),
                    bias = const core::mem::offset_of!(Tile<$t>, bias),
                    start = const core::mem::offset_of!(Tile<$t>, start),
                    clamp = const core::mem::offset_of!(Tile<$t>, clamp),
                    mask = const $m!(mask_field $t),
                    a_step = const core::mem::offset_of!(Tile<$t>, a_step),
                    run = const core::mem::offset_of!(Tile<$t>, run),
                    b_step = const core::mem::offset_of!(Tile<$t>, b_step),
                    out("r15") _,
                    clobber_abi("sysv64"),
                    options(nostack),
                );
            }
        }
        kernel
    }};
}

macro_rules! by_cut {
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $k:tt, ($round:literal, $shift:literal), $columns:tt) => {
        [
            row_kernel!($features, $m, $t, $p, $s, full, $k, ($round, $shift), $columns) as Kernel<$t>,
            row_kernel!($features, $m, $t, $p, $s, cut, $k, ($round, $shift), $columns) as Kernel<$t>,
        ]
    };
}

macro_rules! by_columns {
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal) => {
        [
            by_cut!($features, $m, $t, $p, $s, [1 2 3], (4, 2), [() 0]),
            by_cut!($features, $m, $t, $p, $s, [1 2 3], (4, 2), [(0) 1]),
            by_cut!($features, $m, $t, $p, $s, [1], (2, 1), [(0 1) 2]),
            by_cut!($features, $m, $t, $p, $s, [1], (2, 1), [(0 1 2) 3]),
            by_cut!($features, $m, $t, $p, $s, [], (1, 0), [(0 1 2 3) 4]),
            by_cut!($features, $m, $t, $p, $s, [], (1, 0), [(0 1 2 3 4) 5]),
            by_cut!($features, $m, $t, $p, $s, [], (1, 0), [(0 1 2 3 4 5) 6]),
            by_cut!($features, $m, $t, $p, $s, [], (1, 0), [(0 1 2 3 4 5 6) 7]),
        ]
    };
}

pub(super) const AVX512_F32: [[Kernel<f32>; 2]; 8] = by_columns!("avx512f", avx512, f32, "ps", "ss");
pub(super) const AVX512_F64: [[Kernel<f64>; 2]; 8] = by_columns!("avx512f", avx512, f64, "pd", "sd");
pub(super) const AVX2_F32: [[Kernel<f32>; 2]; 8] = by_columns!("avx2,fma", avx2, f32, "ps", "ss");
pub(super) const AVX2_F64: [[Kernel<f64>; 2]; 8] = by_columns!("avx2,fma", avx2, f64, "pd", "sd");
