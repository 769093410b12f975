//! What emitted loops over the rounds of a repetition need.

use crate::__private::outside::About;
use crate::{Init, Real, Role, TensorInfo, TensorName};
use core::ops::Range;

/// A row of the table of tensors as the macro writes it: what is repeated stands once, between `Repeat` and `End`.
#[derive(Clone, Copy, Debug)]
pub enum Row {
    /// A tensor; in a repetition that of the first round.
    Tensor(TensorInfo),
    /// What follows is there `rounds` times, `stride` scalars apart.
    Repeat {
        /// How many times.
        rounds: usize,
        /// The scalars from one round to the next.
        stride: usize,
    },
    /// The end of the innermost repetition.
    End,
    /// All tensors of a network that was declared elsewhere.
    Network {
        /// The network.
        about: &'static About,
        /// What stands before its tensors' names.
        name: &'static str,
        /// The place of its first scalar.
        offset: usize,
        /// Whether it learns nothing here.
        frozen: bool,
    },
}

/// A repetition that is being written out.
#[derive(Clone, Copy)]
struct Open {
    row: usize,
    round: usize,
    rounds: usize,
    stride: usize,
}

/// The whole table, every round written out.
#[must_use]
pub const fn tensors<const N: usize>(rows: &[Row]) -> [TensorInfo; N] {
    const NONE: TensorInfo = TensorInfo {
        name: TensorName::new(""),
        shape: &[],
        memory_shape: &[],
        axes: &[],
        offset: 0,
        len: 0,
        role: Role::Learned,
        init: Init::Constant(0.0),
    };
    let mut table = [NONE; N];
    let mut open = [Open { row: 0, round: 0, rounds: 0, stride: 0 }; 8];
    let (mut depth, mut row, mut n) = (0, 0, 0);
    while row < rows.len() {
        match rows[row] {
            Row::Repeat { rounds, stride } => {
                open[depth] = Open { row, round: 0, rounds, stride };
                depth += 1;
            }
            Row::Tensor(_) if n >= N => {}
            Row::Tensor(info) => {
                table[n] = in_rounds(info, &open, depth);
                n += 1;
            }
            Row::Network { about, name, offset, frozen } => {
                let mut inner = 0;
                // Behind a mistake, which is reported, the table has no room for them.
                while inner < about.tensors.len() && n < N {
                    let mut info = about.tensors[inner];
                    info.offset += offset;
                    info.name = info.name.inside(name);
                    if frozen && matches!(info.role, Role::Learned) {
                        info.role = Role::Frozen;
                    }
                    table[n] = in_rounds(info, &open, depth);
                    inner += 1;
                    n += 1;
                }
            }
            Row::End => {
                let top = &mut open[depth - 1];
                top.round += 1;
                if top.round < top.rounds {
                    row = top.row;
                } else {
                    depth -= 1;
                }
            }
        }
        row += 1;
    }
    table
}

/// A tensor of the first round where it is in these.
const fn in_rounds(mut info: TensorInfo, open: &[Open; 8], depth: usize) -> TensorInfo {
    let mut level = 0;
    while level < depth {
        info.offset += open[level].round * open[level].stride;
        info.name = info.name.with_round(level, open[level].round);
        level += 1;
    }
    info
}

/// One round's part of what lies behind `start`, `len` scalars for each round.
#[inline]
pub fn part_of<T>(all: &[T], start: usize, round: usize, len: usize) -> &[T] {
    &all[start + round * len..][..len]
}

/// The same to write into.
#[inline]
pub fn part_of_mut<T>(all: &mut [T], start: usize, round: usize, len: usize) -> &mut [T] {
    &mut all[start + round * len..][..len]
}

/// What a round reads and what it writes, on the way from `first` through the links of a chain to `last`. A chain of
/// fewer links than there are between the rounds is used in turns.
#[inline]
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
#[inline]
pub fn link_in<'a, T>(round: usize, len: usize, first: &'a [T], chain: &'a [T]) -> &'a [T] {
    if round == 0 { first } else { part_of(chain, 0, round - 1, len) }
}

/// What a round has written, in a chain that is kept whole.
#[inline]
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

    const fn tensor(name: &'static str, offset: usize) -> Row {
        Row::Tensor(TensorInfo {
            name: TensorName::new(name),
            shape: &[3],
            memory_shape: &[3],
            axes: &[0],
            offset,
            len: 3,
            role: Role::Learned,
            init: Init::Constant(0.0),
        })
    }

    #[test]
    fn every_round_has_its_rows() {
        const TABLE: [TensorInfo; 8] = tensors(&[
            tensor("a", 0),
            Row::Repeat { rounds: 2, stride: 32 },
            tensor("b.*.c", 16),
            Row::Repeat { rounds: 2, stride: 3 },
            tensor("b.*.d.*", 32),
            Row::End,
            Row::End,
            tensor("e", 80),
        ]);
        let rows: Vec<_> = TABLE.iter().map(|info| (info.name.to_string(), info.offset)).collect();
        let expected = [
            ("a", 0),
            ("b.0.c", 16),
            ("b.0.d.0", 32),
            ("b.0.d.1", 35),
            ("b.1.c", 48),
            ("b.1.d.0", 64),
            ("b.1.d.1", 67),
            ("e", 80),
        ];
        assert_eq!(rows, expected.map(|(name, offset)| (name.to_string(), offset)));
    }

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
