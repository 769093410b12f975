//! The tiles of `slide` for AVX-512, in assembly as all tiles are.
//!
//! Registers: `rdi` the strip, `rsi` the element of the first pixel and `r8` that of the tenth, `r9` to `r12` one, three,
//! five and seven times the distance of two pixels, `rdx` the weights, `r13` from one column of the kernel to the next
//! and `r15` from one row of weights to the next, `rcx` the channels left and `rax` the kernel rows left. Vectors 0 to 15
//! are the sums of the pixels, 16 is what was read of the image, 17 to 19 the weights.

use super::slide::{PIXELS, SlideKernel, Strip};

/// Where the element of a pixel stands.
macro_rules! at {
    (0) => {
        "[rsi]"
    };
    (1) => {
        "[rsi + r9]"
    };
    (2) => {
        "[rsi + 2*r9]"
    };
    (3) => {
        "[rsi + r10]"
    };
    (4) => {
        "[rsi + 4*r9]"
    };
    (5) => {
        "[rsi + r11]"
    };
    (6) => {
        "[rsi + 2*r10]"
    };
    (7) => {
        "[rsi + r12]"
    };
    (8) => {
        "[rsi + 8*r9]"
    };
    (9) => {
        "[r8]"
    };
    (10) => {
        "[r8 + r9]"
    };
    (11) => {
        "[r8 + 2*r9]"
    };
    (12) => {
        "[r8 + r10]"
    };
    (13) => {
        "[r8 + 4*r9]"
    };
    (14) => {
        "[r8 + r11]"
    };
    (15) => {
        "[r8 + 2*r10]"
    };
    (16) => {
        "[r8 + r12]"
    };
    (17) => {
        "[r8 + 8*r9]"
    };
}

/// What one element gives to one sum, if there is that sum.
macro_rules! product {
    ($p:literal none $weight:literal) => {
        ""
    };
    ($p:literal $sum:literal $weight:literal) => {
        concat!("vfmadd231", $p, " zmm", $sum, ", zmm16, zmm", $weight, "\n")
    };
}

/// Element after element with its products: the sums that are still to begin, the elements to come, and the sums of the
/// two pixels before.
macro_rules! elements {
    ($p:literal $s:literal [] [] $one:tt $two:tt) => {
        ""
    };
    ($p:literal $s:literal [] [$i:tt $($more:tt)*] $one:tt $two:tt) => {
        concat!(
            "vbroadcast", $s, " zmm16, ", at!($i), "\n",
            product!($p $one 18), product!($p $two 19),
            elements!($p $s [] [$($more)*] none $one)
        )
    };
    ($p:literal $s:literal [$sum:tt $($sums:tt)*] [$i:tt $($more:tt)*] $one:tt $two:tt) => {
        concat!(
            "vbroadcast", $s, " zmm16, ", at!($i), "\n",
            product!($p $sum 17), product!($p $one 18), product!($p $two 19),
            elements!($p $s [$($sums)*] [$($more)*] $sum $one)
        )
    };
}

/// The tile of the pixels in the first list; the second are the elements of a line that these reach.
macro_rules! slide {
    ($mask:literal, $t:ty, $p:literal, $s:literal, $size:literal, [$($r:tt)*], [$($i:tt)*]) => {{
        #[target_feature(enable = "avx512f")]
        unsafe fn slide(strip: &mut Strip<$t>) {
            // SAFETY: the strip's addresses are valid by the contract of `SlideKernel`; every register that is written
            // is named below or belongs to the called, and the upper halves of the vector registers are left clear.
            unsafe {
                core::arch::asm!(
                    "kmovw k1, word ptr [rdi + {mask}]",
                    "mov r9, qword ptr [rdi + {pixel}]",
                    "lea r10, [r9 + 2*r9]",
                    "lea r11, [r9 + 4*r9]",
                    "lea r12, [r10 + 4*r9]",
                    "mov r13, qword ptr [rdi + {b_column}]",
                    "mov r15, qword ptr [rdi + {b_step}]",
                    "2:",
                    "mov rcx, qword ptr [rdi + {tiles}]",
                    "mov qword ptr [rdi + {tiles_left}], rcx",
                    "3:",
                    "mov rdx, qword ptr [rdi + {bias}]",
                    concat!("vmovu", $p, " zmm0{{k1}}{{z}}, zmmword ptr [rdx]"),
                    $(concat!("vmova", $p, " zmm", $r, ", zmm0"),)*
                    "mov rsi, qword ptr [rdi + {a}]",
                    "lea r8, [rsi + 8*r9]",
                    "add r8, r9",
                    "mov rdx, qword ptr [rdi + {b}]",
                    "mov rax, qword ptr [rdi + {rows}]",
                    "4:",
                    "mov rcx, qword ptr [rdi + {channels}]",
                    ".p2align 5",
                    "5:",
                    concat!("vmovu", $p, " zmm17", $mask, ", zmmword ptr [rdx]"),
                    concat!("vmovu", $p, " zmm18", $mask, ", zmmword ptr [rdx + r13]"),
                    concat!("vmovu", $p, " zmm19", $mask, ", zmmword ptr [rdx + 2*r13]"),
                    elements!($p $s [$($r)*] [$($i)*] none none),
                    concat!("add rsi, ", $size),
                    concat!("add r8, ", $size),
                    "add rdx, r15",
                    "dec rcx",
                    "jnz 5b",
                    "add rsi, qword ptr [rdi + {row_jump}]",
                    "add r8, qword ptr [rdi + {row_jump}]",
                    "lea rdx, [rdx + 2*r13]",
                    "dec rax",
                    "jnz 4b",
                    "mov rdx, qword ptr [rdi + {c}]",
                    "mov rcx, qword ptr [rdi + {c_step}]",
                    $(
                        concat!("vmovu", $p, " zmmword ptr [rdx]{{k1}}, zmm", $r),
                        "add rdx, rcx",
                    )*
                    "mov qword ptr [rdi + {c}], rdx",
                    "mov rdx, qword ptr [rdi + {a_tile}]",
                    "add qword ptr [rdi + {a}], rdx",
                    "dec qword ptr [rdi + {tiles_left}]",
                    "jnz 3b",
                    "mov rdx, qword ptr [rdi + {a_line}]",
                    "add qword ptr [rdi + {a}], rdx",
                    "mov rdx, qword ptr [rdi + {c_line}]",
                    "add qword ptr [rdi + {c}], rdx",
                    "dec qword ptr [rdi + {lines}]",
                    "jnz 2b",
                    "vzeroupper",
                    in("rdi") (&raw mut *strip),
                    a = const core::mem::offset_of!(Strip<$t>, a),
                    b = const core::mem::offset_of!(Strip<$t>, b),
                    c = const core::mem::offset_of!(Strip<$t>, c),
                    bias = const core::mem::offset_of!(Strip<$t>, bias),
                    mask = const core::mem::offset_of!(Strip<$t>, mask),
                    pixel = const core::mem::offset_of!(Strip<$t>, pixel),
                    channels = const core::mem::offset_of!(Strip<$t>, channels),
                    rows = const core::mem::offset_of!(Strip<$t>, rows),
                    row_jump = const core::mem::offset_of!(Strip<$t>, row_jump),
                    b_step = const core::mem::offset_of!(Strip<$t>, b_step),
                    b_column = const core::mem::offset_of!(Strip<$t>, b_column),
                    c_step = const core::mem::offset_of!(Strip<$t>, c_step),
                    a_tile = const core::mem::offset_of!(Strip<$t>, a_tile),
                    tiles = const core::mem::offset_of!(Strip<$t>, tiles),
                    a_line = const core::mem::offset_of!(Strip<$t>, a_line),
                    c_line = const core::mem::offset_of!(Strip<$t>, c_line),
                    lines = const core::mem::offset_of!(Strip<$t>, lines),
                    tiles_left = const core::mem::offset_of!(Strip<$t>, tiles_left),
                    out("r12") _,
                    out("r13") _,
                    out("r15") _,
                    clobber_abi("sysv64"),
                    options(nostack),
                );
            }
        }
        slide as SlideKernel<$t>
    }};
}

/// By the number of pixels - 1: each has two elements more than pixels. Weights are read under a mask where they fill no
/// vector; that costs an instruction on a port that the multiplications want.
macro_rules! by_pixels {
    ($mask:literal, $t:ty, $p:literal, $s:literal, $size:literal) => {
        [
            slide!($mask, $t, $p, $s, $size, [0], [0 1 2]),
            slide!($mask, $t, $p, $s, $size, [0 1], [0 1 2 3]),
            slide!($mask, $t, $p, $s, $size, [0 1 2], [0 1 2 3 4]),
            slide!($mask, $t, $p, $s, $size, [0 1 2 3], [0 1 2 3 4 5]),
            slide!($mask, $t, $p, $s, $size, [0 1 2 3 4], [0 1 2 3 4 5 6]),
            slide!($mask, $t, $p, $s, $size, [0 1 2 3 4 5], [0 1 2 3 4 5 6 7]),
            slide!($mask, $t, $p, $s, $size, [0 1 2 3 4 5 6], [0 1 2 3 4 5 6 7 8]),
            slide!($mask, $t, $p, $s, $size, [0 1 2 3 4 5 6 7], [0 1 2 3 4 5 6 7 8 9]),
            slide!($mask, $t, $p, $s, $size, [0 1 2 3 4 5 6 7 8], [0 1 2 3 4 5 6 7 8 9 10]),
            slide!($mask, $t, $p, $s, $size, [0 1 2 3 4 5 6 7 8 9], [0 1 2 3 4 5 6 7 8 9 10 11]),
            slide!($mask, $t, $p, $s, $size, [0 1 2 3 4 5 6 7 8 9 10], [0 1 2 3 4 5 6 7 8 9 10 11 12]),
            slide!($mask, $t, $p, $s, $size, [0 1 2 3 4 5 6 7 8 9 10 11], [0 1 2 3 4 5 6 7 8 9 10 11 12 13]),
            slide!($mask, $t, $p, $s, $size, [0 1 2 3 4 5 6 7 8 9 10 11 12], [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14]),
            slide!(
                $mask, $t, $p, $s, $size, [0 1 2 3 4 5 6 7 8 9 10 11 12 13], [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15]
            ),
            slide!(
                $mask, $t, $p, $s, $size, [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14],
                [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16]
            ),
            slide!(
                $mask, $t, $p, $s, $size, [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15],
                [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17]
            ),
        ]
    };
}

pub(super) const F32: [[SlideKernel<f32>; PIXELS]; 2] =
    [by_pixels!("", f32, "ps", "ss", 4), by_pixels!("{{k1}}{{z}}", f32, "ps", "ss", 4)];
pub(super) const F64: [[SlideKernel<f64>; PIXELS]; 2] =
    [by_pixels!("", f64, "pd", "sd", 8), by_pixels!("{{k1}}{{z}}", f64, "pd", "sd", 8)];
