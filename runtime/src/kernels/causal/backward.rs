//! Backward over all steps of all sequences.

use super::{Causal, Run, shard_len, shards, tasks};
use crate::kernels::convolution::{LARGE, Room, run_panels};
use crate::kernels::dense::{PARALLEL, column_sums};
use crate::kernels::depthwise::multiply_add;
use crate::kernels::isa::isa;
use crate::kernels::pack;
use crate::kernels::panel::{Packed, Panels, Product, Rows, Start, part};
use crate::kernels::parallel::{Shared, for_each};
use crate::kernels::tile::TileScalar;
use crate::kernels::update::UpdateKernels;
use crate::layers::conv2d::Conv2dSpec;
use crate::sequences::Sequences;

/// The rows of a task that owns a part of large weights.
const TASK_ROWS: usize = 96;

/// `dw[k][c][o] = Σₜ x[t - (K - 1 - k) · d][c] dy[t][o]`, followed by `db[o] = Σₜ dy[t][o]`.
pub(super) fn parameters<T: TileScalar>(
    spec: &Conv2dSpec,
    sequences: Sequences<'_>,
    x: &[T],
    dy: &[T],
    dw: &mut [T],
    scratch: &mut [T],
) {
    let causal = Causal::of(spec);
    let (steps, outputs) = (sequences.steps(), causal.outputs);
    let len = spec.weights() + spec.biases();
    let dw = &mut dw[..len];
    if steps == 0 || causal.is_empty() {
        T::fill(dw, T::zero());
        return;
    }
    assert!(x.len() >= steps * causal.channels && dy.len() >= steps * outputs);
    let set = T::tiles(isa());
    let parallel = steps * causal.weights() >= PARALLEL;
    let mut room = Room(scratch);
    let cg = causal.of_group()[0];
    let table = room.table(spec.taps(), |row| row / cg * causal.dilation * causal.channels + row % cg).rows();
    let sum = Sum { causal, sequences, x, dy, table };
    if causal.weights() > LARGE && !causal.depthwise() {
        // Shards would move more memory than they save.
        let (dw, db) = dw.split_at_mut(causal.weights());
        let (parts, dw) = (spec.taps().div_ceil(TASK_ROWS), Shared::new(dw));
        for_each(parts, parallel, &|task| {
            // SAFETY: each task has rows of its own.
            unsafe { sum.add(0..steps, dw.get(), part(spec.taps(), parts, task), true) };
        });
        if causal.bias {
            column_sums(set, steps, dy, db, Start::Zero);
        }
        return;
    }
    let (shards, stride) = (shards(steps), shard_len(spec));
    let sums = Shared::new(room.take((shards - 1) * stride));
    let first = Shared::new(dw);
    // SAFETY: the first shard adds up in place, the others each in its own part of the room.
    let own = |shard: usize| unsafe {
        let start = if shard == 0 { first.get() } else { sums.get().add((shard - 1) * stride) };
        core::slice::from_raw_parts_mut(start, len)
    };
    for_each(shards, parallel, &|shard| {
        let (dw, db) = own(shard).split_at_mut(causal.weights());
        let steps = part(steps, shards, shard);
        if causal.depthwise() {
            sum.add_depthwise(steps.clone(), dw);
        } else {
            // SAFETY: the shard's own sums.
            unsafe { sum.add(steps.clone(), dw.as_mut_ptr(), 0..spec.taps(), true) };
        }
        if causal.bias {
            column_sums(set, steps.len(), &dy[steps.start * outputs..], db, Start::Zero);
        }
    });
    // A tree that the number of shards alone decides.
    let mut distance = 1;
    while distance < shards {
        for shard in (0..shards - distance).step_by(2 * distance) {
            <T as UpdateKernels>::add_assign(own(shard), own(shard + distance));
        }
        distance *= 2;
    }
}

/// What all parts of the gradient by the weights have in common.
struct Sum<'a, T> {
    causal: Causal,
    sequences: Sequences<'a>,
    x: &'a [T],
    dy: &'a [T],
    /// Where the rows of the weights read, from the first of some taps on.
    table: Rows,
}

// SAFETY: nobody writes the table.
unsafe impl<T: Sync> Sync for Sum<'_, T> {}

impl<T: TileScalar> Sum<'_, T> {
    /// Adds some steps' part to some rows of the gradient, which begins with zeros if it is the `first`.
    ///
    /// # Safety
    ///
    /// Nobody else has those rows of `dw`, which holds all.
    unsafe fn add(
        &self,
        steps: core::ops::Range<usize>,
        dw: *mut T,
        rows: core::ops::Range<usize>,
        first: bool,
    ) {
        let Causal { taps: all, dilation, channels, outputs, groups, .. } = self.causal;
        let [cg, og] = self.causal.of_group();
        let set = T::tiles(isa());
        if first {
            // SAFETY: the caller's own rows.
            unsafe {
                let start = dw.add(rows.start * outputs);
                T::fill(core::slice::from_raw_parts_mut(start, rows.len() * outputs), T::zero());
            }
        }
        self.causal.runs(self.sequences, steps, false, |Run { steps, taps }| {
            // The run's rows are the last ones.
            let left_out = (all - taps) * cg;
            let own = rows.start.max(left_out)..rows.end;
            if own.is_empty() {
                return;
            }
            for group in 0..groups {
                // SAFETY: the rows begin with the first step of the sequence at the earliest, since the run reads no more
                // taps.
                unsafe {
                    let from = (steps.start - (taps - 1) * dilation) * channels + group * cg;
                    let product = Product {
                        a: self.x.as_ptr().add(from),
                        rows: self.table,
                        m: taps * cg,
                        a_step: channels,
                        a_jump: 0,
                        a_jump2: 0,
                        run: steps.len(),
                        segments: 1,
                        blocks: 1,
                        b: self.dy.as_ptr().add(steps.start * outputs + group * og),
                        b_step: outputs,
                        b_jump: 0,
                        n: og,
                        c: dw.add(left_out * outputs + group * og),
                        c_step: outputs,
                        start: Start::Add,
                        clamp: false,
                    };
                    run_panels(set, &product.rows(own.start - left_out..own.end - left_out), None);
                }
            }
        });
    }

    /// The same for all rows where each channel is convolved by itself.
    fn add_depthwise(&self, steps: core::ops::Range<usize>, dw: &mut [T]) {
        let Causal { taps: all, dilation, channels, .. } = self.causal;
        dw.fill(T::zero());
        self.causal.runs(self.sequences, steps, false, |Run { steps, taps }| {
            for tap in 0..taps {
                let dw = &mut dw[(all - taps + tap) * channels..][..channels];
                let first = steps.start - (taps - 1 - tap) * dilation;
                let x = self.x[first * channels..].chunks_exact(channels);
                let dy = self.dy[steps.start * channels..steps.end * channels].chunks_exact(channels);
                dy.zip(x).for_each(|(dy, x)| multiply_add(dw, x, dy));
            }
        });
    }
}

/// `dx[s][c] = Σ w[K - 1 - k][c][o] dy[s + k · d][o]` over the taps `k` that stay in the sequence.
pub(super) fn input<T: TileScalar>(
    spec: &Conv2dSpec,
    sequences: Sequences<'_>,
    w: &[T],
    dy: &[T],
    dx: &mut [T],
    scratch: &mut [T],
) {
    let causal = Causal::of(spec);
    let Causal { taps: all, dilation, channels, outputs, groups, .. } = causal;
    let steps = sequences.steps();
    if steps == 0 || causal.is_empty() {
        T::fill(dx, T::zero());
        return;
    }
    assert!(dy.len() >= steps * outputs && dx.len() >= steps * channels && w.len() >= causal.weights());
    let parallel = steps * causal.weights() >= PARALLEL;
    let (count, part) = tasks(steps);
    let dx = Shared::new(dx);
    if causal.depthwise() {
        for_each(count, parallel, &|task| {
            causal.runs(sequences, part(task), true, |Run { steps, taps }| {
                // SAFETY: each step is one task's.
                let dx = unsafe {
                    let start = dx.get().add(steps.start * channels);
                    core::slice::from_raw_parts_mut(start, steps.len() * channels)
                };
                dx.fill(T::zero());
                for tap in 0..taps {
                    let w = &w[(all - 1 - tap) * channels..][..channels];
                    let dy = dy[(steps.start + tap * dilation) * channels..].chunks_exact(channels);
                    dx.chunks_exact_mut(channels).zip(dy).for_each(|(dx, dy)| multiply_add(dx, dy, w));
                }
            });
        });
        return;
    }
    let isa = isa();
    let set = T::tiles(isa);
    let [cg, og] = causal.of_group();
    let panels = Panels::new(set, cg);
    // The weights turned round, the last tap first.
    let rows = all * og;
    let packed = Room(scratch).take(causal.weights());
    for group in 0..groups {
        for panel in 0..panels.count {
            let columns = panels.columns(panel);
            for tap in 0..all {
                let from = &w[((all - 1 - tap) * cg + columns.start) * outputs + group * og..];
                let place = rows * (group * cg + columns.start) + tap * og * columns.len();
                let to = &mut packed[place..][..og * columns.len()];
                // SAFETY: a tap's weights are `cg` rows of all outputs, and `to` was cut to size.
                unsafe {
                    pack::transpose(
                        isa,
                        (from.as_ptr(), outputs),
                        (columns.len(), og),
                        (to.as_mut_ptr(), columns.len()),
                    );
                }
            }
        }
    }
    let packed = &*packed;
    for_each(count, parallel, &|task| {
        causal.runs(sequences, part(task), true, |Run { steps, taps }| {
            for group in 0..groups {
                // SAFETY: the last tap of the last row reads the last step of the sequence at the latest; each step is one
                // task's.
                unsafe {
                    let product = Product {
                        a: dy.as_ptr().add(steps.start * outputs + group * og),
                        rows: Rows::Every(outputs),
                        m: steps.len(),
                        a_step: 1,
                        a_jump: (dilation * outputs) as isize - og as isize,
                        a_jump2: 0,
                        run: og,
                        segments: taps,
                        blocks: 1,
                        b: packed.as_ptr().add(rows * group * cg),
                        b_step: cg,
                        b_jump: 0,
                        n: cg,
                        c: dx.get().add(steps.start * channels + group * cg),
                        c_step: channels,
                        start: Start::Zero,
                        clamp: false,
                    };
                    run_panels(set, &product, Some(Packed { k: rows, skip: 0 }));
                }
            }
        });
    });
}
