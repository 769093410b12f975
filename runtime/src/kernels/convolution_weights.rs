//! A convolution's gradient by its weights: the rows of A are the taps of the kernel, and the sum runs over the pixels of
//! all samples.

use super::convolution::{LARGE, Room, Table, run_panels, shards};
use super::isa::isa;
use super::panel::{Product, Rows, Start, part};
use super::parallel::{Shared, for_each};
use super::tile::{TileScalar, TileSet};
use super::{dense::PARALLEL, depthwise, pack};
use crate::layers::conv2d::Conv2dSpec;

/// The rows of a task that owns a part of large weights.
const TASK_ROWS: usize = 96;

/// `dw[tap][c][o] = Σ x[p · stride + tap][c] dy[p][o]` over samples and pixels, followed by `db[o] = Σ dy[p][o]`.
pub(super) fn backward_parameters<T: TileScalar>(
    spec: &Conv2dSpec,
    samples: usize,
    x: &[T],
    dy: &[T],
    dw: &mut [T],
    scratch: &mut [T],
) {
    let [height, width] = spec.output_size();
    let pixels = height * width;
    let input = spec.height * spec.width * spec.channels;
    let parameters = spec.weights() + spec.biases();
    assert!(x.len() >= samples * input && dy.len() >= samples * pixels * spec.outputs);
    let dw = &mut dw[..parameters];
    if samples * pixels == 0 {
        T::fill(dw, T::zero());
        return;
    }
    let set = T::tiles(isa());
    let mut room = Room(scratch);
    let image = spec.padded();
    let copy = image.copy_len();
    let parallel = spec.multiply_adds(samples) >= PARALLEL;
    let (cg, kw) = (spec.channels / spec.groups, spec.kernel[1]);
    let table = room.table(spec.taps(), |tap| {
        let (place, channel) = (tap / cg, tap % cg);
        place / kw * spec.dilation[0] * image.row() + place % kw * spec.dilation[1] * spec.channels + channel
    });
    let walk = Walk { spec, set, table, pixels, size: [height, width], row: image.row() };
    if spec.weights() > LARGE && !spec.depthwise() {
        let copies = Shared::new(room.take(samples * copy));
        for_each(samples, parallel, &|sample| {
            // SAFETY: each sample has a copy of its own.
            unsafe { image.copy(x[sample * input..].as_ptr(), copies.get().add(sample * copy)) };
        });
        let (dw, db) = dw.split_at_mut(spec.weights());
        let dw = Shared::new(dw);
        let parts = spec.taps().div_ceil(TASK_ROWS);
        for_each(parts, parallel, &|task| {
            for sample in 0..samples {
                let rows = part(spec.taps(), parts, task);
                // SAFETY: the copies were made above; each task has rows of its own.
                unsafe {
                    let from = if copy == 0 {
                        x[sample * input..].as_ptr()
                    } else {
                        copies.get().add(sample * copy).cast_const()
                    };
                    walk.gradient(from, &dy[sample * pixels * spec.outputs..], dw.get(), rows, sample == 0);
                }
            }
        });
        if spec.bias {
            super::dense::column_sums(set, samples * pixels, dy, db, Start::Zero);
        }
        return;
    }
    let shards = shards(samples);
    let copies = Shared::new(room.take(shards * copy));
    let stride = parameters.next_multiple_of(16);
    let turned = walk.turned();
    let in_place = usize::from(!turned);
    let sums = Shared::new(room.take((shards - in_place) * stride));
    let first = Shared::new(dw);
    // SAFETY: the first shard adds up in place, unless it is turned, the others each in its own part of the room.
    let own = |shard: usize| unsafe {
        let start = if shard < in_place { first.get() } else { sums.get().add((shard - in_place) * stride) };
        core::slice::from_raw_parts_mut(start, parameters)
    };
    for_each(shards, parallel, &|shard| {
        let (dw, db) = own(shard).split_at_mut(spec.weights());
        let mine = part(samples, shards, shard);
        for sample in mine.clone() {
            let dy = &dy[sample * pixels * spec.outputs..];
            if spec.depthwise() {
                depthwise::backward_weights(spec, &x[sample * input..], dy, dw, sample == mine.start);
                continue;
            }
            // SAFETY: each shard has a copy of its own, and sums of its own.
            unsafe {
                let from = image.copy(x[sample * input..].as_ptr(), copies.get().add(shard * copy));
                if turned {
                    walk.turned_gradient(from, dy, dw.as_mut_ptr(), sample == mine.start);
                } else {
                    walk.gradient(from, dy, dw.as_mut_ptr(), 0..spec.taps(), sample == mine.start);
                }
            }
        }
        if spec.bias {
            let dy = &dy[mine.start * pixels * spec.outputs..];
            super::dense::column_sums(set, mine.len() * pixels, dy, db, Start::Zero);
        }
    });
    // A tree that the number of shards alone decides.
    let mut distance = 1;
    while distance < shards {
        for shard in (0..shards - distance).step_by(2 * distance) {
            <T as super::update::UpdateKernels>::add_assign(own(shard), own(shard + distance));
        }
        distance *= 2;
    }
    if turned {
        let (weights, taps) = (spec.weights(), spec.taps());
        // SAFETY: the first shard's sums are a row of taps for each output, and the gradient is the other way round.
        unsafe {
            let sums = sums.get();
            pack::transpose(isa(), (sums, taps), (spec.outputs, taps), (first.get(), spec.outputs));
            first.get().add(weights).copy_from_nonoverlapping(sums.add(weights), spec.biases());
        }
    }
}

/// What the gradients of the weights of all samples have in common.
struct Walk<'a, T: 'static> {
    spec: &'a Conv2dSpec,
    set: &'static TileSet<T>,
    /// Where each tap reads for the first pixel.
    table: Table,
    pixels: usize,
    size: [usize; 2],
    /// From one row of the image to the next.
    row: usize,
}

impl<T: TileScalar> Walk<'_, T> {
    /// Whether the gradient is summed up turned round, each output a row and the taps of a kernel row its columns: so the
    /// tiles are wider where there are few outputs, and read less for each multiplication.
    fn turned(&self) -> bool {
        let (spec, set) = (self.spec, self.set);
        if spec.groups > 1 || spec.dilation[1] > 1 {
            return false;
        }
        let cost = |rows: usize, columns: usize| {
            let vectors = columns.div_ceil(set.lanes);
            let (down, across) = (rows.div_ceil(set.rows), vectors.div_ceil(set.vectors));
            let (rows, vectors) = (rows.div_ceil(down.max(1)), vectors.div_ceil(across.max(1)));
            // Two multiplications in the time of two reads; and eight at once, or the machine waits for their results.
            down * across * (rows * vectors).max(rows + vectors + 1).max(8)
        };
        let turned = spec.kernel[0] * cost(spec.outputs, spec.kernel[1] * spec.channels);
        turned < cost(spec.taps(), spec.outputs)
    }

    /// As `gradient`, for all rows, turned round.
    ///
    /// # Safety
    ///
    /// As there, and there is one group and no dilation of the kernel's columns.
    unsafe fn turned_gradient(&self, from: *const T, dy: &[T], dw: *mut T, first: bool) {
        let spec = self.spec;
        let step = spec.stride[1] * spec.channels;
        let [height, width] = self.size;
        let columns = spec.kernel[1] * spec.channels;
        assert!(dy.len() >= self.pixels * spec.outputs);
        for row in 0..spec.kernel[0] {
            // SAFETY: the taps of every pixel lie within the image with its border.
            unsafe {
                let product = Product {
                    a: dy.as_ptr(),
                    rows: Rows::Every(1),
                    m: spec.outputs,
                    a_step: spec.outputs,
                    a_jump: 0,
                    a_jump2: 0,
                    run: width,
                    segments: height,
                    blocks: 1,
                    b: from.add(row * spec.dilation[0] * self.row),
                    b_step: step,
                    b_jump: (spec.stride[0] * self.row) as isize - (width * step) as isize,
                    n: columns,
                    c: dw.add(row * columns),
                    c_step: spec.taps(),
                    start: if first { Start::Zero } else { Start::Add },
                    clamp: false,
                };
                run_panels(self.set, &product, None);
            }
        }
    }

    /// Adds one sample's part to some rows of the gradient, or writes it if it is the `first`.
    ///
    /// # Safety
    ///
    /// `from` is an image with its border; nobody else has those rows of `dw`.
    unsafe fn gradient(
        &self,
        from: *const T,
        dy: &[T],
        dw: *mut T,
        rows: core::ops::Range<usize>,
        first: bool,
    ) {
        let spec = self.spec;
        let (cg, og) = (spec.channels / spec.groups, spec.outputs / spec.groups);
        let step = spec.stride[1] * spec.channels;
        let [height, width] = self.size;
        assert!(dy.len() >= self.pixels * spec.outputs);
        for group in 0..spec.groups {
            // SAFETY: the taps of every pixel lie within the image with its border.
            unsafe {
                let product = Product {
                    a: from.add(group * cg),
                    rows: self.table.rows(),
                    m: spec.taps(),
                    a_step: step,
                    a_jump: (spec.stride[0] * self.row) as isize - (width * step) as isize,
                    a_jump2: 0,
                    run: width,
                    segments: height,
                    blocks: 1,
                    b: dy.as_ptr().add(group * og),
                    b_step: spec.outputs,
                    b_jump: 0,
                    n: og,
                    c: dw.add(group * og),
                    c_step: spec.outputs,
                    start: if first { Start::Zero } else { Start::Add },
                    clamp: false,
                };
                run_panels(self.set, &product.rows(rows.clone()), None);
            }
        }
    }
}
