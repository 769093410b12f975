//! Convolutions whose kernel is three columns wide and moves by one, into no more channels than a vector holds.
//!
//! The tile of [`tile`](super::tile) reads an element of the image for every multiplication there, so reading is what it
//! waits for. Here a tile is a run of neighbouring pixels of a line, and each element that is read serves the three
//! pixels whose kernels reach it: `c[p] += a[p] b[0] + a[p + 1] b[1] + a[p + 2] b[2]` for all channels and kernel rows.

use super::panel::{Start, part};
use super::tile::{TileScalar, TileSet};

/// The most pixels of a tile.
pub(super) const PIXELS: usize = 16;
/// The most lanes of a vector.
const LANES: usize = 16;

/// A convolution, or some lines of one. Distances are in scalars.
#[derive(Clone, Copy)]
pub(super) struct Slide<T> {
    /// The first element that the first pixel's kernel reaches.
    pub a: *const T,
    /// From one pixel to the next, from one line of pixels to the next, and from one kernel row to the next.
    pub pixel: usize,
    pub line: usize,
    pub row: usize,
    /// How many channels and kernel rows there are.
    pub channels: usize,
    pub rows: usize,
    /// The weights, `[rows][3][channels]` of columns that are `b_step` apart.
    pub b: *const T,
    pub b_step: usize,
    /// How many columns there are, at most as many as a vector has lanes.
    pub n: usize,
    /// Where the result goes, from one pixel to the next, and from one line to the next.
    pub c: *mut T,
    pub c_step: usize,
    pub c_line: usize,
    /// The pixels of a line, and the lines.
    pub width: usize,
    pub lines: usize,
    /// What the sums start from: zero or a bias.
    pub start: Start<T>,
}

/// What one call of a kernel works on; all distances are in bytes. The kernels find the fields by `offset_of!`, and use
/// them up.
#[repr(C)]
pub(super) struct Strip<T> {
    /// The first pixel's first element.
    pub a: *const T,
    pub b: *const T,
    pub c: *mut T,
    /// The row to start from.
    pub bias: *const T,
    /// The lanes in use, one bit each.
    pub mask: usize,
    pub pixel: usize,
    pub channels: usize,
    pub rows: usize,
    /// Beside the channels, from one kernel row to the next.
    pub row_jump: isize,
    /// From one row of weights to the next, and from one column of the kernel to the next.
    pub b_step: usize,
    pub b_column: usize,
    pub c_step: usize,
    /// From one tile to the next, and how many there are in a line.
    pub a_tile: usize,
    pub tiles: usize,
    /// Beside that, from one line to the next, and how many there are.
    pub a_line: isize,
    pub c_line: isize,
    pub lines: usize,
    /// Room for a counter.
    pub tiles_left: usize,
}

/// A tile of a fixed number of pixels.
///
/// # Safety
///
/// The machine has the kernel's instruction set, all that the strip names may be read, and its C written.
pub(super) type SlideKernel<T> = unsafe fn(&mut Strip<T>);

/// Whether a kernel of so many columns, with their distance and the kernel's step in pixels, can go this way, for `n`
/// outputs.
pub(super) fn fits<T>(set: &TileSet<T>, columns: usize, distance: usize, step: usize, n: usize) -> bool {
    set.slides.is_some() && (columns, distance, step) == (3, 1, 1) && n <= set.lanes
}

impl<T: TileScalar> Slide<T> {
    /// The convolution of some of the lines.
    ///
    /// # Safety
    ///
    /// The convolution [`fits`]; all that it names may be read, and its C written.
    pub unsafe fn run(&self, set: &TileSet<T>) {
        let Some(kernels) = set.slides.as_ref().map(|s| &s[usize::from(self.n < set.lanes)]) else { return };
        if self.width == 0 || self.lines == 0 || self.n == 0 {
            return;
        }
        debug_assert!(self.channels > 0 && self.rows > 0);
        let bytes = size_of::<T>();
        let zeros = [T::zero(); LANES];
        let parts = self.width.div_ceil(PIXELS);
        let mut first = 0;
        while first < parts {
            // Tiles of one size follow each other, the larger ones first.
            let place = part(self.width, parts, first);
            let size = place.len();
            let tiles = (first..parts).take_while(|&p| part(self.width, parts, p).len() == size).count();
            // SAFETY: the pixels of these tiles are the convolution's; the set is that of an instruction set that the
            // machine has.
            unsafe {
                kernels[size - 1](&mut Strip {
                    a: self.a.add(place.start * self.pixel),
                    b: self.b,
                    c: self.c.add(place.start * self.c_step),
                    bias: if let Start::Bias(bias) = self.start { bias } else { zeros.as_ptr() },
                    mask: (1 << self.n) - 1,
                    pixel: self.pixel * bytes,
                    channels: self.channels,
                    rows: self.rows,
                    row_jump: (self.row * bytes) as isize - (self.channels * bytes) as isize,
                    b_step: self.b_step * bytes,
                    b_column: self.channels * self.b_step * bytes,
                    c_step: self.c_step * bytes,
                    a_tile: size * self.pixel * bytes,
                    tiles,
                    a_line: (self.line * bytes) as isize - (tiles * size * self.pixel * bytes) as isize,
                    c_line: (self.c_line * bytes) as isize - (tiles * size * self.c_step * bytes) as isize,
                    lines: self.lines,
                    tiles_left: 0,
                });
            }
            first += tiles;
        }
    }
}
