//! One row times a matrix that the nearest caches do not hold: the matrix is read once, as it lies in memory, four rows
//! at a time, and the row of sums stays in the first cache. The tiles of one row would read it in stripes, which memory
//! is slower to bring.

/// `c += a[0..4] · B[0..4]`, for `fours` groups of four rows: `(a, b, b's step, c, bytes of a row, fours)`.
///
/// # Safety
///
/// The machine has the instruction set, a row is a multiple of a vector and not empty, `fours` is at least 1, all that is
/// named may be read, and `c` written.
pub(super) type StreamKernel<T> = unsafe fn(*const T, *const T, usize, *mut T, usize, usize);

#[cfg(target_arch = "x86_64")]
macro_rules! stream_row {
    ($features:literal, $class:ident, $t:ty, $p:literal, $s:literal, $size:literal, $step:literal) => {{
        #[target_feature(enable = $features)]
        unsafe fn stream_row(
            a: *const $t,
            b: *const $t,
            b_step: usize,
            c: *mut $t,
            bytes: usize,
            fours: usize,
        ) {
            // SAFETY: by the contract of `StreamKernel`; every register that is written is named.
            unsafe {
                core::arch::asm!(
                    "2:",
                    concat!("vbroadcast", $s, " {a0}, [{a}]"),
                    concat!("vbroadcast", $s, " {a1}, [{a} + ", $size, "]"),
                    concat!("vbroadcast", $s, " {a2}, [{a} + 2*", $size, "]"),
                    concat!("vbroadcast", $s, " {a3}, [{a} + 3*", $size, "]"),
                    "lea {b1}, [{b0} + {step}]",
                    "lea {b2}, [{b1} + {step}]",
                    "lea {b3}, [{b2} + {step}]",
                    "xor {i:e}, {i:e}",
                    ".p2align 5",
                    "3:",
                    concat!("vmovu", $p, " {sum}, [{c} + {i}]"),
                    concat!("vfmadd231", $p, " {sum}, {a0}, [{b0} + {i}]"),
                    concat!("vfmadd231", $p, " {sum}, {a1}, [{b1} + {i}]"),
                    concat!("vfmadd231", $p, " {sum}, {a2}, [{b2} + {i}]"),
                    concat!("vfmadd231", $p, " {sum}, {a3}, [{b3} + {i}]"),
                    concat!("vmovu", $p, " [{c} + {i}], {sum}"),
                    concat!("add {i}, ", $step),
                    "cmp {i}, {bytes}",
                    "jb 3b",
                    concat!("add {a}, 4*", $size),
                    "lea {b0}, [{b3} + {step}]",
                    "dec {fours}",
                    "jnz 2b",
                    "vzeroupper",
                    a = inout(reg) a => _,
                    b0 = inout(reg) b => _,
                    b1 = out(reg) _,
                    b2 = out(reg) _,
                    b3 = out(reg) _,
                    step = in(reg) b_step,
                    c = in(reg) c,
                    i = out(reg) _,
                    bytes = in(reg) bytes,
                    fours = inout(reg) fours => _,
                    a0 = out($class) _,
                    a1 = out($class) _,
                    a2 = out($class) _,
                    a3 = out($class) _,
                    sum = out($class) _,
                    options(nostack),
                );
            }
        }
        stream_row as StreamKernel<$t>
    }};
}

#[cfg(target_arch = "x86_64")]
pub(super) const AVX2_F32: StreamKernel<f32> = stream_row!("avx2,fma", ymm_reg, f32, "ps", "ss", 4, 32);
#[cfg(target_arch = "x86_64")]
pub(super) const AVX2_F64: StreamKernel<f64> = stream_row!("avx2,fma", ymm_reg, f64, "pd", "sd", 8, 32);
#[cfg(target_arch = "x86_64")]
pub(super) const AVX512_F32: StreamKernel<f32> = stream_row!("avx512f", zmm_reg, f32, "ps", "ss", 4, 64);
#[cfg(target_arch = "x86_64")]
pub(super) const AVX512_F64: StreamKernel<f64> = stream_row!("avx512f", zmm_reg, f64, "pd", "sd", 8, 64);
