//! Pooling of images whose channels are innermost: `[samples][height][width][channels]`.

use super::isa::isa;
use super::math::Elementary;
use super::windows::{self, Run};
use core::ops::Range;

/// A window that moves over an image, and the image's sizes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Channels of the image.
    pub channels: usize,
    /// Height and width of the image.
    pub input: [usize; 2],
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// Steps of the window.
    pub stride: [usize; 2],
    /// Rows above and below, columns left and right.
    pub padding: [usize; 2],
    /// Distances between the window's elements.
    pub dilation: [usize; 2],
}

impl Window {
    /// Height and width of what comes out: `⌊(n + 2 padding - dilation (kernel - 1) - 1) / stride⌋ + 1`, and 0 where the
    /// window is larger than the image.
    #[must_use]
    pub const fn output(&self) -> [usize; 2] {
        [self.places(0), self.places(1)]
    }

    const fn places(&self, axis: usize) -> usize {
        let span = self.dilation[axis] * self.kernel[axis].saturating_sub(1) + 1;
        let padded = self.input[axis] + 2 * self.padding[axis];
        if padded < span || self.stride[axis] == 0 { 0 } else { (padded - span) / self.stride[axis] + 1 }
    }

    /// Whether the windows lie side by side, so that no element of the image is in two of them or in the padding.
    #[inline(always)]
    fn tiles(&self) -> bool {
        self.kernel == self.stride
            && self.padding == [0; 2]
            && (0..2).all(|a| self.dilation[a] == 1 || self.kernel[a] == 1)
    }

    const fn input_len(&self) -> usize {
        self.input[0] * self.input[1] * self.channels
    }

    const fn output_len(&self) -> usize {
        let [height, width] = self.output();
        height * width * self.channels
    }

    /// The elements of the window that lie in the image at its place `o`: they follow each other.
    #[inline(always)]
    fn inside(&self, axis: usize, o: usize) -> Range<usize> {
        let (start, padding, dilation) =
            (o * self.stride[axis], self.padding[axis], self.dilation[axis].max(1));
        let first = padding.saturating_sub(start).div_ceil(dilation);
        let behind = (self.input[axis] + padding).saturating_sub(start).div_ceil(dilation);
        first..behind.min(self.kernel[axis]).max(first)
    }

    /// Calls `f` for all windows that reach the image, row by row; those that reach the same elements are one run.
    #[inline(always)]
    fn runs(&self, mut f: impl FnMut(&Run)) {
        let [height, width] = self.output();
        let c = self.channels;
        let at = |axis: usize, o: usize, k: usize| {
            o * self.stride[axis] + k * self.dilation[axis] - self.padding[axis]
        };
        for oy in 0..height {
            let rows = self.inside(0, oy);
            let mut ox = 0;
            while ox < width {
                let columns = self.inside(1, ox);
                let from = ox;
                while ox < width && self.inside(1, ox) == columns {
                    ox += 1;
                }
                if rows.is_empty() || columns.is_empty() {
                    continue;
                }
                f(&Run {
                    image: (at(0, oy, rows.start) * self.input[1] + at(1, from, columns.start)) * c,
                    output: (oy * width + from) * c,
                    windows: ox - from,
                    step: self.stride[1] * c,
                    channels: c,
                    rows: rows.len(),
                    columns: columns.len(),
                    row: self.dilation[0] * self.input[1] * c,
                    column: self.dilation[1] * c,
                    first: rows.start * self.kernel[1] + columns.start,
                    numbers: self.kernel[1],
                });
            }
        }
    }

    /// Whether every window reaches some of the image.
    #[inline(always)]
    fn reaches(&self) -> bool {
        let output = self.output();
        (0..2).all(|axis| (0..output[axis]).all(|o| !self.inside(axis, o).is_empty()))
    }

    /// Whether every element of the image is in just one window.
    #[inline(always)]
    fn covers(&self) -> bool {
        let output = self.output();
        self.tiles() && (0..2).all(|axis| output[axis] * self.kernel[axis] == self.input[axis])
    }
}

/// The largest element of each window. `winners` (empty, or one for each output) gets its number in the window, or -1
/// for a window that lies in the padding altogether, whose maximum is -∞, and with `relu` for one without an element above 0.
#[inline(always)]
pub(super) fn max_pool<T: Elementary>(w: Window, relu: bool, x: &[T], y: &mut [T], winners: &mut [T]) {
    let (input, output) = (w.input_len(), w.output_len());
    if output == 0 || input == 0 || !w.reaches() {
        T::fill(y, T::neg_infinity());
        T::fill(winners, -T::one());
    }
    if output == 0 || input == 0 {
        return;
    }
    for (sample, (x, y)) in x.chunks_exact(input).zip(y.chunks_exact_mut(output)).enumerate() {
        let winners = if winners.is_empty() { &mut [] } else { &mut winners[sample * output..][..output] };
        w.runs(|run| windows::largest(run, relu, x, y, winners));
    }
}

/// The gradient goes to each window's winner, and nowhere else.
#[inline(always)]
pub(super) fn max_pool_backward<T: Elementary>(w: Window, winners: &[T], dy: &[T], dx: &mut [T]) {
    let (input, output) = (w.input_len(), w.output_len());
    if !w.covers() {
        T::fill(dx, T::zero());
    }
    if output == 0 || input == 0 {
        return;
    }
    let samples = dx.chunks_exact_mut(input).zip(winners.chunks_exact(output)).zip(dy.chunks_exact(output));
    for ((dx, winners), dy) in samples {
        w.runs(|run| windows::to_winners(run, !w.tiles(), winners, dy, dx));
    }
}

/// The factor of a window's sum: one over its elements, with the padding or without.
#[inline(always)]
fn share<T: Elementary>(w: Window, count_include_pad: bool, run: &Run) -> T {
    let count = if count_include_pad { w.kernel[0] * w.kernel[1] } else { run.rows * run.columns };
    T::one() / T::of(count as f64)
}

/// The mean of each window; the padding counts as zeros, or not at all.
#[inline(always)]
pub(super) fn avg_pool<T: Elementary>(w: Window, count_include_pad: bool, x: &[T], y: &mut [T]) {
    let (input, output) = (w.input_len(), w.output_len());
    if output == 0 || input == 0 || !w.reaches() {
        T::fill(y, T::zero());
    }
    if output == 0 || input == 0 {
        return;
    }
    for (x, y) in x.chunks_exact(input).zip(y.chunks_exact_mut(output)) {
        w.runs(|run| windows::mean(run, share(w, count_include_pad, run), x, y));
    }
}

/// Every element of a window gets its share of the window's gradient.
#[inline(always)]
pub(super) fn avg_pool_backward<T: Elementary>(w: Window, count_include_pad: bool, dy: &[T], dx: &mut [T]) {
    let (input, output) = (w.input_len(), w.output_len());
    if !w.covers() {
        T::fill(dx, T::zero());
    }
    if output == 0 || input == 0 {
        return;
    }
    for (dx, dy) in dx.chunks_exact_mut(input).zip(dy.chunks_exact(output)) {
        w.runs(|run| windows::spread(run, !w.tiles(), share(w, count_include_pad, run), dy, dx));
    }
}

/// How many pixels are added before the sum is put aside: long sums of small numbers lose digits.
const PIXELS_AT_ONCE: usize = 512;

/// The mean of each channel over the pixels of `[pixels, channels]`; `scratch` holds `channels` scalars.
#[inline(always)]
pub(super) fn global_avg_pool<T: Elementary>(channels: usize, x: &[T], y: &mut [T], scratch: &mut [T]) {
    if channels == 0 || y.is_empty() {
        return;
    }
    let image = x.len() / (y.len() / channels);
    if image == 0 {
        y.fill(T::zero());
        return;
    }
    let share = T::one() / T::of((image / channels) as f64);
    for (x, y) in x.chunks_exact(image).zip(y.chunks_exact_mut(channels)) {
        y.fill(T::zero());
        for part in x.chunks(PIXELS_AT_ONCE * channels) {
            let scratch = &mut scratch[..channels];
            T::fill(scratch, T::zero());
            // All or nothing, as the pixels are whole.
            let done = T::sweeps(isa()).map_or(0, |s| s.sum(part, scratch));
            for pixel in part[done..].chunks_exact(channels) {
                for (s, &x) in scratch.iter_mut().zip(pixel) {
                    *s += x;
                }
            }
            for (y, &s) in y.iter_mut().zip(&*scratch) {
                *y += s;
            }
        }
        for y in y {
            *y *= share;
        }
    }
}

/// Every pixel gets its share of the channel's gradient.
#[inline(always)]
pub(super) fn global_avg_pool_backward<T: Elementary>(channels: usize, dy: &[T], dx: &mut [T]) {
    if channels == 0 || dx.is_empty() {
        return;
    }
    let image = dx.len() / (dy.len() / channels);
    let share = T::one() / T::of((image / channels) as f64);
    for (dx, dy) in dx.chunks_exact_mut(image).zip(dy.chunks_exact(channels)) {
        for (dx, &dy) in dx.iter_mut().zip(dy) {
            *dx = dy * share;
        }
        // Then twice as many pixels, and so on.
        let mut done = channels;
        while done < image {
            let len = done.min(image - done);
            dx.copy_within(..len, done);
            done += len;
        }
    }
}
