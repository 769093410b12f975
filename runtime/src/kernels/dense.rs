//! The products of a dense layer. Weights lie as `[in][out]`, which forward and the weights' gradient read as they are.

use super::isa::isa;
use super::pack;
use super::panel::{Panels, Product, Start, part};
use super::parallel::{Shared, for_each};
use super::tile::{TileScalar, TileSet};
use crate::layers::dense::DenseSpec;

/// The multiplications from which on threads are worth their start.
pub(super) const PARALLEL: usize = 5_000_000;
/// How many k a panel may have, so that it stays in the first cache while the rows go by.
const PIECE: usize = 256;
/// The rows of C that make a task, if there are enough: a common multiple of the tiles' heights is near.
const TASK_ROWS: usize = 96;
/// The rows of A from which on a copy of B pays.
const PACK_ROWS: usize = 24;
/// The columns from which on B is copied: below, it is one or two panels and dense enough as it is.
const PACK_COLUMNS: usize = 128;

/// The room for a copy of `k` × `n`, with some to begin on a cache line.
pub(crate) const fn pack_scratch(k: usize, n: usize) -> usize {
    if n >= PACK_COLUMNS { k * n + 16 } else { 0 }
}

/// The first cache line in `scratch`.
pub(super) fn aligned<T>(scratch: &mut [T]) -> &mut [T] {
    let skip = scratch.as_ptr().align_offset(64).min(scratch.len());
    &mut scratch[skip..]
}

/// `y[n][o] = b[o] + Σᵢ x[n][i] w[i][o]`, with `b` behind `w`.
pub(super) fn forward<T: TileScalar>(
    spec: &DenseSpec,
    n: usize,
    w: &[T],
    x: &[T],
    y: &mut [T],
    scratch: &mut [T],
) {
    let (m, k, o) = (n * spec.rows, spec.inputs, spec.outputs);
    let (w, b) = w.split_at(k * o);
    assert!(x.len() >= m * k && y.len() >= m * o && (b.len() >= o || !spec.bias));
    let start = if spec.bias { Start::Bias(b.as_ptr()) } else { Start::Zero };
    let product = Product::plain((m, k, o), (x.as_ptr(), k, 1), w.as_ptr(), y.as_mut_ptr(), start);
    // SAFETY: the slices are as long as the sizes say, which was asserted.
    unsafe { run(&product, Source::Rows, scratch) };
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
    let set = T::tiles(isa());
    let (m, k, n) = (product.m, product.run, product.n);
    if m == 0 || n == 0 {
        return;
    }
    let packed = k > 0 && (source != Source::Rows || (n >= PACK_COLUMNS && m >= PACK_ROWS));
    if !packed && m == 1 {
        // SAFETY: by the contract.
        unsafe { product.run_panels(set) };
        return;
    }
    let parallel = m * k * n >= PARALLEL;
    let panels = Panels::new(set, n);
    let mut product = *product;
    if packed {
        let scratch = aligned(scratch);
        assert!(scratch.len() >= k * n);
        let to = Shared::new(scratch);
        for_each(panels.count, parallel, &|panel| {
            let columns = panels.columns(panel);
            // SAFETY: each panel is apart from the others, and all together are `k * n`.
            unsafe {
                let to = to.get().add(k * columns.start);
                match source {
                    Source::Rows => pack::panel(product.b_at(columns.start), n, k, columns.len(), to),
                    Source::Columns(step) => {
                        let from = product.b_at(columns.start * step);
                        pack::transpose((from, step), (columns.len(), k), (to, columns.len()));
                    }
                }
            }
        });
        product.b = to.get();
    }
    let parts = m.div_ceil(TASK_ROWS);
    for_each(panels.count * parts, parallel, &|task| {
        let columns = panels.columns(task / parts);
        // SAFETY: rows and columns are the product's, and no two tasks share an element of C.
        unsafe {
            let panel = if packed { product.packed_columns(columns) } else { product.columns(columns) };
            panel.rows(part(m, parts, task % parts)).run_in_pieces(set, PIECE);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Real;
    use crate::kernels::isa::{Isa, with_isa};
    use crate::layers::{Backward, Forward, Layer, Mode};
    use crate::noise::Noise;

    /// Numbers from -1 to 1, the same ones each time.
    fn numbers<T: Real>(count: usize, seed: u64) -> Vec<T> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        (0..count)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                T::of((state >> 40) as f64 / (1u64 << 23) as f64 - 1.0)
            })
            .collect()
    }

    fn assert_close<T: Real>(got: &[T], want: &[f64], terms: usize, what: &str) {
        let tolerance = T::epsilon().widen() * (terms as f64 + 8.0);
        assert_eq!(got.len(), want.len());
        for (i, (got, want)) in got.iter().zip(want).enumerate() {
            assert!((got.widen() - want).abs() <= tolerance, "{what}: element {i} is {got:?}, not {want}");
        }
    }

    fn check<T: Real>(samples: usize, spec: DenseSpec) {
        let (n, k, o) = (samples * spec.rows, spec.inputs, spec.outputs);
        let biases = if spec.bias { o } else { 0 };
        let (w, x, dy) = (numbers::<T>(k * o + biases, 1), numbers::<T>(n * k, 2), numbers::<T>(n * o, 3));
        let at = |s: &[T], i: usize| s[i].widen();
        let mut want_y = vec![0.0; n * o];
        let (mut want_dx, mut want_dw) = (vec![0.0; n * k], vec![0.0; k * o + biases]);
        for s in 0..n {
            for j in 0..o {
                let d = at(&dy, s * o + j);
                let bias = if spec.bias { at(&w, k * o + j) } else { 0.0 };
                want_y[s * o + j] = bias + (0..k).map(|i| at(&x, s * k + i) * at(&w, i * o + j)).sum::<f64>();
                for i in 0..k {
                    want_dx[s * k + i] += d * at(&w, i * o + j);
                    want_dw[i * o + j] += d * at(&x, s * k + i);
                }
                if spec.bias {
                    want_dw[k * o + j] += d;
                }
            }
        }
        for isa in Isa::available() {
            let what = format!("{isa:?} {} {samples} {spec:?}", T::NAME);
            with_isa(isa, || {
                let mut y = vec![T::nan(); n * o];
                spec.forward(Forward {
                    samples,
                    mode: Mode::Predict,
                    parameters: &w,
                    inputs: &[&x],
                    outputs: &mut [&mut y],
                    saved: &mut [],
                    scratch: &mut vec![T::nan(); spec.forward_scratch(samples)],
                });
                assert_close(&y, &want_y, k, &what);
                let (mut dx, mut dw) = (vec![T::nan(); n * k], vec![T::nan(); k * o + biases]);
                spec.backward(Backward {
                    samples,
                    noise: Noise::default(),
                    parameters: &w,
                    inputs: &[&x],
                    outputs: &[&[]],
                    saved: &[],
                    output_gradients: &[&dy],
                    input_gradients: &mut [&mut dx],
                    parameter_gradients: &mut dw,
                    scratch: &mut vec![T::nan(); spec.backward_scratch(samples)],
                });
                assert_close(&dx, &want_dx, o, &what);
                assert_close(&dw, &want_dw, n, &what);
            });
        }
    }

    #[test]
    fn products_of_all_small_sizes_are_right() {
        for samples in 0..=11 {
            for inputs in 0..=11 {
                for outputs in 0..=11 {
                    let spec =
                        DenseSpec { rows: 1, inputs, outputs, bias: (samples + inputs + outputs) % 2 == 0 };
                    check::<f32>(samples, spec);
                    check::<f64>(samples, spec);
                }
            }
        }
    }

    #[test]
    fn products_of_odd_sizes_are_right() {
        let sizes =
            [(17, 17, 17), (63, 65, 67), (1, 65, 131), (1, 37, 17), (1, 40, 47), (3, 5, 97), (33, 300, 130)];
        for (samples, inputs, outputs) in sizes.into_iter().chain((1..150).step_by(7).map(|o| (1, 9, o))) {
            for bias in [true, false] {
                check::<f32>(samples, DenseSpec { rows: 1, inputs, outputs, bias });
                check::<f64>(samples, DenseSpec { rows: 3, inputs, outputs, bias });
            }
        }
    }

    #[test]
    fn the_threads_do_not_change_a_bit() {
        let (spec, n) = (DenseSpec { rows: 1, inputs: 300, outputs: 257, bias: true }, 130);
        let (w, x) = (numbers::<f32>(301 * 257, 1), numbers::<f32>(n * 300, 2));
        let run = |threads| {
            crate::parallel::set_threads(threads);
            let (mut y, mut dx, mut dw) = (vec![0.0; n * 257], vec![0.0; n * 300], vec![0.0; 301 * 257]);
            let mut scratch = vec![0.0; spec.backward_scratch(n).max(spec.forward_scratch(n))];
            forward(&spec, n, &w, &x, &mut y, &mut scratch);
            backward_parameters(&spec, n, &x, &y, &mut dw, &mut scratch);
            backward_input(&spec, n, &w, &y, &mut dx, &mut scratch);
            [y, dx, dw].map(|v| v.into_iter().map(f32::to_bits).collect::<Vec<_>>())
        };
        let one = run(1);
        assert!(one == run(2) && one == run(3));
    }
}
