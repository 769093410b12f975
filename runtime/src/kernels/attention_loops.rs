//! The loops of attention over a block of scores: what lies between its products.
//!
//! A block is some rows (queries) by some columns (keys) of the scores `q · k`, row after row, `step` apart. It is
//! scaled, masked and raised to powers where it lies.

use super::lanes::{LANES as SUMS, max, tree};
use super::math::Elementary;
use crate::Real;
use crate::layers::multi_head_attention::Mask;
use crate::noise::{GROUP, LANES, Noise, draw};

/// The most columns of a block: the elements of a row of it are one group of noise.
pub const COLUMNS: usize = GROUP;

/// A block of scores.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Block {
    /// Where it begins among the queries and the keys.
    pub first: [usize; 2],
    /// How many of both it spans.
    pub size: [usize; 2],
    /// From one row to the next.
    pub step: usize,
    /// How many keys there are in all.
    pub keys: usize,
    /// Whether no query sees a key behind it.
    pub causal: bool,
    /// What the sample's mask means.
    pub mask: Mask,
    /// What scores are multiplied by.
    pub scale: f64,
}

impl Block {
    /// How many of the columns a row sees.
    #[inline(always)]
    fn visible(&self, row: usize) -> usize {
        let [queries, keys] = self.first;
        if self.causal { (queries + row + 1).saturating_sub(keys).min(self.size[1]) } else { self.size[1] }
    }

    /// The columns that a row sees, in whole vectors: those behind them have no share, and no work is done for them.
    #[inline(always)]
    fn worked_on(&self, row: usize) -> usize {
        self.visible(row).next_multiple_of(SUMS).min(self.size[1])
    }

    /// The mask of a row, if there is one.
    #[inline(always)]
    fn mask_of<'a, T>(&self, row: usize, mask: &'a [T]) -> &'a [T] {
        let start = if self.mask.is_for_each_query() { (self.first[0] + row) * self.keys } else { 0 };
        if self.mask == Mask::None { &[] } else { &mask[start + self.first[1]..][..self.size[1]] }
    }

    /// Scales and masks a row: what it does not see is -∞.
    #[inline(always)]
    fn scores<T: Real>(&self, row: usize, mask: &[T], x: &mut [T]) {
        let scale = T::of(self.scale);
        x[self.visible(row)..].fill(T::neg_infinity());
        let mask = self.mask_of(row, mask);
        match self.mask {
            Mask::None => x.iter_mut().for_each(|x| *x *= scale),
            Mask::Added { .. } => x.iter_mut().zip(mask).for_each(|(x, &m)| *x = *x * scale + m),
            Mask::Chosen { .. } => x.iter_mut().zip(mask).for_each(|(x, &m)| {
                *x = if m == T::zero() { T::neg_infinity() } else { *x * scale };
            }),
        }
    }
}

/// `x = e^(x - shift)`, and the sum of these.
#[inline(always)]
fn raise<T: Elementary<M>, M>(shift: T, x: &mut [T]) -> T {
    let mut lanes = [T::zero(); SUMS];
    let (whole, rest) = x.as_chunks_mut::<SUMS>();
    for chunk in whole {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *x = (*x - shift).exp_of_negative();
            *lane += *x;
        }
    }
    for (lane, x) in lanes.iter_mut().zip(rest) {
        *x = (*x - shift).exp_of_negative();
        *lane += *x;
    }
    tree(lanes, |a, b| a + b)
}

/// The scores `s` of a block become `e^(s - m)`, with `m` the largest score of a query so far.
///
/// `state` holds for each row, in three runs, `m`, the sum of all powers so far, and what was made of earlier blocks is
/// to be multiplied by, since `m` may have grown. `fresh` is the first block of these rows, which reads nothing of it.
#[inline(always)]
pub(super) fn powers<T: Elementary<M>, M>(
    block: &Block,
    fresh: bool,
    mask: &[T],
    s: &mut [T],
    state: &mut [T],
) {
    let [rows, columns] = block.size;
    let (largest, rest) = state.split_at_mut(rows);
    let (sums, factors) = rest.split_at_mut(rows);
    for (row, x) in s.chunks_mut(block.step).take(rows).enumerate() {
        let (x, unseen) = x[..columns].split_at_mut(block.worked_on(row));
        unseen.fill(T::zero());
        block.scores(row, mask, x);
        let (before, total) = if fresh { (T::neg_infinity(), T::zero()) } else { (largest[row], sums[row]) };
        let now = max(x);
        let now = if now > before { now } else { before };
        // Where nothing has been seen all differences would be NaN.
        let shift = if now == T::neg_infinity() { T::zero() } else { now };
        let sum = raise(shift, x);
        factors[row] = if fresh { T::zero() } else { (before - shift).exp_of_negative() };
        sums[row] = total * factors[row] + sum;
        largest[row] = now;
    }
}

/// The logarithm of each row's sum, from what [`powers`] has left, goes into `logs` (if that is not empty) and one over
/// the sum into the state's last run. A query that sees nothing has +∞ and 0, so that its shares are 0 here and in the
/// gradient.
#[inline(always)]
pub(super) fn totals<T: Elementary<M>, M>(rows: usize, state: &mut [T], logs: &mut [T]) {
    for row in 0..rows {
        let (largest, sum) = (state[row], state[rows + row]);
        let nothing = sum == T::zero();
        state[2 * rows + row] = if nothing { T::zero() } else { T::one() / sum };
        if let Some(log) = logs.get_mut(row) {
            *log = if nothing { T::infinity() } else { largest + sum.ln() };
        }
    }
}

/// Rows of `y`, which are `step` apart and of `len` numbers, times a factor each.
#[inline(always)]
pub(super) fn scale_rows<T: Elementary<M>, M>(len: usize, step: usize, factors: &[T], y: &mut [T]) {
    for (y, &factor) in y.chunks_mut(step).zip(factors) {
        y[..len].iter_mut().for_each(|y| *y *= factor);
    }
}

/// The scores of a block become shares again, `e^(s - log)`, from the logarithms of the sums.
#[inline(always)]
pub(super) fn shares<T: Elementary<M>, M>(block: &Block, mask: &[T], logs: &[T], s: &mut [T]) {
    let [rows, columns] = block.size;
    for (row, (x, &log)) in s.chunks_mut(block.step).zip(logs).take(rows).enumerate() {
        let (x, unseen) = x[..columns].split_at_mut(block.worked_on(row));
        unseen.fill(T::zero());
        block.scores(row, mask, x);
        for x in x {
            *x = (*x - log).exp_of_negative();
        }
    }
}

/// The gradient by the shares becomes that by the products, `ds = scale · p (dp - Σ p dp)`, with the sum given; without
/// the scale it is that by the mask, which is added up in `dmask` (if that is not empty).
#[inline(always)]
pub(super) fn score_gradient<T: Elementary<M>, M>(
    block: &Block,
    p: &[T],
    sums: &[T],
    dp: &mut [T],
    dmask: &mut [T],
) {
    let [rows, columns] = block.size;
    let scale = T::of(block.scale);
    let all = p.chunks(block.step).zip(dp.chunks_mut(block.step)).zip(sums);
    for (row, ((p, dp), &sum)) in all.take(rows).enumerate() {
        let (dp, unseen) = dp[..columns].split_at_mut(block.worked_on(row));
        unseen.fill(T::zero());
        for (d, &p) in dp.iter_mut().zip(p) {
            *d = p * (*d - sum);
        }
        if !dmask.is_empty() {
            let start = if block.mask.is_for_each_query() { (block.first[0] + row) * block.keys } else { 0 };
            let dmask = &mut dmask[start + block.first[1]..][..dp.len()];
            dmask.iter_mut().zip(&*dp).for_each(|(m, &d)| *m += d);
        }
        dp.iter_mut().for_each(|d| *d *= scale);
    }
}

/// `sums = Σ a b` of rows of `len` numbers that are `step` apart in both.
#[inline(always)]
pub(super) fn row_products<T: Elementary<M>, M>(len: usize, step: usize, a: &[T], b: &[T], sums: &mut [T]) {
    for (sum, (a, b)) in sums.iter_mut().zip(a.chunks(step).zip(b.chunks(step))) {
        *sum = super::lanes::sum_products(&a[..len], &b[..len], |a, b| a * b);
    }
}

/// Where a block's noise stands.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Place {
    pub noise: Noise,
    pub node: u32,
    pub sample: usize,
    /// The rows of all heads before this block's first row.
    pub row: usize,
    pub rate: f64,
}

/// Drops shares, or their gradients: those are 0, and the others divided by what is kept.
#[inline(always)]
pub(super) fn drop_shares<T: Elementary<M>, M>(block: &Block, place: &Place, p: &mut [T]) {
    let [rows, columns] = block.size;
    let Some(threshold) = super::dropout::threshold(place.rate) else { return p.fill(T::zero()) };
    let scale: T = super::dropout::scale(place.rate, threshold);
    let groups = block.keys.div_ceil(GROUP);
    let mut words = [[0; LANES]; 4];
    for (row, p) in p.chunks_mut(block.step).take(rows).enumerate() {
        let group = (place.row + row) * groups + block.first[1] / GROUP;
        draw(place.noise, place.node, place.sample, group, columns, &mut words);
        for (p, &word) in p[..columns].iter_mut().zip(words.as_flattened()) {
            *p = if word >= threshold { *p * scale } else { T::zero() };
        }
    }
}

/// Turns pairs of neighbours in each head of each row, `(a, b)` to `(a cos - b sin, a sin + b cos)`; `back` turns the
/// other way. `table` holds cosine and sine for each pair of each position; `places` are the first column and the number
/// of those that are turned, `width` a head's.
#[inline(always)]
pub(super) fn rotate<T: Elementary<M>, M>(
    [step, first, columns, width]: [usize; 4],
    back: bool,
    table: &[T],
    x: &mut [T],
) {
    let positions = (table.len() / width.max(1)).max(1);
    for (row, x) in x.chunks_mut(step).enumerate() {
        let table = &table[row % positions * width..][..width];
        for head in x[first..first + columns].chunks_mut(width) {
            for (pair, angle) in head.chunks_exact_mut(2).zip(table.chunks_exact(2)) {
                let (a, b, cos) = (pair[0], pair[1], angle[0]);
                let sin = if back { -angle[1] } else { angle[1] };
                pair[0] = a * cos - b * sin;
                pair[1] = a * sin + b * cos;
            }
        }
    }
}
