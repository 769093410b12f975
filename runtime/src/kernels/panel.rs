//! From a product of any height to tiles: rows and columns are cut into parts of nearly equal size (nine rows into five
//! and four, never eight and one), because a part of one row or one vector keeps the machine waiting.

use super::tile::{ADD, BIAS, MAX_ROWS, Tile, TileScalar, TileSet, ZERO};
use core::ops::Range;

/// Where the rows of A begin, in scalars from its start.
#[derive(Clone, Copy)]
pub(super) enum Rows {
    /// Equally far from each other.
    Every(usize),
    /// A table of distances in bytes, one for each row.
    Table(*const u32),
}

/// What a sum starts from.
#[derive(Clone, Copy)]
pub(super) enum Start<T> {
    /// Zero.
    Zero,
    /// A row that all rows share.
    Bias(*const T),
    /// What C holds.
    Add,
}

/// A product `C = start + A · B`, or a part of one. Distances are in scalars.
#[derive(Clone, Copy)]
pub(super) struct Product<T> {
    /// The start of A.
    pub a: *const T,
    /// Where its rows begin.
    pub rows: Rows,
    /// How many there are.
    pub m: usize,
    /// From one k to the next.
    pub a_step: usize,
    /// Beside that after each segment.
    pub a_jump: isize,
    /// Beside that after each block.
    pub a_jump2: isize,
    /// How many k make a segment.
    pub run: usize,
    /// How many segments make a block.
    pub segments: usize,
    /// How many blocks there are.
    pub blocks: usize,
    /// The first row of B.
    pub b: *const T,
    /// From one row of B to the next.
    pub b_step: usize,
    /// Beside that after each segment.
    pub b_jump: isize,
    /// How many columns there are.
    pub n: usize,
    /// The first row of C.
    pub c: *mut T,
    /// From one row of C to the next.
    pub c_step: usize,
    /// What the sums start from.
    pub start: Start<T>,
    /// Whether to replace what is below zero by zero, at the end.
    pub clamp: bool,
}

// SAFETY: who runs a product answers for its addresses, on whatever thread.
unsafe impl<T: Send + Sync> Send for Product<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Product<T> {}

/// A vector mask of `n` lanes of 32 bits starts `n` before the middle.
static LANES_IN_USE: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

/// Cuts `0..total` into `parts` ranges of nearly equal size, the larger ones first, and gives the `part`-th.
pub(super) fn part(total: usize, parts: usize, part: usize) -> Range<usize> {
    if parts == 1 {
        return 0..total;
    }
    let (size, larger) = (total / parts, total % parts);
    let start = part * size + part.min(larger);
    start..start + size + usize::from(part < larger)
}

/// How a packed B lies: panels of `k` rows each, of which a product leaves out the first `skip`.
#[derive(Clone, Copy)]
pub(super) struct Packed {
    pub k: usize,
    pub skip: usize,
}

/// How the columns of a product are cut into panels that one tile spans.
#[derive(Clone, Copy)]
pub(super) struct Panels {
    columns: usize,
    lanes: usize,
    vectors: usize,
    /// How many panels there are.
    pub count: usize,
}

impl Panels {
    /// The panels of `columns` columns for tiles of several rows.
    pub fn new<T>(set: &TileSet<T>, columns: usize) -> Self {
        Self::of_vectors(set.lanes, set.vectors, columns)
    }

    fn of_vectors(lanes: usize, most: usize, columns: usize) -> Self {
        let vectors = columns.div_ceil(lanes);
        Panels { columns, lanes, vectors, count: vectors.div_ceil(most) }
    }

    /// The columns of one panel.
    pub fn columns(&self, panel: usize) -> Range<usize> {
        let vectors = part(self.vectors, self.count, panel);
        vectors.start * self.lanes..(vectors.end * self.lanes).min(self.columns)
    }
}

impl<T: TileScalar> Product<T> {
    /// A plain product of `m` × `k` by `k` × `n`: A's rows are `row` apart and its columns `a_step`, those of B and C
    /// follow each other.
    #[allow(clippy::too_many_arguments)]
    pub fn plain(
        (m, k, n): (usize, usize, usize),
        (a, row, a_step): (*const T, usize, usize),
        b: *const T,
        c: *mut T,
        start: Start<T>,
    ) -> Self {
        Product {
            a,
            rows: Rows::Every(row),
            m,
            a_step,
            a_jump: 0,
            a_jump2: 0,
            run: k,
            segments: 1,
            blocks: 1,
            b,
            b_step: n,
            b_jump: 0,
            n,
            c,
            c_step: n,
            start,
            clamp: false,
        }
    }

    /// The place of a scalar of B.
    ///
    /// # Safety
    ///
    /// It lies in B.
    pub unsafe fn b_at(&self, place: usize) -> *const T {
        // SAFETY: by the contract.
        unsafe { self.b.add(place) }
    }

    /// The same product for some of the columns, with B read where it is.
    ///
    /// # Safety
    ///
    /// The columns are the product's.
    pub unsafe fn columns(&self, columns: Range<usize>) -> Self {
        // SAFETY: both ends lie within the rows, by the contract.
        unsafe {
            Product {
                b: self.b.add(columns.start),
                c: self.c.add(columns.start),
                n: columns.len(),
                start: match self.start {
                    Start::Bias(bias) => Start::Bias(bias.add(columns.start)),
                    other => other,
                },
                ..*self
            }
        }
    }

    /// The same product for the columns of one panel, with B packed panel after panel.
    ///
    /// # Safety
    ///
    /// The columns are a panel of the product's, and `packed` is how B lies.
    pub unsafe fn packed_columns(&self, columns: Range<usize>, packed: Packed) -> Self {
        // SAFETY: the panels before this one hold `k` rows of the columns before.
        unsafe {
            let b = self.b.add(packed.k * columns.start + packed.skip * columns.len());
            Product { b, b_step: columns.len(), ..self.columns(columns) }
        }
    }

    /// The same product for some of the rows.
    ///
    /// # Safety
    ///
    /// The rows are the product's.
    pub unsafe fn rows(&self, rows: Range<usize>) -> Self {
        // SAFETY: both ends lie within A, its table, and C, by the contract.
        unsafe {
            let (a, table) = match self.rows {
                Rows::Every(step) => (self.a.add(rows.start * step), Rows::Every(step)),
                Rows::Table(table) => (self.a, Rows::Table(table.add(rows.start))),
            };
            Product { a, rows: table, m: rows.len(), c: self.c.add(rows.start * self.c_step), ..*self }
        }
    }

    /// The same product over all its columns, panel by panel, with B read where it is.
    ///
    /// # Safety
    ///
    /// All that the product names may be read, and its C written.
    pub unsafe fn run_panels(&self, set: &TileSet<T>) {
        let single = self.m == 1 && self.segments == 1 && self.blocks == 1;
        if self.is_row(set) {
            // SAFETY: by the contract.
            return unsafe { self.run_row(set) };
        }
        let panels =
            Panels::of_vectors(set.lanes, if single { set.row_vectors } else { set.vectors }, self.n);
        for panel in 0..panels.count {
            // SAFETY: the panels' columns are the product's.
            unsafe { self.columns(panels.columns(panel)).run(set) };
        }
    }

    /// The product of one row with a matrix that is read as it lies in memory.
    ///
    /// # Safety
    ///
    /// As for `run_panels`; there is one row, whose elements lie side by side, and one segment.
    pub unsafe fn run_streamed(&self, set: &TileSet<T>) {
        let whole = self.n - self.n % set.lanes;
        let fours = self.run / 4;
        let Some(stream) = set.stream.filter(|_| whole > 0 && fours > 0) else {
            // SAFETY: by the contract.
            unsafe { self.run_panels(set) };
            return;
        };
        let bytes = size_of::<T>();
        let done = 4 * fours;
        // SAFETY: rows and columns are the product's.
        unsafe {
            let main = self.columns(0..whole);
            Product { run: 0, ..main }.run_empty();
            stream(self.a, self.b, self.b_step * bytes, self.c, whole * bytes, fours);
            if done < self.run {
                let (a, b) = (self.a.add(done), self.b.add(done * self.b_step));
                Product { a, b, run: self.run - done, start: Start::Add, ..main }.run_panels(set);
            }
            if whole < self.n {
                self.columns(whole..self.n).run_panels(set);
            }
        }
    }

    /// The product over one panel of columns, its k in pieces that leave a panel of B in the first cache.
    ///
    /// # Safety
    ///
    /// As for `run`, and there is one segment.
    pub unsafe fn run_in_pieces(&self, set: &TileSet<T>, piece: usize) {
        let pieces = self.run.div_ceil(piece).max(1);
        for p in 0..pieces {
            let k = part(self.run, pieces, p);
            // SAFETY: `k` lies within the product's.
            unsafe {
                let product = Product {
                    a: self.a.add(k.start * self.a_step),
                    b: self.b.add(k.start * self.b_step),
                    run: k.len(),
                    start: if p == 0 { self.start } else { Start::Add },
                    clamp: self.clamp && p + 1 == pieces,
                    ..*self
                };
                product.run(set);
            }
        }
    }

    /// The product over one panel of columns.
    ///
    /// # Safety
    ///
    /// The columns fit into a tile; all that the product names may be read, and its C written.
    pub unsafe fn run(&self, set: &TileSet<T>) {
        if self.m == 0 || self.n == 0 {
            return;
        }
        if self.run == 0 || self.segments == 0 || self.blocks == 0 {
            // SAFETY: C may be written, and a bias has as many columns.
            unsafe { self.run_empty() };
            return;
        }
        let bytes = size_of::<T>();
        let vectors = self.n.div_ceil(set.lanes);
        let last = self.n - (vectors - 1) * set.lanes;
        let cut = usize::from(last < set.lanes);
        let single = self.m == 1 && self.segments == 1 && self.blocks == 1;
        debug_assert!(vectors <= if single { set.row_vectors } else { set.vectors });
        let mut offsets = [0u32; MAX_ROWS];
        let mut most = set.rows;
        if let Rows::Every(step) = self.rows {
            for (r, offset) in offsets.iter_mut().enumerate().take(self.m) {
                match u32::try_from(r * step * bytes) {
                    Ok(distance) => *offset = distance,
                    // Rows of gigabytes: one at a time.
                    Err(_) => most = 1,
                }
            }
        }
        let parts = if self.m <= most { 1 } else { self.m.div_ceil(most) };
        let (height, higher) = if parts == 1 { (self.m, 0) } else { (self.m / parts, self.m % parts) };
        let mut first = 0;
        for (rows, tiles) in [(height + 1, higher), (height, parts - higher)] {
            if tiles == 0 {
                continue;
            }
            // SAFETY: the rows from `first` on lie within A, its table and C; the mask's address within its table, of
            // which the AVX2 kernels read eight entries. The set is that of an instruction set that the machine has.
            unsafe {
                let (a, table) = match self.rows {
                    Rows::Every(step) => (self.a.add(first * step), offsets.as_ptr()),
                    Rows::Table(table) => (self.a, table.add(first)),
                };
                let c = self.c.add(first * self.c_step);
                let mut tile = self.tile((a, table), c, (rows, tiles), last);
                if single {
                    set.row_kernels[vectors - 1][cut](&mut tile);
                } else {
                    set.kernels[rows - 1][vectors - 1][cut](&mut tile);
                }
            }
            first += rows * tiles;
        }
    }

    /// `tiles` tiles of `rows` rows, the last vector of whose columns has `last` lanes in use.
    #[inline(always)]
    fn tile(
        &self,
        (a, table): (*const T, *const u32),
        c: *mut T,
        (rows, tiles): (usize, usize),
        last: usize,
    ) -> Tile<T> {
        let bytes = size_of::<T>();
        let lanes_in_use = last * bytes / size_of::<i32>();
        Tile {
            a,
            rows: table,
            b: self.b,
            c,
            bias: if let Start::Bias(bias) = self.start { bias } else { core::ptr::null() },
            start: match self.start {
                Start::Zero => ZERO,
                Start::Bias(_) => BIAS,
                Start::Add => ADD,
            },
            clamp: usize::from(self.clamp),
            mask: (1 << last) - 1,
            lanes: LANES_IN_USE.as_ptr().wrapping_add(8).wrapping_sub(lanes_in_use.min(8)),
            a_step: (self.a_step * bytes) as isize,
            a_jump: self.a_jump * bytes as isize,
            a_jump2: self.a_jump2 * bytes as isize,
            run: self.run,
            segments: self.segments,
            blocks: self.blocks,
            b_step: self.b_step * bytes,
            b_jump: self.b_jump * bytes as isize,
            c_step: self.c_step * bytes,
            a_tile: match self.rows {
                Rows::Every(step) => (rows * step * bytes) as isize,
                Rows::Table(_) => 0,
            },
            rows_tile: match self.rows {
                Rows::Every(_) => 0,
                Rows::Table(_) => rows * size_of::<u32>(),
            },
            tiles,
            columns: self.n,
            segments_left: 0,
            blocks_left: 0,
        }
    }

    /// Whether this is one row of few enough columns for one tile.
    #[inline(always)]
    pub fn is_row(&self, set: &TileSet<T>) -> bool {
        let single = self.m == 1 && self.segments == 1 && self.blocks == 1;
        single && self.run > 0 && (1..=set.lanes * set.row_vectors).contains(&self.n)
    }

    /// A row of few enough columns, without what many rows take: in the networks that run a sample at a time this is most
    /// products, and each of them is short.
    ///
    /// # Safety
    ///
    /// As for `run`, and [`is_row`](Product::is_row).
    #[inline(always)]
    pub unsafe fn run_row(&self, set: &TileSet<T>) {
        // There are two, four, eight or sixteen: what is no constant is slow to divide by.
        debug_assert!(set.lanes.is_power_of_two());
        let shift = set.lanes.trailing_zeros();
        let before = (self.n - 1) >> shift;
        let last = self.n - (before << shift);
        // SAFETY: as in `run`.
        unsafe {
            let distance = 0;
            let mut tile = self.tile((self.a, &raw const distance), self.c, (1, 1), last);
            set.row_kernels[before][usize::from(last < set.lanes)](&mut tile);
        }
    }

    /// A product without any k: what it starts from.
    unsafe fn run_empty(&self) {
        for r in 0..self.m {
            for j in 0..self.n {
                // SAFETY: C has `m` rows of `n` columns, a bias has `n`.
                unsafe {
                    let c = self.c.add(r * self.c_step + j);
                    let value = match self.start {
                        Start::Zero => T::zero(),
                        Start::Bias(bias) => *bias.add(j),
                        Start::Add => *c,
                    };
                    *c = if self.clamp && value < T::zero() { T::zero() } else { value };
                }
            }
        }
    }
}
