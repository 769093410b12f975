//! Transposition of many small matrices, for images that go from row-major to channels last and back.

use super::math::Elementary;

const BLOCK: usize = 8;

/// Each `[rows, columns]` of `x` becomes `[columns, rows]` in `y`.
#[inline(always)]
pub(super) fn transpose<T: Elementary>(rows: usize, columns: usize, x: &[T], y: &mut [T]) {
    let size = rows * columns;
    if rows <= 1 || columns <= 1 {
        y.copy_from_slice(x);
        return;
    }
    for (x, y) in x.chunks_exact(size).zip(y.chunks_exact_mut(size)) {
        for r in (0..rows).step_by(BLOCK) {
            for c in (0..columns).step_by(BLOCK) {
                if r + BLOCK <= rows && c + BLOCK <= columns {
                    block(rows, columns, &x[r * columns + c..], &mut y[c * rows + r..]);
                } else {
                    for j in c..(c + BLOCK).min(columns) {
                        for i in r..(r + BLOCK).min(rows) {
                            y[j * rows + i] = x[i * columns + j];
                        }
                    }
                }
            }
        }
    }
}

/// One whole block, through registers.
#[inline(always)]
fn block<T: Elementary>(rows: usize, columns: usize, x: &[T], y: &mut [T]) {
    let mut b = [[T::zero(); BLOCK]; BLOCK];
    for (i, b) in b.iter_mut().enumerate() {
        b.copy_from_slice(&x[i * columns..][..BLOCK]);
    }
    for j in 0..BLOCK {
        let mut column = [T::zero(); BLOCK];
        for i in 0..BLOCK {
            column[i] = b[i][j];
        }
        y[j * rows..][..BLOCK].copy_from_slice(&column);
    }
}

/// Runs of `len` numbers from `x` into `y`; `from` and `to` are each the distance of two runs and the place of the first.
#[inline(always)]
pub(super) fn copy_runs<T: Elementary>(
    runs: usize,
    len: usize,
    from: [usize; 2],
    to: [usize; 2],
    x: &[T],
    y: &mut [T],
) {
    for run in 0..runs {
        y[run * to[0] + to[1]..][..len].copy_from_slice(&x[run * from[0] + from[1]..][..len]);
    }
}
