//! Images with their channels innermost, `[samples][height][width][channels]`, in another size: padded, scaled, shuffled
//! and averaged by bins.

use super::math::Elementary;

/// Zeros around an image, all in scalars of its rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Border {
    /// The rows of the image.
    pub rows: usize,
    /// The scalars of one of its rows.
    pub row: usize,
    /// The rows of zeros above and below.
    pub above_below: [usize; 2],
    /// The zeros before and after each row.
    pub before_after: [usize; 2],
}

impl Border {
    const fn input_len(&self) -> usize {
        self.rows * self.row
    }

    const fn wide(&self) -> usize {
        self.before_after[0] + self.row + self.before_after[1]
    }

    const fn output_len(&self) -> usize {
        (self.above_below[0] + self.rows + self.above_below[1]) * self.wide()
    }
}

/// Copies images into a border of zeros.
#[inline(always)]
pub(super) fn zero_pad<T: Elementary>(border: Border, x: &[T], y: &mut [T]) {
    let (input, output, wide) = (border.input_len(), border.output_len(), border.wide());
    y.fill(T::zero());
    if input == 0 {
        return;
    }
    for (x, y) in x.chunks_exact(input).zip(y.chunks_exact_mut(output)) {
        let inside = y.chunks_exact_mut(wide).skip(border.above_below[0]);
        for (x, y) in x.chunks_exact(border.row).zip(inside) {
            y[border.before_after[0]..][..border.row].copy_from_slice(x);
        }
    }
}

/// Copies images out of their border.
#[inline(always)]
pub(super) fn zero_pad_backward<T: Elementary>(border: Border, dy: &[T], dx: &mut [T]) {
    let (input, output, wide) = (border.input_len(), border.output_len(), border.wide());
    if input == 0 {
        return;
    }
    for (dx, dy) in dx.chunks_exact_mut(input).zip(dy.chunks_exact(output)) {
        let inside = dy.chunks_exact(wide).skip(border.above_below[0]);
        for (dx, dy) in dx.chunks_exact_mut(border.row).zip(inside) {
            dx.copy_from_slice(&dy[border.before_after[0]..][..border.row]);
        }
    }
}

/// Where an image gets the pixels of a larger or smaller one from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resize {
    /// Channels of the image.
    pub channels: usize,
    /// Height and width of what comes in.
    pub input: [usize; 2],
    /// Height and width of what goes out.
    pub output: [usize; 2],
    /// Whether pixels are mixed, and if so, whether the corners' centres lie on each other.
    pub linear: Option<bool>,
}

impl Resize {
    const fn input_len(&self) -> usize {
        self.input[0] * self.input[1] * self.channels
    }

    const fn output_len(&self) -> usize {
        self.output[0] * self.output[1] * self.channels
    }

    /// The row or column before the place that `o` takes, the one after it, and the latter's share.
    #[inline(always)]
    fn source(&self, axis: usize, o: usize) -> (usize, usize, f64) {
        let (n, m) = (self.input[axis], self.output[axis]);
        let Some(corners) = self.linear else {
            let i = o * n / m;
            return (i, i, 0.0);
        };
        let place = if !corners {
            ((o as f64 + 0.5) * (n as f64 / m as f64) - 0.5).max(0.0)
        } else if m > 1 {
            o as f64 * ((n - 1) as f64 / (m - 1) as f64)
        } else {
            0.0
        };
        let i = (place as usize).min(n - 1);
        (i, (i + 1).min(n - 1), place - i as f64)
    }

    /// Calls `f(offset in the output, the four offsets in the input, their shares)` for every pixel of the output.
    #[inline(always)]
    fn visit<T: Elementary>(&self, mut f: impl FnMut(usize, [usize; 4], [T; 4])) {
        let at = |y: usize, x: usize| (y * self.input[1] + x) * self.channels;
        for oy in 0..self.output[0] {
            let (top, bottom, down) = self.source(0, oy);
            for ox in 0..self.output[1] {
                let (left, right, across) = self.source(1, ox);
                let places = [at(top, left), at(top, right), at(bottom, left), at(bottom, right)];
                let shares = [
                    (1.0 - down) * (1.0 - across),
                    (1.0 - down) * across,
                    down * (1.0 - across),
                    down * across,
                ];
                f((oy * self.output[1] + ox) * self.channels, places, shares.map(T::of));
            }
        }
    }
}

/// Scales images.
#[inline(always)]
pub(super) fn upsample<T: Elementary>(r: Resize, x: &[T], y: &mut [T]) {
    let (input, output, c) = (r.input_len(), r.output_len(), r.channels);
    if input == 0 || output == 0 {
        y.fill(T::zero());
        return;
    }
    for (x, y) in x.chunks_exact(input).zip(y.chunks_exact_mut(output)) {
        r.visit(|o, places, [p, q, s, t]: [T; 4]| {
            let y = &mut y[o..o + c];
            let [a, b, d, e] = places.map(|i| &x[i..i + c]);
            if r.linear.is_none() {
                y.copy_from_slice(a);
                return;
            }
            for ((((y, &a), &b), &d), &e) in y.iter_mut().zip(a).zip(b).zip(d).zip(e) {
                *y = (a * p + b * q) + (d * s + e * t);
            }
        });
    }
}

/// Every pixel gets its share of all that it went into.
#[inline(always)]
pub(super) fn upsample_backward<T: Elementary>(r: Resize, dy: &[T], dx: &mut [T]) {
    let (input, output, c) = (r.input_len(), r.output_len(), r.channels);
    dx.fill(T::zero());
    if input == 0 || output == 0 {
        return;
    }
    for (dx, dy) in dx.chunks_exact_mut(input).zip(dy.chunks_exact(output)) {
        r.visit(|o, places, shares: [T; 4]| {
            let parts = if r.linear.is_none() { 1 } else { 4 };
            for (i, share) in places.into_iter().zip(shares).take(parts) {
                for (dx, &dy) in dx[i..i + c].iter_mut().zip(&dy[o..o + c]) {
                    *dx += dy * share;
                }
            }
        });
    }
}

/// From images of `channels · factor²` channels to images of `factor` times the size: channel `c · factor² + i · factor + j`
/// goes to row `i` and column `j` of a pixel's square.
#[inline(always)]
pub(super) fn pixel_shuffle<T: Elementary>(
    channels: usize,
    width: usize,
    factor: usize,
    x: &[T],
    y: &mut [T],
) {
    shuffle(channels, width, factor, x.len(), |a, b| y[b] = x[a]);
}

/// Back again.
#[inline(always)]
pub(super) fn pixel_shuffle_backward<T: Elementary>(
    channels: usize,
    width: usize,
    factor: usize,
    dy: &[T],
    dx: &mut [T],
) {
    shuffle(channels, width, factor, dx.len(), |a, b| dx[a] = dy[b]);
}

/// Calls `f(place before, place after)`. Samples follow each other row by row before and after, so their number is of no
/// meaning here.
#[inline(always)]
fn shuffle(channels: usize, width: usize, factor: usize, len: usize, mut f: impl FnMut(usize, usize)) {
    let pixel = channels * factor * factor;
    let row = width * pixel;
    if row == 0 {
        return;
    }
    for from in (0..len).step_by(row) {
        for i in 0..factor {
            for w in 0..width {
                for j in 0..factor {
                    let (before, after) =
                        (from + w * pixel + i * factor + j, from + ((i * width + w) * factor + j) * channels);
                    for c in 0..channels {
                        f(before + c * factor * factor, after + c);
                    }
                }
            }
        }
    }
}

/// An image cut into bins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bins {
    /// Channels of the image.
    pub channels: usize,
    /// Height and width of the image.
    pub input: [usize; 2],
    /// How many bins there are, down and across.
    pub output: [usize; 2],
}

impl Bins {
    const fn input_len(&self) -> usize {
        self.input[0] * self.input[1] * self.channels
    }

    const fn output_len(&self) -> usize {
        self.output[0] * self.output[1] * self.channels
    }

    /// The rows or columns of a bin; neighbours may overlap.
    #[inline(always)]
    fn range(&self, axis: usize, bin: usize) -> core::ops::Range<usize> {
        let (n, m) = (self.input[axis], self.output[axis]);
        bin * n / m..((bin + 1) * n).div_ceil(m)
    }

    /// Calls `f(the bin's offset, 1 / its pixels, a pixel's offset)` for every pixel of every bin.
    #[inline(always)]
    fn visit<T: Elementary>(&self, mut f: impl FnMut(usize, T, usize)) {
        for oy in 0..self.output[0] {
            for ox in 0..self.output[1] {
                let (rows, columns) = (self.range(0, oy), self.range(1, ox));
                let share = T::one() / T::of((rows.len() * columns.len()) as f64);
                for y in rows {
                    for x in columns.clone() {
                        f(
                            (oy * self.output[1] + ox) * self.channels,
                            share,
                            (y * self.input[1] + x) * self.channels,
                        );
                    }
                }
            }
        }
    }
}

impl Bins {
    /// Calls `f(the bin's offset, the pixel's number in it, the pixel's offset)` for every pixel of every bin.
    #[inline(always)]
    fn visit_numbered(&self, mut f: impl FnMut(usize, usize, usize)) {
        for oy in 0..self.output[0] {
            for ox in 0..self.output[1] {
                let (rows, columns) = (self.range(0, oy), self.range(1, ox));
                let bin = (oy * self.output[1] + ox) * self.channels;
                let pixels = rows.flat_map(|y| columns.clone().map(move |x| (y, x)));
                for (number, (y, x)) in pixels.enumerate() {
                    f(bin, number, (y * self.input[1] + x) * self.channels);
                }
            }
        }
    }
}

/// The mean of each bin.
#[inline(always)]
pub(super) fn adaptive_avg_pool<T: Elementary>(b: Bins, x: &[T], y: &mut [T]) {
    let (input, output, c) = (b.input_len(), b.output_len(), b.channels);
    y.fill(T::zero());
    if input == 0 || output == 0 {
        return;
    }
    for (x, y) in x.chunks_exact(input).zip(y.chunks_exact_mut(output)) {
        b.visit(|o, share: T, i| {
            for (y, &x) in y[o..o + c].iter_mut().zip(&x[i..i + c]) {
                *y += x * share;
            }
        });
    }
}

/// Every pixel gets its share of its bins.
#[inline(always)]
pub(super) fn adaptive_avg_pool_backward<T: Elementary>(b: Bins, dy: &[T], dx: &mut [T]) {
    let (input, output, c) = (b.input_len(), b.output_len(), b.channels);
    dx.fill(T::zero());
    if input == 0 || output == 0 {
        return;
    }
    for (dx, dy) in dx.chunks_exact_mut(input).zip(dy.chunks_exact(output)) {
        b.visit(|o, share: T, i| {
            for (dx, &dy) in dx[i..i + c].iter_mut().zip(&dy[o..o + c]) {
                *dx += dy * share;
            }
        });
    }
}

/// The largest element of each bin; `winners` (empty, or one for each output) gets its number in the bin, row by row. Of
/// several it is the first, of NaNs the last.
#[inline(always)]
pub(super) fn adaptive_max_pool<T: Elementary>(b: Bins, x: &[T], y: &mut [T], winners: &mut [T]) {
    let (input, output, c) = (b.input_len(), b.output_len(), b.channels);
    if input == 0 || output == 0 {
        return;
    }
    for (image, (x, y)) in x.chunks_exact(input).zip(y.chunks_exact_mut(output)).enumerate() {
        let winners = winners.get_mut(image * output..(image + 1) * output).unwrap_or(&mut []);
        y.fill(T::neg_infinity());
        winners.fill(T::zero());
        b.visit_numbered(|o, number, i| {
            let winners = winners.get_mut(o..o + c).unwrap_or(&mut []);
            for (channel, (y, &x)) in y[o..o + c].iter_mut().zip(&x[i..i + c]).enumerate() {
                if x > *y || x.is_nan() {
                    *y = x;
                    if let Some(winner) = winners.get_mut(channel) {
                        *winner = T::of(number as f64);
                    }
                }
            }
        });
    }
}

/// The winner of each bin gets its gradient.
#[inline(always)]
pub(super) fn adaptive_max_pool_backward<T: Elementary>(b: Bins, winners: &[T], dy: &[T], dx: &mut [T]) {
    let (input, output, c) = (b.input_len(), b.output_len(), b.channels);
    dx.fill(T::zero());
    if input == 0 || output == 0 {
        return;
    }
    let images = dx.chunks_exact_mut(input).zip(dy.chunks_exact(output).zip(winners.chunks_exact(output)));
    for (dx, (dy, winners)) in images {
        b.visit_numbered(|o, number, i| {
            let number = T::of(number as f64);
            for ((dx, &dy), &winner) in dx[i..i + c].iter_mut().zip(&dy[o..o + c]).zip(&winners[o..o + c]) {
                if winner == number {
                    *dx += dy;
                }
            }
        });
    }
}
