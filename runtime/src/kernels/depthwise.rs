//! Convolutions of each channel by itself: vector loops over the channels of a pixel, since there is nothing to sum
//! over within one.

use super::convolution::shards;
use super::dense::PARALLEL;
use super::panel::part;
use super::parallel::{Shared, for_each};
use super::tile::TileScalar;
use crate::layers::conv2d::Conv2dSpec;

/// Calls `f` with each tap's number, and for each output pixel that it reads a pixel of the image for with both pixels'
/// numbers.
fn for_taps(spec: &Conv2dSpec, mut f: impl FnMut(usize, usize, usize)) {
    let [height, width] = spec.output_size();
    let [top, left] = [spec.padding[0][0], spec.padding[1][0]];
    for y in 0..height {
        for ky in 0..spec.kernel[0] {
            let Some(iy) = (y * spec.stride[0] + ky * spec.dilation[0]).checked_sub(top) else { continue };
            if iy >= spec.height {
                continue;
            }
            for kx in 0..spec.kernel[1] {
                for x in 0..width {
                    let Some(ix) = (x * spec.stride[1] + kx * spec.dilation[1]).checked_sub(left) else {
                        continue;
                    };
                    if ix >= spec.width {
                        break;
                    }
                    f(ky * spec.kernel[1] + kx, y * width + x, iy * spec.width + ix);
                }
            }
        }
    }
}

/// `y[i] += a[i] b[i]`.
#[inline]
pub(super) fn multiply_add<T: TileScalar>(y: &mut [T], a: &[T], b: &[T]) {
    for ((y, a), b) in y.iter_mut().zip(a).zip(b) {
        *y += *a * *b;
    }
}

/// Every pixel of `y` is `b`, or zero if there is none.
pub(super) fn fill<T: TileScalar>(y: &mut [T], b: &[T]) {
    if b.is_empty() {
        y.fill(T::zero());
    } else {
        y.chunks_exact_mut(b.len()).for_each(|y| y.copy_from_slice(b));
    }
}

/// `y[p][c] = b[c] + Σ x[p · stride + tap][c] w[tap][c]`.
pub(super) fn forward<T: TileScalar>(
    spec: &Conv2dSpec,
    samples: usize,
    w: &[T],
    b: &[T],
    x: &[T],
    y: &mut [T],
) {
    let [height, width] = spec.output_size();
    let c = spec.channels;
    let (input, output) = (spec.height * spec.width * c, height * width * c);
    let shards = shards(samples);
    let y = Shared::new(y);
    for_each(shards, samples * output * spec.taps() >= PARALLEL, &|shard| {
        for sample in part(samples, shards, shard) {
            // SAFETY: each sample's output is written by one task.
            let y = unsafe { core::slice::from_raw_parts_mut(y.get().add(sample * output), output) };
            let x = &x[sample * input..][..input];
            fill(y, if spec.bias { &b[..c] } else { &[] });
            for_taps(spec, |tap, p, q| {
                multiply_add(&mut y[p * c..][..c], &x[q * c..][..c], &w[tap * c..][..c]);
            });
        }
    });
}

/// Adds one sample's `dw[tap][c] = Σ x[p · stride + tap][c] dy[p][c]`, or writes it if it is the `first`.
pub(super) fn backward_weights<T: TileScalar>(
    spec: &Conv2dSpec,
    x: &[T],
    dy: &[T],
    dw: &mut [T],
    first: bool,
) {
    let c = spec.channels;
    if first {
        dw.fill(T::zero());
    }
    for_taps(spec, |tap, p, q| {
        multiply_add(&mut dw[tap * c..][..c], &x[q * c..][..c], &dy[p * c..][..c]);
    });
}

/// One sample's `dx[q][c] = b[c] + Σ dy[p][c] w[tap][c]` over all pixels `p` and taps with `p · stride + tap = q`; an empty
/// `b` is zero.
pub(super) fn backward_input<T: TileScalar>(spec: &Conv2dSpec, w: &[T], b: &[T], dy: &[T], dx: &mut [T]) {
    let c = spec.channels;
    fill(dx, b);
    for_taps(spec, |tap, p, q| {
        multiply_add(&mut dx[q * c..][..c], &dy[p * c..][..c], &w[tap * c..][..c]);
    });
}
