//! The loops of `sweep` in assembly for AVX2 and AVX-512.
//!
//! Assembly, as the tiles are, so that a user's unoptimized build runs them at full speed.

use super::sweep::Sweeps;

/// A function around a loop: `$class` is the class of its vector registers, `$i` runs over the bytes of the rows, `$j`
/// over those of the repeated numbers.
macro_rules! sweep {
    ($features:literal, $class:ident, $step:literal, ($($argument:ident: $type:ty),*), {$($name:ident = $value:expr),*},
     [$($register:ident)*], [$($body:expr),*]) => {{
        #[target_feature(enable = $features)]
        unsafe fn sweep($($argument: $type,)* bytes: usize, period: usize) {
            // SAFETY: the caller gives slices of that many bytes, a multiple of the step and at least one, and repeated
            // numbers of `period` bytes; what is written is named.
            unsafe {
                core::arch::asm!(
                    "xor {i:e}, {i:e}",
                    "3:",
                    "xor {j:e}, {j:e}",
                    ".p2align 5",
                    "2:",
                    $($body,)*
                    concat!("add {i}, ", $step),
                    concat!("add {j}, ", $step),
                    "cmp {j}, {period}",
                    "jb 2b",
                    "cmp {i}, {bytes}",
                    "jb 3b",
                    "vzeroupper",
                    i = out(reg) _,
                    j = out(reg) _,
                    bytes = in(reg) bytes,
                    period = in(reg) period,
                    $($name = in(reg) $value,)*
                    $($register = out($class) _,)*
                    options(nostack),
                );
            }
        }
        sweep
    }};
}

macro_rules! sweeps {
    ($features:literal, $class:ident, $t:ty, $p:literal, $size:literal, $step:literal) => {
        Sweeps {
            lanes: $step / $size,
            add: sweep!(
                $features, $class, $step, (y: *mut $t, a: *const $t, b: *const $t), {y = y, a = a, b = b}, [t],
                [
                    concat!("vmovu", $p, " {t}, [{a} + {i}]"),
                    concat!("vadd", $p, " {t}, {t}, [{b} + {i}]"),
                    concat!("vmovu", $p, " [{y} + {i}], {t}")
                ]
            ),
            sum: sweep!(
                $features, $class, $step, (sums: *mut $t, x: *const $t), {sums = sums, x = x}, [s],
                [
                    concat!("vmovu", $p, " {s}, [{sums} + {j}]"),
                    concat!("vadd", $p, " {s}, {s}, [{x} + {i}]"),
                    concat!("vmovu", $p, " [{sums} + {j}], {s}")
                ]
            ),
            squares: sweep!(
                $features, $class, $step, (sums: *mut $t, x: *const $t, mean: *const $t),
                {sums = sums, x = x, mean = mean}, [t],
                [
                    concat!("vmovu", $p, " {t}, [{x} + {i}]"),
                    concat!("vsub", $p, " {t}, {t}, [{mean} + {j}]"),
                    concat!("vmul", $p, " {t}, {t}, {t}"),
                    concat!("vadd", $p, " {t}, {t}, [{sums} + {j}]"),
                    concat!("vmovu", $p, " [{sums} + {j}], {t}")
                ]
            ),
            products: sweep!(
                $features, $class, $step, (sums: [*mut $t; 2], x: *const $t, dy: *const $t, mean: *const $t),
                {plain = sums[0], products = sums[1], x = x, dy = dy, mean = mean}, [t g s],
                [
                    concat!("vmovu", $p, " {g}, [{dy} + {i}]"),
                    concat!("vmovu", $p, " {t}, [{x} + {i}]"),
                    concat!("vsub", $p, " {t}, {t}, [{mean} + {j}]"),
                    concat!("vadd", $p, " {s}, {g}, [{plain} + {j}]"),
                    concat!("vmul", $p, " {t}, {g}, {t}"),
                    concat!("vmovu", $p, " [{plain} + {j}], {s}"),
                    concat!("vadd", $p, " {t}, {t}, [{products} + {j}]"),
                    concat!("vmovu", $p, " [{products} + {j}], {t}")
                ]
            ),
            normalise: sweep!(
                $features, $class, $step, (y: *mut $t, x: *const $t, wide: [*const $t; 3]),
                {y = y, x = x, mean = wide[0], scale = wide[1], bias = wide[2]}, [t],
                [
                    concat!("vmovu", $p, " {t}, [{x} + {i}]"),
                    concat!("vsub", $p, " {t}, {t}, [{mean} + {j}]"),
                    concat!("vmul", $p, " {t}, {t}, [{scale} + {j}]"),
                    concat!("vadd", $p, " {t}, {t}, [{bias} + {j}]"),
                    concat!("vmovu", $p, " [{y} + {i}], {t}")
                ]
            ),
            gradient: sweep!(
                $features, $class, $step, (dx: *mut $t, x: *const $t, dy: *const $t, wide: [*const $t; 4]),
                {dx = dx, x = x, dy = dy, mean = wide[0], scale = wide[1], slope = wide[2], offset = wide[3]}, [t g],
                [
                    concat!("vmovu", $p, " {t}, [{x} + {i}]"),
                    concat!("vmovu", $p, " {g}, [{dy} + {i}]"),
                    concat!("vsub", $p, " {t}, {t}, [{mean} + {j}]"),
                    concat!("vmul", $p, " {g}, {g}, [{scale} + {j}]"),
                    concat!("vmul", $p, " {t}, {t}, [{slope} + {j}]"),
                    concat!("vadd", $p, " {t}, {t}, [{offset} + {j}]"),
                    concat!("vadd", $p, " {g}, {g}, {t}"),
                    concat!("vmovu", $p, " [{dx} + {i}], {g}")
                ]
            ),
        }
    };
}

pub(super) static AVX2_F32: Sweeps<f32> = sweeps!("avx2", ymm_reg, f32, "ps", 4, 32);
pub(super) static AVX2_F64: Sweeps<f64> = sweeps!("avx2", ymm_reg, f64, "pd", 8, 32);
pub(super) static AVX512_F32: Sweeps<f32> = sweeps!("avx512f", zmm_reg, f32, "ps", 4, 64);
pub(super) static AVX512_F64: Sweeps<f64> = sweeps!("avx512f", zmm_reg, f64, "pd", 8, 64);
