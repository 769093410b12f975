//! What emitted loops over the rounds of a repetition need.

use crate::Real;
use core::ops::Range;

/// One round's part of what lies behind `start`, `len` scalars for each round.
#[inline(never)]
pub fn part_of<T>(all: &[T], start: usize, round: usize, len: usize) -> &[T] {
    &all[start + round * len..][..len]
}

/// The same to write into.
#[inline(never)]
pub fn part_of_mut<T>(all: &mut [T], start: usize, round: usize, len: usize) -> &mut [T] {
    &mut all[start + round * len..][..len]
}

/// What a round reads and what it writes, on the way from `first` through the links of a chain to `last`. A chain of
/// fewer links than there are between the rounds is used in turns.
#[inline(never)]
pub fn link<'a, T>(
    round: usize,
    rounds: usize,
    len: usize,
    first: &'a [T],
    chain: &'a mut [T],
    last: &'a mut [T],
) -> (&'a [T], &'a mut [T]) {
    let links = chain.len() / len.max(1);
    let place = |round: usize| (round % links.max(1)) * len..(round % links.max(1)) * len + len;
    match (round == 0, round + 1 == rounds) {
        (true, true) => (first, last),
        (true, false) => (first, &mut chain[place(round)]),
        (false, true) => (&chain[place(round - 1)], last),
        (false, false) => match chain.get_disjoint_mut([place(round - 1), place(round)]) {
            Ok([read, written]) => (read, written),
            Err(error) => unreachable!("neighbouring links are two: {error}"),
        },
    }
}

/// What a round has read, in a chain that is kept whole.
#[inline(never)]
pub fn link_in<'a, T>(round: usize, len: usize, first: &'a [T], chain: &'a [T]) -> &'a [T] {
    if round == 0 { first } else { part_of(chain, 0, round - 1, len) }
}

/// What a round has written, in a chain that is kept whole.
#[inline(never)]
pub fn link_out<'a, T>(round: usize, rounds: usize, len: usize, chain: &'a [T], last: &'a [T]) -> &'a [T] {
    if round + 1 == rounds { last } else { part_of(chain, 0, round, len) }
}

/// Adds the gradient of one more use of shared tensors; the statistics for running averages become the mean over all
/// `uses` so far.
pub fn add_gradient<T: Real>(into: &mut [T], from: &[T], averages: &[Range<usize>], uses: usize) {
    let share = T::of(1.0 / uses as f64);
    let mut at = 0;
    for average in averages {
        crate::__private::add(&from[at..average.start], &mut into[at..average.start]);
        for (mean, new) in into[average.clone()].iter_mut().zip(&from[average.clone()]) {
            *mean = *mean + (*new - *mean) * share;
        }
        at = average.end;
    }
    crate::__private::add(&from[at..], &mut into[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_leads_from_the_first_to_the_last() {
        // Each round adds its number plus one to what it reads.
        for (rounds, links) in [(1, 0), (2, 1), (3, 2), (7, 2), (7, 6)] {
            let (first, mut chain, mut last) = ([1, 2], vec![0; 2 * links], [0, 0]);
            for round in 0..rounds {
                let (read, written) = link(round, rounds, 2, &first, &mut chain, &mut last);
                written[0] = read[0] + round + 1;
                written[1] = read[1] + round + 1;
            }
            let sum = rounds * (rounds + 1) / 2;
            assert_eq!(last, [1 + sum, 2 + sum], "{rounds} rounds over {links} links");
        }
    }

    #[test]
    fn gradients_add_up_and_statistics_are_averaged() {
        let mut all = [1.0, 10.0, 1.0, 5.0];
        add_gradient(&mut all, &[2.0, 20.0, 2.0, 7.0], &[1..2, 3..4], 2);
        add_gradient(&mut all, &[4.0, 60.0, 4.0, 9.0], &[1..2, 3..4], 3);
        assert_eq!(all, [7.0, 30.0, 7.0, 7.0]);
    }
}
