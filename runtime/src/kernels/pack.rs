//! Copies of a matrix in the order in which the tiles read it: panel after panel, each `[k][columns of the panel]`.

use super::tile::TileScalar;

/// Copies `columns` columns of `k` rows, each `step` apart, into one panel.
///
/// # Safety
///
/// `from` is `k` rows of `columns` scalars, `step` apart; `to` has room for `k · columns`.
pub(super) unsafe fn panel<T: TileScalar>(from: *const T, step: usize, k: usize, columns: usize, to: *mut T) {
    for row in 0..k {
        // SAFETY: by the contract.
        unsafe { core::ptr::copy_nonoverlapping(from.add(row * step), to.add(row * columns), columns) };
    }
}

/// Writes the transpose: `to[c][r] = from[r][c]`.
///
/// # Safety
///
/// `from` is `rows` rows of `columns` scalars, `from_step` apart; `to` is `columns` rows of `rows`, `to_step` apart.
pub(super) unsafe fn transpose<T: TileScalar>(
    (from, from_step): (*const T, usize),
    (rows, columns): (usize, usize),
    (to, to_step): (*mut T, usize),
) {
    const BLOCK: usize = 8;
    // SAFETY: by the contract; all indices stay below `rows` and `columns`.
    unsafe {
        for r0 in (0..rows).step_by(BLOCK) {
            let height = BLOCK.min(rows - r0);
            for c in 0..columns {
                let (from, to) = (from.add(r0 * from_step + c), to.add(c * to_step + r0));
                for r in 0..height {
                    *to.add(r) = *from.add(r * from_step);
                }
            }
        }
    }
}
