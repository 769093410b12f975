//! Pooling of images whose channels are innermost: `[samples][height][width][channels]`.

use super::math::Elementary;

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

    /// The row or column of the image below the window's element `k` at its place `o`, if it is not padding.
    #[inline(always)]
    fn at(&self, axis: usize, o: usize, k: usize) -> Option<usize> {
        let i = (o * self.stride[axis] + k * self.dilation[axis]).checked_sub(self.padding[axis])?;
        (i < self.input[axis]).then_some(i)
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

    /// Calls `f(output's offset, window element, image's offset)` for every element of every window that is not
    /// padding, window by window, row-major within each.
    #[inline(always)]
    fn visit(&self, mut f: impl FnMut(usize, usize, usize)) {
        let [height, width] = self.output();
        for oy in 0..height {
            for ox in 0..width {
                for ky in 0..self.kernel[0] {
                    let Some(iy) = self.at(0, oy, ky) else { continue };
                    for kx in 0..self.kernel[1] {
                        let Some(ix) = self.at(1, ox, kx) else { continue };
                        f(
                            (oy * width + ox) * self.channels,
                            ky * self.kernel[1] + kx,
                            (iy * self.input[1] + ix) * self.channels,
                        );
                    }
                }
            }
        }
    }

    /// For windows side by side: calls `f(pixel of the image, output's offset, window element)` in the order of the image,
    /// and writes zeros where no window reaches.
    #[inline(always)]
    fn visit_tiles<T: Elementary>(&self, image: &mut [T], mut f: impl FnMut(&mut [T], usize, usize)) {
        let [height, width] = self.output();
        let [kh, kw] = self.kernel;
        let (c, row) = (self.channels, self.input[1] * self.channels);
        for (iy, pixels) in image.chunks_exact_mut(row).enumerate() {
            let (oy, ky) = (iy / kh, iy % kh);
            let reached = if oy < height { width * kw * c } else { 0 };
            let (inside, outside) = pixels.split_at_mut(reached);
            for (ix, pixel) in inside.chunks_exact_mut(c).enumerate() {
                f(pixel, (oy * width + ix / kw) * c, ky * kw + ix % kw);
            }
            outside.fill(T::zero());
        }
    }
}

/// Whether `v` takes the place of `best`: the first of equal values stays, a NaN always wins.
#[inline(always)]
fn wins<T: Elementary>(v: T, best: T) -> bool {
    // No `||`: a branch would keep the loop from becoming vector code.
    (v > best) | v.is_nan()
}

/// The largest element of each window. `winners` (empty, or one for each output) gets its number in the window, or -1
/// for a window that lies in the padding altogether, whose maximum is -∞.
#[inline(always)]
pub(super) fn max_pool<T: Elementary>(w: Window, x: &[T], y: &mut [T], winners: &mut [T]) {
    let (input, output) = (w.input_len(), w.output_len());
    if output == 0 || input == 0 {
        y.fill(T::neg_infinity());
        winners.fill(-T::one());
        return;
    }
    let samples = x.chunks_exact(input).zip(y.chunks_exact_mut(output));
    if winners.is_empty() {
        for (x, y) in samples {
            if w.tiles() && w.kernel == [2, 2] {
                max_of_four(w, x, y);
            } else {
                max_of_window(w, x, y);
            }
        }
    } else {
        for ((x, y), winners) in samples.zip(winners.chunks_exact_mut(output)) {
            if w.tiles() && w.kernel == [2, 2] {
                winner_of_four(w, x, y, winners);
            } else {
                winner_of_window(w, x, y, winners);
            }
        }
    }
}

/// The four pixels below each place of a window of 2 by 2 that moves by 2.
#[inline(always)]
fn fours<T>(w: Window, x: &[T]) -> impl Iterator<Item = [&[T]; 4]> {
    let [height, width] = w.output();
    let (c, row) = (w.channels, w.input[1] * w.channels);
    (0..height).flat_map(move |oy| {
        (0..width).map(move |ox| {
            let top = 2 * oy * row + 2 * ox * c;
            [top, top + c, top + row, top + row + c].map(|at| &x[at..at + c])
        })
    })
}

#[inline(always)]
fn max_of_four<T: Elementary>(w: Window, x: &[T], y: &mut [T]) {
    for (y, [p, q, r, s]) in y.chunks_exact_mut(w.channels).zip(fours(w, x)) {
        for ((((y, &p), &q), &r), &s) in y.iter_mut().zip(p).zip(q).zip(r).zip(s) {
            let mut best = p;
            best = if wins(q, best) { q } else { best };
            best = if wins(r, best) { r } else { best };
            best = if wins(s, best) { s } else { best };
            *y = best;
        }
    }
}

#[inline(always)]
fn winner_of_four<T: Elementary>(w: Window, x: &[T], y: &mut [T], winners: &mut [T]) {
    let (one, two, three) = (T::one(), T::of(2.0), T::of(3.0));
    let places = y.chunks_exact_mut(w.channels).zip(winners.chunks_exact_mut(w.channels));
    for ((y, winners), [p, q, r, s]) in places.zip(fours(w, x)) {
        for (((((y, winner), &p), &q), &r), &s) in y.iter_mut().zip(winners).zip(p).zip(q).zip(r).zip(s) {
            let (mut best, mut at) = (p, T::zero());
            (best, at) = if wins(q, best) { (q, one) } else { (best, at) };
            (best, at) = if wins(r, best) { (r, two) } else { (best, at) };
            (best, at) = if wins(s, best) { (s, three) } else { (best, at) };
            (*y, *winner) = (best, at);
        }
    }
}

#[inline(always)]
fn max_of_window<T: Elementary>(w: Window, x: &[T], y: &mut [T]) {
    y.fill(T::neg_infinity());
    w.visit(|o, _, i| {
        for (y, &x) in y[o..o + w.channels].iter_mut().zip(&x[i..i + w.channels]) {
            *y = if wins(x, *y) { x } else { *y };
        }
    });
}

#[inline(always)]
fn winner_of_window<T: Elementary>(w: Window, x: &[T], y: &mut [T], winners: &mut [T]) {
    y.fill(T::neg_infinity());
    winners.fill(-T::one());
    let none = -T::one();
    w.visit(|o, k, i| {
        let k = T::of(k as f64);
        let places = y[o..o + w.channels].iter_mut().zip(&mut winners[o..o + w.channels]);
        for ((y, winner), &x) in places.zip(&x[i..i + w.channels]) {
            // The first element wins even where it is -∞ itself.
            let better = wins(x, *y) | (*winner == none);
            *y = if better { x } else { *y };
            *winner = if better { k } else { *winner };
        }
    });
}

/// The gradient goes to each window's winner, and nowhere else.
#[inline(always)]
pub(super) fn max_pool_backward<T: Elementary>(w: Window, winners: &[T], dy: &[T], dx: &mut [T]) {
    let (input, output, c) = (w.input_len(), w.output_len(), w.channels);
    if output == 0 || input == 0 {
        dx.fill(T::zero());
        return;
    }
    let samples = dx.chunks_exact_mut(input).zip(winners.chunks_exact(output)).zip(dy.chunks_exact(output));
    for ((dx, winners), dy) in samples {
        if w.tiles() {
            w.visit_tiles(dx, |dx, o, k| {
                let k = T::of(k as f64);
                let places = winners[o..o + c].iter().zip(&dy[o..o + c]);
                for (dx, (&winner, &dy)) in dx.iter_mut().zip(places) {
                    *dx = if winner == k { dy } else { T::zero() };
                }
            });
        } else {
            dx.fill(T::zero());
            w.visit(|o, k, i| {
                let k = T::of(k as f64);
                let places = winners[o..o + c].iter().zip(&dy[o..o + c]);
                for (dx, (&winner, &dy)) in dx[i..i + c].iter_mut().zip(places) {
                    *dx += if winner == k { dy } else { T::zero() };
                }
            });
        }
    }
}

/// The factor of each window's sum: one over its elements, with the padding or without.
#[inline(always)]
fn share<T: Elementary>(w: Window, count_include_pad: bool, o: usize) -> T {
    let count = if count_include_pad {
        w.kernel[0] * w.kernel[1]
    } else {
        let [_, width] = w.output();
        let place = o / w.channels;
        let inside =
            |axis: usize, o: usize| (0..w.kernel[axis]).filter(|&k| w.at(axis, o, k).is_some()).count();
        inside(0, place / width) * inside(1, place % width)
    };
    if count == 0 { T::zero() } else { T::one() / T::of(count as f64) }
}

/// The mean of each window; the padding counts as zeros, or not at all.
#[inline(always)]
pub(super) fn avg_pool<T: Elementary>(w: Window, count_include_pad: bool, x: &[T], y: &mut [T]) {
    let (input, output, c) = (w.input_len(), w.output_len(), w.channels);
    if output == 0 || input == 0 {
        y.fill(T::zero());
        return;
    }
    let every = w.tiles().then(|| share::<T>(w, true, 0));
    for (x, y) in x.chunks_exact(input).zip(y.chunks_exact_mut(output)) {
        if w.tiles() && w.kernel == [2, 2] {
            let quarter = T::of(0.25);
            for (y, [p, q, r, s]) in y.chunks_exact_mut(c).zip(fours(w, x)) {
                for ((((y, &p), &q), &r), &s) in y.iter_mut().zip(p).zip(q).zip(r).zip(s) {
                    *y = ((p + q) + (r + s)) * quarter;
                }
            }
            continue;
        }
        y.fill(T::zero());
        w.visit(|o, _, i| {
            for (y, &x) in y[o..o + c].iter_mut().zip(&x[i..i + c]) {
                *y += x;
            }
        });
        for (place, y) in y.chunks_exact_mut(c).enumerate() {
            let share = every.unwrap_or_else(|| share(w, count_include_pad, place * c));
            for y in y {
                *y *= share;
            }
        }
    }
}

/// Every element of a window gets its share of the window's gradient.
#[inline(always)]
pub(super) fn avg_pool_backward<T: Elementary>(w: Window, count_include_pad: bool, dy: &[T], dx: &mut [T]) {
    let (input, output, c) = (w.input_len(), w.output_len(), w.channels);
    if output == 0 || input == 0 {
        dx.fill(T::zero());
        return;
    }
    for (dx, dy) in dx.chunks_exact_mut(input).zip(dy.chunks_exact(output)) {
        if w.tiles() {
            let share = share::<T>(w, true, 0);
            w.visit_tiles(dx, |dx, o, _| {
                for (dx, &dy) in dx.iter_mut().zip(&dy[o..o + c]) {
                    *dx = dy * share;
                }
            });
        } else {
            dx.fill(T::zero());
            let mut last = (usize::MAX, T::zero());
            w.visit(|o, _, i| {
                if last.0 != o {
                    last = (o, share(w, count_include_pad, o));
                }
                for (dx, &dy) in dx[i..i + c].iter_mut().zip(&dy[o..o + c]) {
                    *dx += dy * last.1;
                }
            });
        }
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
            scratch.fill(T::zero());
            for pixel in part.chunks_exact(channels) {
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
        for pixel in dx.chunks_exact_mut(channels) {
            for (dx, &dy) in pixel.iter_mut().zip(dy) {
                *dx = dy * share;
            }
        }
    }
}
