//! Convolutions over images with their channels innermost, as products of tiles: the rows of A are pixels (forward, and
//! backward to the input) or taps of the kernel (backward to the weights) and begin anywhere in an image, so nothing is
//! unfolded. An image that needs a border of zeros is copied into one, one sample at a time.

use super::isa::isa;
use super::pack;
use super::panel::{Packed, Panels, Product, Rows, Start, part};
use super::parallel::{Shared, for_each};
use super::slide::{self, Slide};
use super::tile::{TileScalar, TileSet};
use super::{dense::PARALLEL, depthwise};
use crate::layers::conv2d::Conv2dSpec;

/// The shards that the samples are dealt to, whatever the threads: each adds up its own gradient of the weights.
const SHARDS: usize = 8;
/// The parts that a single sample is cut into.
const PARTS: usize = 4;
/// The weights from which on shards would move more memory than they save: tasks own a part of them instead.
pub(super) const LARGE: usize = 128 * 1024;

/// The number of shards for so many samples.
pub(super) const fn shards(samples: usize) -> usize {
    if samples < SHARDS { samples } else { SHARDS }
}

/// An image with its borders.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bordered {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    /// Zeros before and after, in rows and in columns.
    pub border: [[usize; 2]; 2],
}

impl Bordered {
    const fn rows(&self) -> usize {
        self.height + self.border[0][0] + self.border[0][1]
    }

    /// From one row to the next.
    pub const fn row(&self) -> usize {
        (self.width + self.border[1][0] + self.border[1][1]) * self.channels
    }

    /// The room for a copy; none if there is no border, since then the image is read where it is.
    pub const fn copy_len(&self) -> usize {
        let [[a, b], [c, d]] = self.border;
        if a + b + c + d == 0 { 0 } else { self.rows() * self.row() }
    }

    /// The copy with its border, or the image itself if it has none.
    ///
    /// # Safety
    ///
    /// `image` is such an image, and `to` has room for `copy_len()`.
    pub unsafe fn copy<T>(&self, image: *const T, to: *mut T) -> *const T {
        if self.copy_len() == 0 {
            return image;
        }
        let (row, line) = (self.row(), self.width * self.channels);
        let [[top, bottom], [left, right]] = self.border.map(|b| [b[0], b[1]]);
        let (left, right) = (left * self.channels, right * self.channels);
        // SAFETY: rows and lines lie within the two images; all bits zero is the number zero.
        unsafe {
            to.write_bytes(0, top * row);
            for y in 0..self.height {
                let to = to.add((top + y) * row);
                to.write_bytes(0, left);
                core::ptr::copy_nonoverlapping(image.add(y * line), to.add(left), line);
                to.add(left + line).write_bytes(0, right);
            }
            to.add((top + self.height) * row).write_bytes(0, bottom * row);
        }
        to
    }
}

impl Conv2dSpec {
    /// The input and its padding.
    pub(super) const fn padded(&self) -> Bordered {
        Bordered { height: self.height, width: self.width, channels: self.channels, border: self.padding }
    }

    /// The output's gradient with what the taps of the outermost input pixels reach beyond it.
    pub(super) const fn reached(&self) -> Bordered {
        let [height, width] = self.output_size();
        let mut border = [[0; 2]; 2];
        let (sizes, outputs) = ([self.height, self.width], [height, width]);
        let mut axis = 0;
        while axis < 2 {
            let reach = (self.kernel[axis].saturating_sub(1)) * self.dilation[axis];
            border[axis] = [
                reach.saturating_sub(self.padding[axis][0]).div_ceil(self.stride[axis]),
                ((sizes[axis] + self.padding[axis][0]).saturating_sub(1) / self.stride[axis] + 1)
                    .saturating_sub(outputs[axis]),
            ];
            axis += 1;
        }
        Bordered { height, width, channels: self.outputs, border }
    }

    /// The taps of one output: what a column of the weights holds.
    pub(super) const fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1] * (self.channels / self.groups)
    }

    pub(super) const fn weights(&self) -> usize {
        self.taps() * self.outputs
    }

    pub(super) const fn biases(&self) -> usize {
        if self.bias { self.outputs } else { 0 }
    }

    /// Whether each channel is convolved by itself, into one output.
    pub(super) const fn depthwise(&self) -> bool {
        self.groups == self.channels && self.outputs == self.channels
    }

    pub(super) fn multiply_adds(&self, samples: usize) -> usize {
        let [height, width] = self.output_size();
        samples * height * width * self.weights() / self.groups.max(1)
    }

    pub(crate) const fn room_forward(&self, samples: usize) -> usize {
        let [height, width] = self.output_size();
        16 + height * width + (self.weights() + 16) + shards(samples) * (self.padded().copy_len() + 16)
    }

    pub(crate) const fn room_backward(&self, samples: usize) -> usize {
        let n = shards(samples);
        let parameters = self.taps()
            + if self.weights() > LARGE {
                samples * (self.padded().copy_len() + 16)
            } else {
                n * (self.padded().copy_len() + 16 + self.weights() + self.outputs + 16)
            };
        let input = self.height * self.width + (self.weights() + 16) + n * (self.reached().copy_len() + 16);
        64 + if parameters > input { parameters } else { input }
    }
}

/// Scratch memory, given out piece by piece.
pub(super) struct Room<'a, T>(pub &'a mut [T]);

impl<'a, T: TileScalar> Room<'a, T> {
    /// So many scalars, starting on a cache line; nothing is used up if there are none.
    pub fn take(&mut self, len: usize) -> &'a mut [T] {
        let rest = core::mem::take(&mut self.0);
        let skip = if len == 0 { 0 } else { rest.as_ptr().align_offset(64).min(rest.len()) };
        let (taken, rest) = rest[skip..].split_at_mut(len);
        self.0 = rest;
        taken
    }

    /// A table of offsets in bytes, made from places in scalars.
    pub fn table(&mut self, len: usize, mut place: impl FnMut(usize) -> usize) -> Table {
        const { assert!(size_of::<T>() >= size_of::<u32>() && align_of::<T>() >= align_of::<u32>()) };
        let to = self.take(len).as_mut_ptr().cast::<u32>();
        for i in 0..len {
            let offset = place(i) * size_of::<T>();
            assert!(u32::try_from(offset).is_ok(), "an image may have at most 4 GiB");
            // SAFETY: the room taken is large enough and aligned, as asserted; it was not lent to anyone else.
            unsafe { to.add(i).write(offset as u32) };
        }
        Table(to)
    }
}

/// A table of offsets that several tasks read.
#[derive(Clone, Copy)]
pub(super) struct Table(*const u32);

// SAFETY: nobody writes a table once it is made.
unsafe impl Send for Table {}
// SAFETY: as above.
unsafe impl Sync for Table {}

impl Table {
    pub fn rows(self) -> Rows {
        Rows::Table(self.0)
    }
}

/// How three loops over (rows of the kernel, columns of the kernel, channels of a group) walk through an image whose
/// rows are `row` apart: `(run, segments, blocks, a_jump, a_jump2)`.
pub(super) fn walk(
    [rows, columns]: [usize; 2],
    [row, column]: [usize; 2],
    channels: usize,
) -> (usize, usize, usize, isize, isize) {
    let [rows_i, columns_i, row_i, column_i, channels_i] =
        [rows, columns, row, column, channels].map(|x| x as isize);
    if column == channels {
        // The channels of neighbouring columns are one run.
        (columns * channels, rows, 1, row_i - columns_i * channels_i, -rows_i * row_i)
    } else {
        (channels, columns, rows, column_i - channels_i, row_i - columns_i * column_i)
    }
}

/// Runs a product panel by panel, B packed or where it is.
///
/// # Safety
///
/// As for `Product::run`.
pub(super) unsafe fn run_panels<T: TileScalar>(
    set: &TileSet<T>,
    product: &Product<T>,
    packed: Option<Packed>,
) {
    let panels = Panels::new(set, product.n);
    for panel in 0..panels.count {
        let columns = panels.columns(panel);
        // SAFETY: the columns are a panel of the product's.
        unsafe {
            let product = match packed {
                Some(packed) => product.packed_columns(columns, packed),
                None => product.columns(columns),
            };
            product.run(set);
        }
    }
}

/// `y[p][o] = b[o] + Σ x[p · stride + tap][c] w[tap][c][o]`.
pub(super) fn forward<T: TileScalar>(
    spec: &Conv2dSpec,
    samples: usize,
    w: &[T],
    x: &[T],
    y: &mut [T],
    scratch: &mut [T],
) {
    let [height, width] = spec.output_size();
    let (pixels, taps) = (height * width, spec.taps());
    let (cg, og) = (spec.channels / spec.groups, spec.outputs / spec.groups);
    let input = spec.height * spec.width * spec.channels;
    assert!(w.len() >= spec.weights() + spec.biases());
    assert!(x.len() >= samples * input && y.len() >= samples * pixels * spec.outputs);
    if samples * pixels * spec.outputs == 0 {
        return;
    }
    let (w, b) = w.split_at(spec.weights());
    if spec.depthwise() {
        depthwise::forward(spec, samples, w, b, x, y);
        return;
    }
    let set = T::tiles(isa());
    let mut room = Room(scratch);
    let image = spec.padded();
    let table = room.table(pixels, |p| {
        p / width * spec.stride[0] * image.row() + p % width * spec.stride[1] * spec.channels
    });
    let panels = Panels::new(set, og);
    let packed = panels.count > 1 || spec.groups > 1;
    let weights = if packed {
        let to = room.take(spec.weights());
        for group in 0..spec.groups {
            let from = &w[group * og..];
            let to = to[taps * group * og..].as_mut_ptr();
            // SAFETY: the columns of a group are the weights', and `to` has room for all of them.
            unsafe { pack::panels(set, (from.as_ptr(), spec.outputs), taps, panels, (to, taps, 0)) };
        }
        &*to
    } else {
        w
    };
    let shards = shards(samples);
    let copy = image.copy_len();
    let copies = Shared::new(room.take(shards * copy));
    let (run, segments, blocks, a_jump, a_jump2) =
        walk(spec.kernel, [spec.dilation[0] * image.row(), spec.dilation[1] * spec.channels], cg);
    let y = Shared::new(y);
    let slides = slide::fits(set, spec.kernel[1], spec.dilation[1], spec.stride[1], og) && spec.weights() > 0;
    // The `i`-th of some parts of a sample.
    let convolve = |from: *const T, sample: usize, (i, parts): (usize, usize)| {
        for group in 0..spec.groups {
            let start = if spec.bias { Start::Bias(b[group * og..].as_ptr()) } else { Start::Zero };
            let place = sample * pixels * spec.outputs + group * og;
            // SAFETY: offsets and walk stay within the image with its border, columns within weights, bias and output.
            unsafe {
                let (a, b) =
                    (from.add(group * cg), weights.as_ptr().add(group * og * if packed { taps } else { 1 }));
                if slides {
                    let lines = part(height, parts, i);
                    let line = spec.stride[0] * image.row();
                    let slide = Slide {
                        a: a.add(lines.start * line),
                        pixel: spec.channels,
                        line,
                        row: spec.dilation[0] * image.row(),
                        channels: cg,
                        rows: spec.kernel[0],
                        b,
                        b_step: og,
                        n: og,
                        c: y.get().add(place + lines.start * width * spec.outputs),
                        c_step: spec.outputs,
                        c_line: width * spec.outputs,
                        width,
                        lines: lines.len(),
                        start,
                    };
                    slide.run(set);
                    continue;
                }
                let product = Product {
                    a,
                    rows: table.rows(),
                    m: pixels,
                    a_step: 1,
                    a_jump,
                    a_jump2,
                    run,
                    segments,
                    blocks,
                    b,
                    b_step: spec.outputs,
                    b_jump: 0,
                    n: og,
                    c: y.get().add(place),
                    c_step: spec.outputs,
                    start,
                    clamp: false,
                };
                let packed = packed.then_some(Packed { k: taps, skip: 0 });
                run_panels(set, &product.rows(part(pixels, parts, i)), packed);
            }
        }
    };
    let parallel = spec.multiply_adds(samples) >= PARALLEL;
    // SAFETY: each shard has a copy of its own, and the samples are the input's.
    let bordered = |shard: usize, sample: usize| unsafe {
        image.copy(x[sample * input..].as_ptr(), copies.get().add(shard * copy))
    };
    if samples == 1 {
        let from = Shared::of(bordered(0, 0));
        for_each(PARTS, parallel, &|i| convolve(from.get(), 0, (i, PARTS)));
    } else {
        for_each(shards, parallel, &|shard| {
            for sample in part(samples, shards, shard) {
                convolve(bordered(shard, sample), sample, (0, 1));
            }
        });
    }
}
