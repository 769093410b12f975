//! Scaled dot-product attention in tiles (Dao: *FlashAttention-2*, 2023).
//!
//! The scores of some queries with some keys are made, used and forgotten: forward keeps for each query the largest
//! score and the sum of powers so far, and of both in the end the logarithm of the sum, from which backward makes the
//! scores again. So what is held grows with the length of the sequences, not with its square.
//!
//! A head of a sample is one piece of work, whose sums have one order; slots of working memory serve some heads each.

use super::attention_loops::{Block, COLUMNS, Place};
use super::dense::{PARALLEL, aligned};
use super::isa::{Isa, isa};
use super::map::FormulaKernels;
use super::pack;
use super::panel::{Product, Start, part};
use super::parallel::{Shared, for_each};
use super::tile::{TileScalar, TileSet};
use crate::layers::multi_head_attention::Mask;
use crate::noise::Noise;

/// The most queries of a block.
const ROWS: usize = 32;
/// The most slots of working memory, which are the most threads that one call keeps busy.
const SLOTS: usize = 16;

/// The sizes of an attention.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Attention {
    pub heads: usize,
    /// The numbers of one head of a query, a key or a value.
    pub width: usize,
    pub queries: usize,
    pub keys: usize,
    pub causal: bool,
    pub mask: Mask,
    /// The share of the weights that is dropped in training.
    pub rate: f64,
    pub node: u32,
    /// Where queries, keys and values lie in the slice that holds them all, and their gradients in another.
    pub places: [Rows; 3],
}

/// Where the first row of all samples begins, and how far apart rows are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[doc(hidden)]
pub struct Rows {
    pub start: usize,
    pub step: usize,
}

/// What backward starts from beside the three: the gradient by the output, the output, and the logarithms of the sums.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Left<'a, T> {
    pub dy: &'a [T],
    pub y: &'a [T],
    pub logs: &'a [T],
}

/// The kernels of this module that exist once for each scalar type.
#[doc(hidden)]
pub trait AttentionKernels: Sized {
    /// `y = softmax(q kᵀ / √width + mask) v` for each head, and the logarithms of the sums, if `logs` is not empty.
    fn attention(
        sizes: &Attention,
        x: &[Self],
        mask: &[Self],
        noise: Option<Noise>,
        y: &mut [Self],
        logs: &mut [Self],
        scratch: &mut [Self],
    );

    /// Its gradients by all three, and by the mask, if `dmask` is not empty.
    #[expect(clippy::too_many_arguments, reason = "the pass's slices, each of a meaning of its own")]
    fn attention_backward(
        sizes: &Attention,
        x: &[Self],
        mask: &[Self],
        noise: Noise,
        left: Left<'_, Self>,
        dx: &mut [Self],
        dmask: &mut [Self],
        scratch: &mut [Self],
    );
}

macro_rules! attention_kernels {
    ($t:ty) => {
        impl AttentionKernels for $t {
            fn attention(
                sizes: &Attention,
                x: &[$t],
                mask: &[$t],
                noise: Option<Noise>,
                y: &mut [$t],
                logs: &mut [$t],
                scratch: &mut [$t],
            ) {
                forward(sizes, x, mask, noise, y, logs, scratch);
            }

            fn attention_backward(
                sizes: &Attention,
                x: &[$t],
                mask: &[$t],
                noise: Noise,
                left: Left<'_, $t>,
                dx: &mut [$t],
                dmask: &mut [$t],
                scratch: &mut [$t],
            ) {
                backward(sizes, x, mask, noise, left, dx, dmask, scratch);
            }
        }
    };
}

attention_kernels!(f32);
attention_kernels!(f64);

/// Parts of working memory begin on cache lines.
const fn whole_lines(len: usize) -> usize {
    len.div_ceil(16) * 16
}

const fn least(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

impl Attention {
    /// The parts of a slot: two of the length of all keys, two for the gradients by keys and values, two blocks of
    /// scores, a block of output, and what is kept for its rows.
    const fn slot(&self, backward: bool) -> [usize; 8] {
        let (rows, columns) = (least(ROWS, self.queries), least(COLUMNS, self.keys));
        let all = whole_lines(self.keys * self.width);
        let block = whole_lines(rows * columns);
        let (output, state) = (whole_lines(rows * self.width), whole_lines(3 * rows));
        if backward {
            [all, all, all, all, block, block, output, state]
        } else {
            [all, 0, 0, 0, block, 0, output, state]
        }
    }

    const fn slot_len(&self, backward: bool) -> usize {
        let [a, b, c, d, e, f, g, h] = self.slot(backward);
        a + b + c + d + e + f + g + h
    }

    /// The scalars of room that forward or backward needs.
    pub const fn scratch(&self, samples: usize, backward: bool) -> usize {
        least(SLOTS, samples * self.heads) * self.slot_len(backward) + 16
    }

    const fn samples<T>(&self, y: &[T]) -> usize {
        match self.queries * self.heads * self.width {
            0 => 0,
            all => y.len() / all,
        }
    }

    /// The place of a head's first number of a sample's first row.
    fn head(&self, rows: Rows, len: usize, sample: usize, head: usize) -> usize {
        rows.start + sample * len * rows.step + head * self.width
    }

    /// All slots with the heads that each serves; with `whole` samples the heads of one sample go to one slot.
    fn for_each_head<T: Send>(
        &self,
        samples: usize,
        whole: bool,
        backward: bool,
        scratch: &mut [T],
        f: impl Fn(usize, usize, [&mut [T]; 8]) + Sync,
    ) {
        let (units, each) = if whole { (samples, self.heads) } else { (samples * self.heads, 1) };
        let (slots, len) = (least(SLOTS, units), self.slot_len(backward));
        let room = aligned(scratch);
        assert!(room.len() >= slots * len);
        let room = Shared::new(room);
        let work = samples * self.heads * self.queries * self.keys * self.width * 2;
        for_each(slots, work >= PARALLEL, &|slot| {
            for unit in part(units, slots, slot) {
                for inner in 0..each {
                    // SAFETY: a slot is one task's, and lies within the room.
                    let mut rest =
                        unsafe { core::slice::from_raw_parts_mut(room.get().add(slot * len), len) };
                    let parts = self.slot(backward).map(|len| {
                        let (part, behind) = core::mem::take(&mut rest).split_at_mut(len);
                        rest = behind;
                        part
                    });
                    let head = unit * each + inner;
                    f(head / self.heads, head % self.heads, parts);
                }
            }
        });
    }

    fn scale(&self) -> f64 {
        1.0 / (self.width as f64).sqrt()
    }

    /// The blocks of some queries, with the keys that any of them sees.
    fn blocks(&self, first: usize, rows: usize) -> impl Iterator<Item = Block> + use<> {
        let end = if self.causal { least(first + rows, self.keys) } else { self.keys };
        let whole = Block {
            first: [first, 0],
            size: [rows, 0],
            step: least(COLUMNS, self.keys),
            keys: self.keys,
            causal: self.causal,
            mask: self.mask,
            scale: self.scale(),
        };
        (0..end).step_by(COLUMNS).map(move |key| Block {
            first: [first, key],
            size: [rows, least(COLUMNS, end - key)],
            ..whole
        })
    }

    fn mask_of<'a, T>(&self, mask: &'a [T], sample: usize) -> &'a [T] {
        let len = self.mask_len();
        &mask[sample * len..][..len]
    }

    /// The numbers of a sample's mask.
    const fn mask_len(&self) -> usize {
        match self.mask {
            Mask::None => 0,
            _ if self.mask.is_for_each_query() => self.queries * self.keys,
            _ => self.keys,
        }
    }

    fn place(&self, noise: Noise, sample: usize, head: usize, query: usize) -> Place {
        let row = head * self.queries + query;
        Place { noise, node: self.node, sample, row, rate: self.rate }
    }

    /// The whole length of the turned rows of a block's keys.
    fn turned_step(&self, block: &Block) -> usize {
        least(COLUMNS, self.keys - block.first[1])
    }
}

/// A product of `m` × `k` by `k` × `n`; A's rows and columns, B's rows and C's are that far apart.
///
/// # Safety
///
/// All that it names may be read, and C written.
unsafe fn multiply<T: TileScalar>(
    set: &TileSet<T>,
    sizes: (usize, usize, usize),
    a: (*const T, usize, usize),
    (b, b_step): (*const T, usize),
    (c, c_step): (*mut T, usize),
    start: Start<T>,
) {
    // SAFETY: by the contract.
    unsafe { Product { b_step, c_step, ..Product::plain(sizes, a, b, c, start) }.run_panels(set) };
}

/// Turns a head's rows, block of keys by block: each block is `[width][keys of the block]`.
///
/// # Safety
///
/// `from` is the head's first row, of `len` that are `step` apart; the machine has the instruction set.
unsafe fn turn<T: TileScalar>(isa: Isa, from: (*const T, usize), len: usize, width: usize, to: &mut [T]) {
    assert!(to.len() >= len * width);
    for first in (0..len).step_by(COLUMNS) {
        let size = least(COLUMNS, len - first);
        // SAFETY: by the contract, and there is room for all rows.
        unsafe {
            let rows = (from.0.add(first * from.1), from.1);
            pack::transpose(isa, rows, (size, width), (to.as_mut_ptr().add(first * width), size));
        }
    }
}

/// Copies rows of `width` numbers that lie one after another to places `step` apart.
///
/// # Safety
///
/// All places may be written.
unsafe fn spread<T>(from: &[T], width: usize, (to, step): (*mut T, usize)) {
    for (i, row) in from.chunks_exact(width).enumerate() {
        // SAFETY: by the contract.
        unsafe { core::ptr::copy_nonoverlapping(row.as_ptr(), to.add(i * step), width) };
    }
}

/// All rows lie in a slice of that length.
fn check(sizes: &Attention, samples: usize, len: usize) {
    for (rows, count) in sizes.places.iter().zip([sizes.queries, sizes.keys, sizes.keys]) {
        let all = samples * count;
        assert!(all == 0 || rows.start + (all - 1) * rows.step + sizes.heads * sizes.width <= len);
    }
}

fn forward<T: TileScalar + FormulaKernels>(
    sizes: &Attention,
    x: &[T],
    mask: &[T],
    noise: Option<Noise>,
    y: &mut [T],
    logs: &mut [T],
    scratch: &mut [T],
) {
    let samples = sizes.samples(y);
    let Attention { heads, width, queries, keys, .. } = *sizes;
    check(sizes, samples, x.len());
    assert!(logs.is_empty() || logs.len() >= samples * heads * queries);
    assert!(mask.len() >= samples * sizes.mask_len());
    let noise = noise.filter(|_| sizes.rate > 0.0);
    let out = Rows { start: 0, step: heads * width };
    let isa = isa();
    let set = T::tiles(isa);
    let (has_logs, logs, y) = (!logs.is_empty(), Shared::new(logs), Shared::new(y));
    sizes.for_each_head(samples, false, false, scratch, |sample, head, slot| {
        let [turned, _, _, _, scores, _, output, state] = slot;
        let at = |i: usize, len| x[sizes.head(sizes.places[i], len, sample, head)..].as_ptr();
        let (q, k, v) = (at(0, queries), at(1, keys), at(2, keys));
        let mask = sizes.mask_of(mask, sample);
        let [q_step, k_step, v_step] = sizes.places.map(|rows| rows.step);
        // SAFETY: the keys' rows are as many and as far apart as was asserted.
        unsafe { turn(isa, (k, k_step), keys, width, turned) };
        for first in (0..queries).step_by(ROWS) {
            let rows = least(ROWS, queries - first);
            let (state, output) = (&mut state[..3 * rows], &mut output[..rows * width]);
            for block in sizes.blocks(first, rows) {
                let [_, key] = block.first;
                let (columns, fresh) = (block.size[1], key == 0);
                // SAFETY: rows of the queries, a block of turned keys, and the scores have these sizes.
                unsafe {
                    let q = q.add(first * q_step);
                    let b = (turned.as_ptr().add(key * width), sizes.turned_step(&block));
                    let c = (scores.as_mut_ptr(), block.step);
                    multiply(set, (rows, width, columns), (q, q_step, 1), b, c, Start::Zero);
                }
                T::attention_powers(&block, fresh, mask, scores, state);
                if !fresh {
                    T::attention_scale(width, width, &state[2 * rows..], output);
                }
                if let Some(noise) = noise {
                    T::attention_drop(&block, &sizes.place(noise, sample, head, first), scores);
                }
                // SAFETY: a block of scores, rows of the values, and a block of output have these sizes.
                unsafe {
                    let v = (v.add(key * v_step), v_step);
                    let start = if fresh { Start::Zero } else { Start::Add };
                    let (a, c) = ((scores.as_ptr(), block.step, 1), (output.as_mut_ptr(), width));
                    multiply(set, (rows, columns, width), a, v, c, start);
                }
            }
            // SAFETY: the rows of this head belong to this task.
            unsafe {
                let place = (sample * heads + head) * queries + first;
                let logs = match has_logs {
                    true => core::slice::from_raw_parts_mut(logs.get().add(place), rows),
                    false => &mut [],
                };
                T::attention_totals(rows, state, logs);
                T::attention_scale(width, width, &state[2 * rows..], output);
                let to = y.get().add(sizes.head(out, queries, sample, head) + first * out.step);
                spread(output, width, (to, out.step));
            }
        }
    });
}

#[expect(clippy::too_many_arguments, reason = "the pass's slices, each of a meaning of its own")]
fn backward<T: TileScalar + FormulaKernels>(
    sizes: &Attention,
    x: &[T],
    mask: &[T],
    noise: Noise,
    left: Left<'_, T>,
    dx: &mut [T],
    dmask: &mut [T],
    scratch: &mut [T],
) {
    let samples = sizes.samples(left.dy);
    let Attention { heads, width, queries, keys, .. } = *sizes;
    check(sizes, samples, x.len().min(dx.len()));
    let out = Rows { start: 0, step: heads * width };
    assert!(left.y.len() >= left.dy.len() && left.logs.len() >= samples * heads * queries);
    assert!(mask.len() >= samples * sizes.mask_len());
    let isa = isa();
    let set = T::tiles(isa);
    let (by_mask, mask_len) = (!dmask.is_empty(), sizes.mask_len());
    assert!(!by_mask || dmask.len() >= samples * mask_len);
    dmask.fill(T::zero());
    let (dmask, dx) = (Shared::new(dmask), Shared::new(dx));
    sizes.for_each_head(samples, by_mask, true, scratch, |sample, head, slot| {
        let [k_turned, v_turned, dk, dv, p, dp, dq, state] = slot;
        let (dk, dv) = (&mut dk[..keys * width], &mut dv[..keys * width]);
        let at = |i: usize, len| x[sizes.head(sizes.places[i], len, sample, head)..].as_ptr();
        let (q, k, v) = (at(0, queries), at(1, keys), at(2, keys));
        let [q_step, k_step, v_step] = sizes.places.map(|rows| rows.step);
        let mask = sizes.mask_of(mask, sample);
        // SAFETY: the heads of a sample belong to one task if there is a gradient by the mask.
        let dmask = match by_mask {
            true => unsafe { core::slice::from_raw_parts_mut(dmask.get().add(sample * mask_len), mask_len) },
            false => &mut [],
        };
        // SAFETY: the rows of keys and values are as many and as far apart as was asserted.
        unsafe {
            turn(isa, (k, k_step), keys, width, k_turned);
            turn(isa, (v, v_step), keys, width, v_turned);
        }
        dk.fill(T::zero());
        dv.fill(T::zero());
        for first in (0..queries).step_by(ROWS) {
            let rows = least(ROWS, queries - first);
            let (sums, dq) = (&mut state[..rows], &mut dq[..rows * width]);
            let place = sizes.head(out, queries, sample, head) + first * out.step;
            let (dy, y) = (&left.dy[place..], &left.y[place..]);
            let logs = &left.logs[(sample * heads + head) * queries + first..][..rows];
            T::attention_sums(width, out.step, dy, y, sums);
            dq.fill(T::zero());
            for block in sizes.blocks(first, rows) {
                let ([_, key], columns, step) = (block.first, block.size[1], block.step);
                // SAFETY: rows of the three, blocks of turned ones, and both blocks of scores have these sizes.
                unsafe {
                    let (q, turned) = (q.add(first * q_step), sizes.turned_step(&block));
                    let (k_turned, v_turned) =
                        (k_turned[key * width..].as_ptr(), v_turned[key * width..].as_ptr());
                    let size = (rows, width, columns);
                    multiply(
                        set,
                        size,
                        (q, q_step, 1),
                        (k_turned, turned),
                        (p.as_mut_ptr(), step),
                        Start::Zero,
                    );
                    let a = (dy.as_ptr(), out.step, 1);
                    multiply(set, size, a, (v_turned, turned), (dp.as_mut_ptr(), step), Start::Zero);
                }
                T::attention_shares(&block, mask, logs, p);
                let drops = sizes.rate > 0.0;
                let at = sizes.place(noise, sample, head, first);
                if drops {
                    T::attention_drop(&block, &at, dp);
                }
                T::attention_gradient(&block, p, sums, dp, dmask);
                if drops {
                    T::attention_drop(&block, &at, p);
                }
                // SAFETY: as above; the gradients' blocks are `width` wide.
                unsafe {
                    let by_keys = (columns, rows, width);
                    let (dv, dk) = (dv[key * width..].as_mut_ptr(), dk[key * width..].as_mut_ptr());
                    let b = (dy.as_ptr(), out.step);
                    multiply(set, by_keys, (p.as_ptr(), 1, step), b, (dv, width), Start::Add);
                    let b = (q.add(first * q_step), q_step);
                    multiply(set, by_keys, (dp.as_ptr(), 1, step), b, (dk, width), Start::Add);
                    let (a, b) = ((dp.as_ptr(), step, 1), (k.add(key * k_step), k_step));
                    multiply(set, (rows, columns, width), a, b, (dq.as_mut_ptr(), width), Start::Add);
                }
            }
            let to = sizes.places[0];
            // SAFETY: the rows of this head belong to this task, in all three gradients.
            unsafe {
                let place = sizes.head(to, queries, sample, head) + first * to.step;
                spread(dq, width, (dx.get().add(place), to.step));
            }
        }
        for (from, to) in [(dk, sizes.places[1]), (dv, sizes.places[2])] {
            // SAFETY: as above.
            unsafe {
                let place = sizes.head(to, keys, sample, head);
                spread(from, width, (dx.get().add(place), to.step));
            }
        }
    });
}
