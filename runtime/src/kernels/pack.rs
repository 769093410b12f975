//! Copies of a matrix in the order in which the tiles read it: panel after panel, each `[k][columns of the panel]`.

use super::isa::Isa;
use super::panel::Panels;
use super::tile::{TileScalar, TileSet};

/// Copies rows of whole vectors: `(from, bytes from row to row, to, bytes of a row, rows)`.
pub(super) type CopyRows<T> = unsafe fn(*const T, usize, *mut T, usize, usize);

/// Copies `columns` columns of `k` rows, each `step` apart, into one panel.
///
/// # Safety
///
/// `from` is `k` rows of `columns` scalars, `step` apart; `to` has room for `k · columns`. The set is that of an
/// instruction set that the machine has.
pub(super) unsafe fn panel<T: TileScalar>(
    set: &TileSet<T>,
    (from, step): (*const T, usize),
    k: usize,
    columns: usize,
    to: *mut T,
) {
    let bytes = size_of::<T>();
    // SAFETY: by the contract.
    unsafe {
        match set.copy_rows {
            Some(copy) if k > 0 && columns > 0 && columns.is_multiple_of(set.lanes) => {
                copy(from, step * bytes, to, columns * bytes, k);
            }
            _ => {
                for row in 0..k {
                    core::ptr::copy_nonoverlapping(from.add(row * step), to.add(row * columns), columns);
                }
            }
        }
    }
}

/// The rows that are copied panel by panel: few, so that memory is read in its order.
const ROWS_AT_ONCE: usize = 8;

/// Copies all columns of `k` rows, each `step` apart, into panels that have room for `room` rows and get these from the
/// row `first` on.
///
/// # Safety
///
/// As for [`panel`], with the columns of `panels`; `to` has room for `room` rows of them all, `first + k` at least.
pub(super) unsafe fn panels<T: TileScalar>(
    set: &TileSet<T>,
    (from, step): (*const T, usize),
    k: usize,
    panels: Panels,
    (to, room, first): (*mut T, usize, usize),
) {
    for start in (0..k).step_by(ROWS_AT_ONCE) {
        let rows = ROWS_AT_ONCE.min(k - start);
        for p in 0..panels.count {
            let columns = panels.columns(p);
            let width = columns.len();
            // SAFETY: by the contract; the panels before this one hold `room` rows of the columns before.
            unsafe {
                let from = from.add(start * step + columns.start);
                panel(set, (from, step), rows, width, to.add(room * columns.start + (first + start) * width));
            }
        }
    }
}

/// A call of `memcpy` for each row of a panel costs more than the copy itself.
#[cfg(target_arch = "x86_64")]
macro_rules! copy_rows {
    ($features:literal, $class:ident, $t:ty, $step:literal) => {{
        #[target_feature(enable = $features)]
        unsafe fn copy_rows(from: *const $t, from_step: usize, to: *mut $t, bytes: usize, rows: usize) {
            // SAFETY: the caller gives at least one row of at least one vector; every register that is written is named.
            unsafe {
                core::arch::asm!(
                    "2:",
                    "xor {i:e}, {i:e}",
                    "3:",
                    "vmovups {v}, [{from} + {i}]",
                    "vmovups [{to} + {i}], {v}",
                    concat!("add {i}, ", $step),
                    "cmp {i}, {bytes}",
                    "jb 3b",
                    "add {from}, {from_step}",
                    "add {to}, {bytes}",
                    "dec {rows}",
                    "jnz 2b",
                    "vzeroupper",
                    from = inout(reg) from => _,
                    from_step = in(reg) from_step,
                    to = inout(reg) to => _,
                    bytes = in(reg) bytes,
                    rows = inout(reg) rows => _,
                    i = out(reg) _,
                    v = out($class) _,
                    options(nostack),
                );
            }
        }
        copy_rows as CopyRows<$t>
    }};
}

#[cfg(target_arch = "x86_64")]
pub(super) const AVX2_F32: CopyRows<f32> = copy_rows!("avx2", ymm_reg, f32, 32);
#[cfg(target_arch = "x86_64")]
pub(super) const AVX2_F64: CopyRows<f64> = copy_rows!("avx2", ymm_reg, f64, 32);
#[cfg(target_arch = "x86_64")]
pub(super) const AVX512_F32: CopyRows<f32> = copy_rows!("avx512f", zmm_reg, f32, 64);
#[cfg(target_arch = "x86_64")]
pub(super) const AVX512_F64: CopyRows<f64> = copy_rows!("avx512f", zmm_reg, f64, 64);

/// Transposes a strip of whole blocks: `(from, from_step, to, to_step, blocks)`, the steps in bytes. A block has as many
/// rows and columns as a vector has scalars; the next one is to the right of it in `from`, and below it in `to`.
pub(super) type Strip<T> = unsafe fn(*const T, usize, *mut T, usize, usize);

/// Writes the transpose: `to[c][r] = from[r][c]`.
///
/// # Safety
///
/// `from` is `rows` rows of `columns` scalars, `from_step` apart; `to` is `columns` rows of `rows`, `to_step` apart. The
/// machine has the instruction set.
pub(super) unsafe fn transpose<T: TileScalar>(
    isa: Isa,
    (from, from_step): (*const T, usize),
    (rows, columns): (usize, usize),
    (to, to_step): (*mut T, usize),
) {
    let (block, strip) = T::strip(isa);
    let bytes = size_of::<T>();
    // SAFETY: by the contract; all indices stay below `rows` and `columns`.
    unsafe {
        for r0 in (0..rows).step_by(block) {
            let height = block.min(rows - r0);
            let (from, to) = (from.add(r0 * from_step), to.add(r0));
            let mut done = 0;
            if let Some(strip) = strip.filter(|_| height == block && columns >= block) {
                strip(from, from_step * bytes, to, to_step * bytes, columns / block);
                done = columns - columns % block;
            }
            for c in done..columns {
                for r in 0..height {
                    *to.add(c * to_step + r) = *from.add(r * from_step + c);
                }
            }
        }
    }
}

/// Blocks of eight by eight `f32`: two halves of four columns, in each of which every 128-bit lane is transposed.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn strip_f32(
    from: *const f32,
    from_step: usize,
    to: *mut f32,
    to_step: usize,
    blocks: usize,
) {
    macro_rules! half {
        ($at:literal) => {
            concat!(
                "vmovups xmm0, [rsi + ",
                $at,
                "]\n",
                "vinsertf128 ymm0, ymm0, [r10 + ",
                $at,
                "], 1\n",
                "vmovups xmm1, [rsi + r8 + ",
                $at,
                "]\n",
                "vinsertf128 ymm1, ymm1, [r10 + r8 + ",
                $at,
                "], 1\n",
                "vmovups xmm2, [rsi + 2*r8 + ",
                $at,
                "]\n",
                "vinsertf128 ymm2, ymm2, [r10 + 2*r8 + ",
                $at,
                "], 1\n",
                "vmovups xmm3, [rsi + r9 + ",
                $at,
                "]\n",
                "vinsertf128 ymm3, ymm3, [r10 + r9 + ",
                $at,
                "], 1\n",
                "vunpcklps ymm4, ymm0, ymm1\n",
                "vunpckhps ymm5, ymm0, ymm1\n",
                "vunpcklps ymm6, ymm2, ymm3\n",
                "vunpckhps ymm7, ymm2, ymm3\n",
                "vunpcklpd ymm0, ymm4, ymm6\n",
                "vunpckhpd ymm1, ymm4, ymm6\n",
                "vunpcklpd ymm2, ymm5, ymm7\n",
                "vunpckhpd ymm3, ymm5, ymm7\n",
                "vmovups [rdi], ymm0\n",
                "vmovups [rdi + r11], ymm1\n",
                "vmovups [rdi + 2*r11], ymm2\n",
                "vmovups [rdi + rax], ymm3\n",
                "lea rdi, [rdi + 4*r11]"
            )
        };
    }
    // SAFETY: the caller gives `blocks` blocks of eight by eight, at least one; every register that is written is named.
    unsafe {
        core::arch::asm!(
            "lea r9, [r8 + 2*r8]",
            "lea r10, [rsi + 4*r8]",
            "lea rax, [r11 + 2*r11]",
            "2:",
            half!(0),
            half!(16),
            "add rsi, 32",
            "add r10, 32",
            "dec rcx",
            "jnz 2b",
            "vzeroupper",
            inout("rsi") from => _,
            in("r8") from_step,
            inout("rdi") to => _,
            in("r11") to_step,
            inout("rcx") blocks => _,
            out("r9") _,
            out("r10") _,
            out("rax") _,
            clobber_abi("sysv64"),
            options(nostack),
        );
    }
}

/// Blocks of four by four `f64`.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn strip_f64(
    from: *const f64,
    from_step: usize,
    to: *mut f64,
    to_step: usize,
    blocks: usize,
) {
    // SAFETY: the caller gives `blocks` blocks of four by four, at least one; every register that is written is named.
    unsafe {
        core::arch::asm!(
            "lea r9, [r8 + 2*r8]",
            "lea rax, [r11 + 2*r11]",
            "2:",
            "vmovupd xmm0, [rsi]",
            "vinsertf128 ymm0, ymm0, [rsi + 2*r8], 1",
            "vmovupd xmm1, [rsi + r8]",
            "vinsertf128 ymm1, ymm1, [rsi + r9], 1",
            "vmovupd xmm2, [rsi + 16]",
            "vinsertf128 ymm2, ymm2, [rsi + 2*r8 + 16], 1",
            "vmovupd xmm3, [rsi + r8 + 16]",
            "vinsertf128 ymm3, ymm3, [rsi + r9 + 16], 1",
            "vunpcklpd ymm4, ymm0, ymm1",
            "vunpckhpd ymm5, ymm0, ymm1",
            "vunpcklpd ymm6, ymm2, ymm3",
            "vunpckhpd ymm7, ymm2, ymm3",
            "vmovupd [rdi], ymm4",
            "vmovupd [rdi + r11], ymm5",
            "vmovupd [rdi + 2*r11], ymm6",
            "vmovupd [rdi + rax], ymm7",
            "lea rdi, [rdi + 4*r11]",
            "add rsi, 32",
            "dec rcx",
            "jnz 2b",
            "vzeroupper",
            inout("rsi") from => _,
            in("r8") from_step,
            inout("rdi") to => _,
            in("r11") to_step,
            inout("rcx") blocks => _,
            out("r9") _,
            out("rax") _,
            clobber_abi("sysv64"),
            options(nostack),
        );
    }
}
