//! Numbers that are read or added up where strides say: other orders of axes, repetition, sums along axes.
//!
//! One side of a sample lies dense, in the order of its axes; for each axis, `[size, stride]` says how far apart its
//! neighbours lie on the other side. Stride 0 repeats a number when reading, and adds numbers up when writing.

use super::lanes;
use super::math::Elementary;

/// Calls `f(dense, strided)` with the places of each run along the innermost axis.
#[inline(always)]
fn runs(axes: &[[usize; 2]], mut f: impl FnMut(usize, usize)) {
    let (len, outer) = match axes.split_last() {
        Some((&[len, _], outer)) => (len, outer),
        None => (1, axes),
    };
    let count: usize = outer.iter().map(|[size, _]| size).product();
    for run in 0..count {
        let (mut rest, mut place) = (run, 0);
        for &[size, stride] in outer.iter().rev() {
            place += rest % size * stride;
            rest /= size;
        }
        f(run * len, place);
    }
}

fn innermost(axes: &[[usize; 2]]) -> [usize; 2] {
    axes.last().copied().unwrap_or([1, 1])
}

/// `y[i] = scale · x[place of i]`, for whole samples: `dense` numbers in `y`, `strided` in `x`.
#[inline(always)]
pub(super) fn gather<T: Elementary>(
    axes: &[[usize; 2]],
    [strided, dense]: [usize; 2],
    scale: f64,
    x: &[T],
    y: &mut [T],
) {
    let scale = T::of(scale);
    let [len, stride] = innermost(axes);
    for (x, y) in x.chunks_exact(strided).zip(y.chunks_exact_mut(dense)) {
        runs(axes, |to, from| {
            let y = &mut y[to..][..len];
            match stride {
                0 => y.fill(scale * x[from]),
                1 => y.iter_mut().zip(&x[from..][..len]).for_each(|(y, &x)| *y = scale * x),
                _ => y.iter_mut().zip(x[from..].iter().step_by(stride)).for_each(|(y, &x)| *y = scale * x),
            }
        });
    }
}

/// `y[place of i] = scale · Σ x[i]`, for whole samples: `dense` numbers in `x`, `strided` in `y`.
#[inline(always)]
pub(super) fn scatter<T: Elementary>(
    axes: &[[usize; 2]],
    [dense, strided]: [usize; 2],
    scale: f64,
    x: &[T],
    y: &mut [T],
) {
    let [len, stride] = innermost(axes);
    y.fill(T::zero());
    for (x, y) in x.chunks_exact(dense).zip(y.chunks_exact_mut(strided)) {
        runs(axes, |from, to| {
            let x = &x[from..][..len];
            match stride {
                0 => y[to] += lanes::sum(x, |x| x),
                1 => y[to..][..len].iter_mut().zip(x).for_each(|(y, &x)| *y += x),
                _ => y[to..].iter_mut().step_by(stride).zip(x).for_each(|(y, &x)| *y += x),
            }
        });
    }
    if scale != 1.0 {
        let scale = T::of(scale);
        y.iter_mut().for_each(|y| *y *= scale);
    }
}
