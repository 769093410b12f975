//! Cuts element-wise work into parts for several threads.
//!
//! The cut depends on the sizes alone, and each part is computed by itself, so results do not depend on the number of
//! threads.

use super::parallel::{Shared, for_each};

/// How many elements a part has at least, where an element costs 1 (a read, a write and little else).
const PART: usize = 1 << 14;
/// From how much work on threads pay.
const ENOUGH: usize = 1 << 17;

/// Calls `f(first element, part)` for parts of `y`, each a multiple of `unit` elements long. `cost` is that of one
/// element, as a multiple of copying it.
pub(crate) fn parts<T: Send>(y: &mut [T], unit: usize, cost: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    let part = part(unit, cost);
    cut(y, part, y.len() * cost >= ENOUGH, |k, y| f(k * part, y));
}

/// As [`parts`] with a second slice: `z` has `z_unit` elements for every `unit` of `y`, or none at all.
pub(crate) fn pairs<T: Send>(
    [y, z]: [&mut [T]; 2],
    [unit, z_unit]: [usize; 2],
    cost: usize,
    f: impl Fn(usize, &mut [T], &mut [T]) + Sync,
) {
    let part = part(unit, cost);
    let z_part = part / unit.max(1) * z_unit;
    let z_len = z.len();
    let place = Shared::new(z);
    cut(y, part, y.len() * cost >= ENOUGH, |k, y| {
        let from = (k * z_part).min(z_len);
        let to = ((k + 1) * z_part).min(z_len);
        // SAFETY: the range lies within `z`, which is borrowed until `cut` returns, and no other `k` has a part of it.
        let z = unsafe { core::slice::from_raw_parts_mut(place.get().add(from), to - from) };
        f(k * part, y, z);
    });
}

fn part(unit: usize, cost: usize) -> usize {
    let unit = unit.max(1);
    unit * (PART / (unit * cost)).max(1)
}

/// Whether work over so many elements is worth more than one thread.
pub(crate) fn enough(elements: usize) -> bool {
    elements >= ENOUGH
}

/// Calls `f(k, part)` for all parts of `part` elements, the last of which may be shorter.
pub(crate) fn cut<T: Send>(y: &mut [T], part: usize, parallel: bool, f: impl Fn(usize, &mut [T]) + Sync) {
    let len = y.len();
    let place = Shared::new(y);
    for_each(len.div_ceil(part), parallel, &|k| {
        let from = k * part;
        let len = part.min(len - from);
        // SAFETY: the range lies within `y`, which is borrowed until `for_each` returns, and no other task has a part
        // of it.
        f(k, unsafe { core::slice::from_raw_parts_mut(place.get().add(from), len) });
    });
}

/// The part of `x` that belongs to `len` elements from `from` on; nothing if there is no `x`.
pub(crate) fn at<T>(x: &[T], from: usize, len: usize) -> &[T] {
    if x.is_empty() { x } else { &x[from..from + len] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_all_once_and_keep_units_whole() {
        for (len, unit, cost) in [(0, 3, 1), (5, 1, 1), (300_000, 1, 1), (300_000, 30_000, 2), (99_999, 9, 8)]
        {
            let mut y = vec![0usize; len];
            parts(&mut y, unit, cost, |from, part| {
                assert_eq!((from % unit, part.len() % unit), (0, 0));
                for (i, y) in (from..).zip(part) {
                    *y += i + 1;
                }
            });
            assert!(y.iter().enumerate().all(|(i, &y)| y == i + 1));
        }
    }

    #[test]
    fn a_second_slice_is_cut_alike_or_absent() {
        for z_len in [0, 40_000] {
            let (mut y, mut z) = (vec![0usize; 200_000], vec![0usize; z_len]);
            pairs([&mut y, &mut z], [5, 1], 1, |from, y, z| {
                y.fill(from);
                assert_eq!(z.len(), if z_len == 0 { 0 } else { y.len() / 5 });
                z.fill(from);
            });
            assert!(z.iter().enumerate().all(|(i, &z)| z == y[5 * i]));
        }
    }
}
