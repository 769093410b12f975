//! Transposition of many small matrices, for images that go from row-major to channels last and back.

use super::isa::isa;
use super::math::Elementary;
use super::pack;

/// Each `[rows, columns]` of `x` becomes `[columns, rows]` in `y`.
#[inline(always)]
pub(super) fn transpose<T: Elementary>(rows: usize, columns: usize, x: &[T], y: &mut [T]) {
    let size = rows * columns;
    if rows <= 1 || columns <= 1 {
        y.copy_from_slice(x);
        return;
    }
    let isa = isa();
    for (x, y) in x.chunks_exact(size).zip(y.chunks_exact_mut(size)) {
        // SAFETY: both are matrices of that many rows and columns.
        unsafe {
            pack::transpose(isa, (x.as_ptr(), columns), (rows, columns), (y.as_mut_ptr(), rows));
        }
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
