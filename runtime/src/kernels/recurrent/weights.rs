//! A matrix of weights as the steps' products read it, and these products.

use crate::kernels::isa::Isa;
use crate::kernels::pack;
use crate::kernels::panel::{Packed, Panels, Product, Start, part};
use crate::kernels::tile::{TileScalar, TileSet};

/// How many k a panel may have, so that it stays in the first cache while the rows go by.
const PIECE: usize = 256;

/// A matrix `[k][n]`, as it lies or copied in the order in which the tiles read it.
pub(super) struct Matrix<'a, T> {
    start: &'a [T],
    k: usize,
    n: usize,
    /// From one row to the next, if it lies as it is.
    step: Option<usize>,
}

impl<'a, T: TileScalar> Matrix<'a, T> {
    /// Columns of rows that are `step` apart; copied, if there is room.
    pub fn of(set: &TileSet<T>, w: &'a [T], step: usize, [k, n]: [usize; 2], room: &'a mut [T]) -> Self {
        assert!(k == 0 || w.len() >= (k - 1) * step + n);
        if room.len() < k * n {
            return Matrix { start: w, k, n, step: Some(step) };
        }
        // SAFETY: the rows are as long as was asserted, and the room too.
        unsafe { pack::panels(set, (w.as_ptr(), step), k, Panels::new(set, n), (room.as_mut_ptr(), k, 0)) };
        Matrix { start: room, k, n, step: None }
    }

    /// The transpose of `n` rows of `k` columns.
    pub fn transposed(isa: Isa, w: &[T], [k, n]: [usize; 2], room: &'a mut [T]) -> Self {
        assert!(w.len() >= k * n && room.len() >= k * n);
        let panels = Panels::new(T::tiles(isa), n);
        for panel in 0..panels.count {
            let columns = panels.columns(panel);
            let width = columns.len();
            // SAFETY: both places are within what was asserted; the instruction set is the machine's.
            unsafe {
                let from = w.as_ptr().add(columns.start * k);
                let to = room.as_mut_ptr().add(columns.start * k);
                pack::transpose(isa, (from, k), (width, k), (to, width));
            }
        }
        Matrix { start: room, k, n, step: None }
    }

    /// `C = start + A B` over some of B's rows, for `m` rows of A and C that are `a_row` and `c_row` apart.
    pub fn multiply(
        &self,
        set: &TileSet<T>,
        m: usize,
        rows: core::ops::Range<usize>,
        (a, a_row): (&[T], usize),
        (c, c_row): (&mut [T], usize),
        start: Bias<'_, T>,
    ) {
        let (k, n) = (rows.len(), self.n);
        if m == 0 || n == 0 {
            return;
        }
        assert!(rows.end <= self.k && (k == 0 || a.len() >= (m - 1) * a_row + k));
        assert!(c.len() >= (m - 1) * c_row + n);
        let start = match start {
            Bias::Zero => Start::Zero,
            Bias::Add => Start::Add,
            Bias::Row(bias) => {
                assert!(bias.len() >= n);
                Start::Bias(bias.as_ptr())
            }
        };
        let plain =
            Product::plain((m, k, n), (a.as_ptr(), a_row, 1), self.start.as_ptr(), c.as_mut_ptr(), start);
        let product = Product { c_step: c_row, ..plain };
        // SAFETY: A, B, C and the bias are as long as was asserted, here and where the matrix was made.
        unsafe {
            match self.step {
                Some(step) => {
                    let b = self.start.as_ptr().add(rows.start * step);
                    Product { b, b_step: step, ..product }.run_panels(set);
                }
                None => {
                    let packed = Packed { k: self.k, skip: rows.start };
                    let panels = Panels::new(set, n);
                    for panel in 0..panels.count {
                        product.packed_columns(panels.columns(panel), packed).run_in_pieces(set, PIECE);
                    }
                }
            }
        }
    }

    /// The same over all rows.
    pub fn multiply_all(
        &self,
        set: &TileSet<T>,
        m: usize,
        a: (&[T], usize),
        c: (&mut [T], usize),
        start: Bias<'_, T>,
    ) {
        self.multiply(set, m, 0..self.k, a, c, start);
    }
}

/// What a product starts from.
pub(super) enum Bias<'a, T> {
    Zero,
    Add,
    Row(&'a [T]),
}

/// A product over all samples at all steps, `C = Aᵀ B` with A's and B's rows one after another.
pub(super) struct Outer<'a, T> {
    pub a: &'a [T],
    /// The columns of A, which are the rows of C.
    pub m: usize,
    /// The first of these columns of C, whose rows are `c_row` apart.
    pub c: *mut T,
    pub c_row: usize,
}

/// How many k of B are copied at once: so many stay in the first cache while the rows of C go by.
pub(super) const OUTER_PIECE: usize = 128;

/// Adds up, or begins with, products of several A with some columns of one B, whose rows are `b_row` apart. B is copied
/// piece by piece into `room`: as it lies, every row would be in the same few places of the cache.
///
/// # Safety
///
/// Each `c` may be written at all of its rows' columns, and by nobody else meanwhile. A tile spans the columns.
pub(super) unsafe fn outer<T: TileScalar>(
    set: &TileSet<T>,
    k: usize,
    (b, b_row): (&[T], usize),
    columns: usize,
    products: &[Outer<'_, T>],
    room: &mut [T],
    add: bool,
) {
    assert!(k == 0 || b.len() >= (k - 1) * b_row + columns);
    assert!(products.iter().all(|product| product.a.len() >= k * product.m));
    let pieces = k.div_ceil(OUTER_PIECE);
    for p in 0..pieces {
        let piece = part(k, pieces, p);
        assert!(room.len() >= piece.len() * columns);
        let start = if add || p > 0 { Start::Add } else { Start::Zero };
        // SAFETY: A, B and the room are as long as was asserted, and C is the caller's.
        unsafe {
            pack::panel(
                set,
                (b.as_ptr().add(piece.start * b_row), b_row),
                piece.len(),
                columns,
                room.as_mut_ptr(),
            );
            for &Outer { a, m, c, c_row } in products {
                let a = (a.as_ptr().add(piece.start * m), 1, m);
                let plain = Product::plain((m, piece.len(), columns), a, room.as_ptr(), c, start);
                Product { c_step: c_row, ..plain }.run(set);
            }
        }
    }
}
