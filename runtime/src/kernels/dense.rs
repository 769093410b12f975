//! The products of a dense layer. Weights lie as `[in][out]`, which forward and the weights' gradient read as they are.

use super::isa::isa;
use super::map::FormulaKernels;
use super::pack;
use super::panel::{Panels, Product, Start, part};
use super::parallel::{Shared, for_each};
use super::short_row::is_short;
use super::tile::{TileScalar, TileSet};
use crate::layers::dense::DenseSpec;

/// The multiplications from which on threads are worth their start.
pub(super) const PARALLEL: usize = 5_000_000;
/// How many k a panel may have, so that it stays in the first cache while the rows go by.
const PIECE: usize = 256;
/// The rows of C that make a task, if there are enough: a common multiple of the tiles' heights is near.
const TASK_ROWS: usize = 96;
/// The rows of A from which on a copy of B pays.
const PACK_ROWS: usize = 48;
/// The columns from which on B is copied: below, it is one or two panels and dense enough as it is.
const PACK_COLUMNS: usize = 128;

/// The bytes of B from which on one row of A lets them stream by in the order of memory.
const STREAMED: usize = 256 * 1024;
/// The rows of A that make a task where B is copied.
const PACKED_ROWS: usize = 256;
/// The tasks that a copy is cut into.
const COPIES: usize = 8;

/// The room for copies of pieces of B, if a product of `m` × `k` by `k` × `n` makes them.
pub(crate) const fn pack_scratch(m: usize, k: usize, n: usize, transposed: bool) -> usize {
    if transposed || (m >= PACK_ROWS && n >= PACK_COLUMNS) {
        let piece = if k < PIECE { k } else { PIECE };
        piece * n + 16
    } else {
        0
    }
}

/// The first cache line in `scratch`.
pub(super) fn aligned<T>(scratch: &mut [T]) -> &mut [T] {
    let skip = scratch.as_ptr().align_offset(64).min(scratch.len());
    &mut scratch[skip..]
}

/// `y[n][o] = b[o] + Σᵢ x[n][i] w[i][o]`, with `b` behind `w`.
pub(super) fn forward<T: TileScalar + FormulaKernels>(
    spec: &DenseSpec,
    n: usize,
    w: &[T],
    x: &[T],
    y: &mut [T],
    scratch: &mut [T],
) {
    let (m, k, o) = (n * spec.rows, spec.inputs, spec.outputs);
    if m == 1 && is_short(spec) {
        return T::dense_row(spec, w, x, y);
    }
    let (w, b) = w.split_at(k * o);
    assert!(x.len() >= m * k && y.len() >= m * o && (b.len() >= o || !spec.bias));
    let start = if spec.bias { Start::Bias(b.as_ptr()) } else { Start::Zero };
    let product = Product::plain((m, k, o), (x.as_ptr(), k, 1), w.as_ptr(), y.as_mut_ptr(), start);
    // SAFETY: the slices are as long as the sizes say, which was asserted.
    unsafe {
        if m == 1 && product.is_row(T::tiles(isa())) {
            product.run_row(T::tiles(isa()));
        } else {
            run(&product, Source::Rows, scratch);
        }
    }
}

/// `dw[i][o] = Σₙ x[n][i] dy[n][o]`, followed by `db[o] = Σₙ dy[n][o]`.
pub(super) fn backward_parameters<T: TileScalar>(
    spec: &DenseSpec,
    n: usize,
    x: &[T],
    dy: &[T],
    dw: &mut [T],
    scratch: &mut [T],
) {
    let (m, k, o) = (n * spec.rows, spec.inputs, spec.outputs);
    let (dw, db) = dw.split_at_mut(k * o);
    assert!(x.len() >= m * k && dy.len() >= m * o && (db.len() >= o || !spec.bias));
    let product = Product::plain((k, m, o), (x.as_ptr(), 1, k), dy.as_ptr(), dw.as_mut_ptr(), Start::Zero);
    // SAFETY: the slices are as long as the sizes say, which was asserted.
    unsafe { run(&product, Source::Rows, scratch) };
    if spec.bias {
        column_sums(T::tiles(isa()), m, dy, &mut db[..o], Start::Zero);
    }
}

/// `dx[n][i] = Σₒ dy[n][o] w[i][o]`.
pub(super) fn backward_input<T: TileScalar>(
    spec: &DenseSpec,
    n: usize,
    w: &[T],
    dy: &[T],
    dx: &mut [T],
    scratch: &mut [T],
) {
    let (m, k, o) = (n * spec.rows, spec.inputs, spec.outputs);
    assert!(w.len() >= k * o && dy.len() >= m * o && dx.len() >= m * k);
    let product = Product::plain((m, o, k), (dy.as_ptr(), o, 1), w.as_ptr(), dx.as_mut_ptr(), Start::Zero);
    // SAFETY: the slices are as long as the sizes say, which was asserted.
    unsafe { run(&product, Source::Columns(o), scratch) };
}

/// `sums[j] = start + Σₙ dy[n][j]`: a product with a row of ones.
pub(super) fn column_sums<T: TileScalar>(
    set: &TileSet<T>,
    n: usize,
    dy: &[T],
    sums: &mut [T],
    start: Start<T>,
) {
    assert!(dy.len() >= n * sums.len());
    let one = T::one();
    let product =
        Product::plain((1, n, sums.len()), (&raw const one, 0, 0), dy.as_ptr(), sums.as_mut_ptr(), start);
    // SAFETY: A's only element is read again and again, and the slices are long enough.
    unsafe { product.run_panels(set) };
}

/// How B lies.
#[derive(Clone, Copy, PartialEq)]
enum Source {
    /// As the product reads it.
    Rows,
    /// Transposed, its columns that far apart.
    Columns(usize),
}

/// A plain product, cut into tasks of some rows by one panel.
///
/// # Safety
///
/// As for `Product::run`, except that a transposed B is read by its columns; `scratch` has room for a copy of it.
unsafe fn run<T: TileScalar>(product: &Product<T>, source: Source, scratch: &mut [T]) {
    let isa = isa();
    let set = T::tiles(isa);
    let (m, k, n) = (product.m, product.run, product.n);
    if m == 0 || n == 0 {
        return;
    }
    let packed = k > 0 && (source != Source::Rows || (n >= PACK_COLUMNS && m >= PACK_ROWS));
    if !packed && m == 1 {
        // SAFETY: by the contract; a plain product has one segment.
        unsafe {
            if k * n * size_of::<T>() >= STREAMED && product.a_step == 1 {
                product.run_streamed(set);
            } else {
                product.run_panels(set);
            }
        }
        return;
    }
    let parallel = m * k * n >= PARALLEL;
    let panels = Panels::new(set, n);
    if !packed {
        let parts = m.div_ceil(TASK_ROWS);
        for_each(panels.count * parts, parallel, &|task| {
            let (panel, rows) = (task / parts, part(m, parts, task % parts));
            // SAFETY: rows and columns are the product's, and no two tasks share an element of C.
            unsafe { product.columns(panels.columns(panel)).rows(rows).run_in_pieces(set, PIECE) };
        });
        return;
    }
    let (parts, pieces) = (m.div_ceil(PACKED_ROWS), k.div_ceil(PIECE));
    let scratch = aligned(scratch);
    assert!(scratch.len() >= k.div_ceil(pieces) * n);
    let scratch = Shared::new(scratch);
    for p in 0..pieces {
        let piece = part(k, pieces, p);
        let tasks = if source == Source::Rows { COPIES } else { panels.count };
        for_each(tasks, parallel, &|task| {
            // SAFETY: each task copies rows or columns of its own to a place of its own in the room.
            unsafe {
                match source {
                    Source::Rows => {
                        let rows = part(piece.len(), COPIES, task);
                        let from = product.b_at((piece.start + rows.start) * n);
                        let to = (scratch.get(), piece.len(), rows.start);
                        pack::panels(set, (from, n), rows.len(), panels, to);
                    }
                    Source::Columns(step) => {
                        let columns = panels.columns(task);
                        let (width, to) = (columns.len(), scratch.get().add(piece.len() * columns.start));
                        let from = product.b_at(columns.start * step + piece.start);
                        pack::transpose(isa, (from, step), (width, piece.len()), (to, width));
                    }
                }
            }
        });
        for_each(panels.count * parts, parallel, &|task| {
            let columns = panels.columns(task / parts);
            let width = columns.len();
            // SAFETY: rows, columns and piece are the product's, and no two tasks share an element of C.
            unsafe {
                let b = scratch.get().add(piece.len() * columns.start);
                let whole = product.rows(part(m, parts, task % parts)).columns(columns);
                let start = if p == 0 { whole.start } else { Start::Add };
                let a = whole.a.add(piece.start * whole.a_step);
                Product { a, run: piece.len(), b, b_step: width, start, ..whole }.run(set);
            }
        });
    }
}
