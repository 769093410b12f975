//! Sums over the rows of a matrix, for each of its columns.

use crate::Real;

/// How many columns are summed side by side.
pub(crate) const COLUMNS: usize = 32;
/// How many rows are summed before their sum is added to the others': a long sum then loses fewer digits.
const ROWS: usize = 64;

/// Writes `K` sums over `rows` rows for each column, of which there are as many as each of `sums` is long (an empty
/// one is not asked for). `add(row, first, len, partial)` adds what one row gives for the `len` columns from `first`
/// on. The order of the additions depends on the number of rows alone.
#[inline(always)]
pub(super) fn column_sums<T: Real, const K: usize>(
    rows: usize,
    columns: usize,
    sums: [&mut [T]; K],
    add: impl Fn(usize, usize, usize, &mut [[T; COLUMNS]; K]),
) {
    let mut sums = sums;
    for first in (0..columns).step_by(COLUMNS) {
        let len = COLUMNS.min(columns - first);
        let mut total = [[T::zero(); COLUMNS]; K];
        for block in (0..rows).step_by(ROWS) {
            let mut partial = [[T::zero(); COLUMNS]; K];
            let rows = block..rows.min(block + ROWS);
            // A length that is known leaves the sums in registers.
            if len == COLUMNS {
                rows.for_each(|row| add(row, first, COLUMNS, &mut partial));
            } else {
                rows.for_each(|row| add(row, first, len, &mut partial));
            }
            for (t, p) in total.as_flattened_mut().iter_mut().zip(partial.as_flattened()) {
                *t += *p;
            }
        }
        for (sums, total) in sums.iter_mut().zip(&total) {
            if !sums.is_empty() {
                sums[first..first + len].copy_from_slice(&total[..len]);
            }
        }
    }
}
