//! The loops of `windows` in assembly for AVX2 and AVX-512.
//!
//! Assembly, as the tiles are, so that a user's unoptimized build runs them at full speed. Registers: `rdi` the strip,
//! `rsi` the image, `rdx` the output and `rcx` the winners of the window, `r8` the distance of two elements, `r9` what is
//! to go beside that after a row of them, `r10` and `r15` the columns and rows left, `r11` the vectors left, `r12` the
//! place among the channels, `r13` the windows left, `r14` the place of the element.

use super::windows::{Loop, Loops, Strip};

/// Vectors 16 to 22: what is best (or summed up, or to be handed out), whose number `17` is; the element's number `18`,
/// its steps `19` and `20`; the share `21`; `22` what was read. The lanes in use are in `k1`.
macro_rules! avx512 {
    (init $t:ty, $s:literal) => {
        concat!(
            "kmovw k1, word ptr [rdi + {mask}]\n",
            "vbroadcast",
            $s,
            " zmm19, [rdi + {number_step}]\n",
            "vbroadcast",
            $s,
            " zmm20, [rdi + {number_jump}]\n",
            "vbroadcast",
            $s,
            " zmm21, [rdi + {share}]"
        )
    };
    (first $p:literal, $s:literal) => {
        concat!("vbroadcast", $s, " zmm18, [rdi + {number}]")
    };
    (next $p:literal) => {
        concat!("vadd", $p, " zmm18, zmm18, zmm19")
    };
    (jump $p:literal) => {
        concat!("vadd", $p, " zmm18, zmm18, zmm20")
    };
    (nought $p:literal, $cut:tt) => {
        "vpxord zmm16, zmm16, zmm16"
    };
    (best $p:literal, $cut:tt) => {
        concat!("vmovu", $p, " zmm16{{k1}}{{z}}, [rsi + r14]")
    };
    (number) => {
        "vmovaps zmm17, zmm18"
    };
    // The number of what is no element: -1.
    (nobody $p:literal) => {
        concat!("vsub", $p, " zmm17, zmm16, zmm19")
    };
    // Where the best stays: where the element is a number and not greater.
    (compare $p:literal, $cut:tt) => {
        concat!(
            "vmovu",
            $p,
            " zmm22{{k1}}{{z}}, [rsi + r14]\n",
            "vcmp",
            $p,
            " k2, zmm22, zmm22, 7\n",
            "vcmp",
            $p,
            " k2{{k2}}, zmm22, zmm16, 26\n",
            "vblendm",
            $p,
            " zmm16{{k2}}, zmm22, zmm16"
        )
    };
    (take $p:literal) => {
        concat!("vblendm", $p, " zmm17{{k2}}, zmm18, zmm17")
    };
    (add $p:literal, $cut:tt) => {
        concat!("vmovu", $p, " zmm22{{k1}}{{z}}, [rsi + r14]\n", "vadd", $p, " zmm16, zmm16, zmm22")
    };
    (share $p:literal) => {
        concat!("vmul", $p, " zmm16, zmm16, zmm21")
    };
    (output $p:literal, $cut:tt) => {
        concat!("vmovu", $p, " [rdx + r12]{{k1}}, zmm16")
    };
    (winners $p:literal, $cut:tt) => {
        concat!("vmovu", $p, " [rcx + r12]{{k1}}, zmm17")
    };
    (gradient $p:literal, $cut:tt) => {
        concat!("vmovu", $p, " zmm16{{k1}}{{z}}, [rdx + r12]")
    };
    (read_winners $p:literal, $cut:tt) => {
        concat!("vmovu", $p, " zmm17{{k1}}{{z}}, [rcx + r12]")
    };
    (mine $p:literal) => {
        concat!("vcmp", $p, " k2, zmm17, zmm18, 0\n", "vmova", $p, " zmm22{{k2}}{{z}}, zmm16")
    };
    (all $p:literal) => {
        concat!("vmova", $p, " zmm22, zmm16")
    };
    (add_image $p:literal, $cut:tt) => {
        concat!("vmovu", $p, " zmm23{{k1}}{{z}}, [rsi + r14]\n", "vadd", $p, " zmm22, zmm23, zmm22")
    };
    (image $p:literal, $cut:tt) => {
        concat!("vmovu", $p, " [rsi + r14]{{k1}}, zmm22")
    };
}

/// The same in `ymm0` to `ymm7`, with the lanes in use in `ymm8` for a vector that is `cut` short.
macro_rules! avx2 {
    (init $t:ty, $s:literal) => {
        concat!(
            "mov r14, qword ptr [rdi + {lanes}]\n",
            "vmovups ymm8, ymmword ptr [r14]\n",
            "vbroadcast", $s, " ymm3, [rdi + {number_step}]\n",
            "vbroadcast", $s, " ymm4, [rdi + {number_jump}]\n",
            "vbroadcast", $s, " ymm5, [rdi + {share}]"
        )
    };
    (first $p:literal, $s:literal) => { concat!("vbroadcast", $s, " ymm2, [rdi + {number}]") };
    (next $p:literal) => { concat!("vadd", $p, " ymm2, ymm2, ymm3") };
    (jump $p:literal) => { concat!("vadd", $p, " ymm2, ymm2, ymm4") };
    (nought $p:literal, $cut:tt) => { "vxorps ymm0, ymm0, ymm0" };
    (best $p:literal, $cut:tt) => { avx2!(load $p, $cut, "ymm0", "[rsi + r14]") };
    (number) => { "vmovaps ymm1, ymm2" };
    // The number of what is no element: -1.
    (nobody $p:literal) => { concat!("vsub", $p, " ymm1, ymm0, ymm3") };
    // Where the best stays: where the element is a number and not greater.
    (compare $p:literal, $cut:tt) => {
        concat!(
            avx2!(load $p, $cut, "ymm6", "[rsi + r14]"), "\n",
            "vcmp", $p, " ymm7, ymm6, ymm6, 7\n",
            "vcmp", $p, " ymm9, ymm6, ymm0, 26\n",
            "vand", $p, " ymm7, ymm7, ymm9\n",
            "vblendv", $p, " ymm0, ymm6, ymm0, ymm7"
        )
    };
    (take $p:literal) => { concat!("vblendv", $p, " ymm1, ymm2, ymm1, ymm7") };
    (add $p:literal, $cut:tt) => {
        concat!(avx2!(load $p, $cut, "ymm6", "[rsi + r14]"), "\n", "vadd", $p, " ymm0, ymm0, ymm6")
    };
    (share $p:literal) => { concat!("vmul", $p, " ymm0, ymm0, ymm5") };
    (output $p:literal, $cut:tt) => { avx2!(store $p, $cut, "ymm0", "[rdx + r12]") };
    (winners $p:literal, $cut:tt) => { avx2!(store $p, $cut, "ymm1", "[rcx + r12]") };
    (gradient $p:literal, $cut:tt) => { avx2!(load $p, $cut, "ymm0", "[rdx + r12]") };
    (read_winners $p:literal, $cut:tt) => { avx2!(load $p, $cut, "ymm1", "[rcx + r12]") };
    (mine $p:literal) => {
        concat!("vcmp", $p, " ymm7, ymm1, ymm2, 0\n", "vand", $p, " ymm6, ymm7, ymm0")
    };
    (all $p:literal) => { concat!("vmova", $p, " ymm6, ymm0") };
    (add_image $p:literal, $cut:tt) => {
        concat!(avx2!(load $p, $cut, "ymm7", "[rsi + r14]"), "\n", "vadd", $p, " ymm6, ymm7, ymm6")
    };
    (image $p:literal, $cut:tt) => { avx2!(store $p, $cut, "ymm6", "[rsi + r14]") };
    (load $p:literal, full, $to:literal, $from:literal) => { concat!("vmovu", $p, " ", $to, ", ", $from) };
    (load $p:literal, cut, $to:literal, $from:literal) => {
        concat!("vmaskmov", $p, " ", $to, ", ymm8, ", $from)
    };
    (store $p:literal, full, $from:literal, $to:literal) => { concat!("vmovu", $p, " ", $to, ", ", $from) };
    (store $p:literal, cut, $from:literal, $to:literal) => {
        concat!("vmaskmov", $p, " ", $to, ", ymm8, ", $from)
    };
}

/// A loop: what begins a vector of channels, what happens with each element of the window, what ends the vector.
macro_rules! window_loop {
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $size:literal,
     [$($start:expr),*], [$($element:expr),*], [$($end:expr),*]) => {{
        #[target_feature(enable = $features)]
        unsafe fn windows(strip: &mut Strip<$t>) {
            // SAFETY: the strip's addresses are valid by the contract of its loops; every register that is written is
            // named below or belongs to the called, and the upper halves of the vector registers are left clear.
            unsafe {
                core::arch::asm!(
                    $m!(init $t, $s),
                    "mov rsi, qword ptr [rdi + {image}]",
                    "mov rdx, qword ptr [rdi + {output}]",
                    "mov rcx, qword ptr [rdi + {winners}]",
                    "mov r8, qword ptr [rdi + {column}]",
                    "mov r9, qword ptr [rdi + {row_jump}]",
                    "mov r13, qword ptr [rdi + {windows}]",
                    "2:",
                    "xor r12d, r12d",
                    "mov r11, qword ptr [rdi + {vectors}]",
                    "3:",
                    "mov r14, r12",
                    $m!(first $p, $s),
                    $($start,)*
                    "mov r15, qword ptr [rdi + {rows}]",
                    "4:",
                    "mov r10, qword ptr [rdi + {columns}]",
                    "5:",
                    $($element,)*
                    $m!(next $p),
                    "add r14, r8",
                    "dec r10",
                    "jnz 5b",
                    $m!(jump $p),
                    "add r14, r9",
                    "dec r15",
                    "jnz 4b",
                    $($end,)*
                    "add r12, {vector}",
                    "dec r11",
                    "jnz 3b",
                    "add rsi, qword ptr [rdi + {image_step}]",
                    "add rdx, qword ptr [rdi + {output_step}]",
                    "add rcx, qword ptr [rdi + {output_step}]",
                    "dec r13",
                    "jnz 2b",
                    "vzeroupper",
                    "/* {mask} {lanes} */",
                    in("rdi") (&raw mut *strip),
                    image = const core::mem::offset_of!(Strip<$t>, image),
                    output = const core::mem::offset_of!(Strip<$t>, output),
                    winners = const core::mem::offset_of!(Strip<$t>, winners),
                    windows = const core::mem::offset_of!(Strip<$t>, windows),
                    image_step = const core::mem::offset_of!(Strip<$t>, image_step),
                    output_step = const core::mem::offset_of!(Strip<$t>, output_step),
                    vectors = const core::mem::offset_of!(Strip<$t>, vectors),
                    mask = const core::mem::offset_of!(Strip<$t>, mask),
                    lanes = const core::mem::offset_of!(Strip<$t>, lanes),
                    rows = const core::mem::offset_of!(Strip<$t>, rows),
                    columns = const core::mem::offset_of!(Strip<$t>, columns),
                    column = const core::mem::offset_of!(Strip<$t>, column),
                    row_jump = const core::mem::offset_of!(Strip<$t>, row_jump),
                    number = const core::mem::offset_of!(Strip<$t>, number),
                    number_step = const core::mem::offset_of!(Strip<$t>, number_step),
                    number_jump = const core::mem::offset_of!(Strip<$t>, number_jump),
                    share = const core::mem::offset_of!(Strip<$t>, share),
                    vector = const $size,
                    out("r12") _,
                    out("r13") _,
                    out("r14") _,
                    out("r15") _,
                    clobber_abi("sysv64"),
                    options(nostack),
                );
            }
        }
        windows as Loop<$t>
    }};
}

macro_rules! one {
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $size:literal, $cut:tt, largest) => {
        window_loop!(
            $features, $m, $t, $p, $s, $size, [$m!(best $p, $cut)], [$m!(compare $p, $cut)], [$m!(output $p, $cut)]
        )
    };
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $size:literal, $cut:tt, winners) => {
        window_loop!(
            $features, $m, $t, $p, $s, $size,
            [$m!(best $p, $cut), $m!(number)],
            [$m!(compare $p, $cut), $m!(take $p)],
            [$m!(output $p, $cut), $m!(winners $p, $cut)]
        )
    };
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $size:literal, $cut:tt, largest_above_zero) => {
        window_loop!(
            $features, $m, $t, $p, $s, $size, [$m!(nought $p, $cut)], [$m!(compare $p, $cut)], [$m!(output $p, $cut)]
        )
    };
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $size:literal, $cut:tt, winners_above_zero) => {
        window_loop!(
            $features, $m, $t, $p, $s, $size,
            [$m!(nought $p, $cut), $m!(nobody $p)],
            [$m!(compare $p, $cut), $m!(take $p)],
            [$m!(output $p, $cut), $m!(winners $p, $cut)]
        )
    };
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $size:literal, $cut:tt, to_winners) => {
        window_loop!(
            $features, $m, $t, $p, $s, $size,
            [$m!(gradient $p, $cut), $m!(read_winners $p, $cut)],
            [$m!(mine $p), $m!(image $p, $cut)],
            []
        )
    };
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $size:literal, $cut:tt, add_to_winners) => {
        window_loop!(
            $features, $m, $t, $p, $s, $size,
            [$m!(gradient $p, $cut), $m!(read_winners $p, $cut)],
            [$m!(mine $p), $m!(add_image $p, $cut), $m!(image $p, $cut)],
            []
        )
    };
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $size:literal, $cut:tt, mean) => {
        window_loop!(
            $features, $m, $t, $p, $s, $size,
            [$m!(nought $p, $cut)],
            [$m!(add $p, $cut)],
            [$m!(share $p), $m!(output $p, $cut)]
        )
    };
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $size:literal, $cut:tt, spread) => {
        window_loop!(
            $features, $m, $t, $p, $s, $size,
            [$m!(gradient $p, $cut), $m!(share $p), $m!(all $p)],
            [$m!(image $p, $cut)],
            []
        )
    };
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $size:literal, $cut:tt, add_spread) => {
        window_loop!(
            $features, $m, $t, $p, $s, $size,
            [$m!(gradient $p, $cut), $m!(share $p)],
            [$m!(all $p), $m!(add_image $p, $cut), $m!(image $p, $cut)],
            []
        )
    };
}

macro_rules! loops {
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $size:literal, $lanes:literal) => {
        Loops {
            lanes: $lanes,
            largest: loops!(both $features, $m, $t, $p, $s, $size, largest),
            winners: loops!(both $features, $m, $t, $p, $s, $size, winners),
            largest_above_zero: loops!(both $features, $m, $t, $p, $s, $size, largest_above_zero),
            winners_above_zero: loops!(both $features, $m, $t, $p, $s, $size, winners_above_zero),
            to_winners: loops!(both $features, $m, $t, $p, $s, $size, to_winners),
            add_to_winners: loops!(both $features, $m, $t, $p, $s, $size, add_to_winners),
            mean: loops!(both $features, $m, $t, $p, $s, $size, mean),
            spread: loops!(both $features, $m, $t, $p, $s, $size, spread),
            add_spread: loops!(both $features, $m, $t, $p, $s, $size, add_spread),
        }
    };
    // A mask costs nothing here, so one loop serves for both.
    (both $features:literal, avx512, $t:ty, $p:literal, $s:literal, $size:literal, $name:tt) => {
        [one!($features, avx512, $t, $p, $s, $size, cut, $name); 2]
    };
    (both $features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $size:literal, $name:tt) => {
        [
            one!($features, $m, $t, $p, $s, $size, full, $name),
            one!($features, $m, $t, $p, $s, $size, cut, $name),
        ]
    };
}

pub(super) static AVX2_F32: Loops<f32> = loops!("avx2", avx2, f32, "ps", "ss", 32, 8);
pub(super) static AVX2_F64: Loops<f64> = loops!("avx2", avx2, f64, "pd", "sd", 32, 4);
pub(super) static AVX512_F32: Loops<f32> = loops!("avx512f", avx512, f32, "ps", "ss", 64, 16);
pub(super) static AVX512_F64: Loops<f64> = loops!("avx512f", avx512, f64, "pd", "sd", 64, 8);
