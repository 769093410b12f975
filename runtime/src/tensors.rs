//! The table of a network's tensors: what is repeated stands in it once.

use crate::__private::outside::About;
use crate::{Role, TensorInfo};
use core::fmt;
use core::ops::Range;

/// The most repetitions inside one another, those of networks inside counted.
pub(crate) const MAX_ROUNDS_DEEP: usize = 8;

/// The most networks of other invocations inside one another, and the one that is asked.
pub(crate) const MAX_NETWORKS_DEEP: usize = 4;

/// A row of the table of tensors.
#[derive(Clone, Copy, Debug)]
pub enum TensorRow {
    /// A tensor; in a repetition that of the first round.
    Tensor(TensorInfo),
    /// What follows is there `rounds` times, `stride` scalars apart. A `*` in names stands for the round's number.
    Repeat {
        /// How many times.
        rounds: usize,
        /// The scalars from one round to the next.
        stride: usize,
    },
    /// The end of the innermost repetition.
    End,
    #[doc(hidden)]
    Network {
        about: &'static About,
        // What stands before its tensors' names.
        name: &'static str,
        // The place of its first scalar.
        offset: usize,
        // Whether it learns nothing here.
        frozen: bool,
    },
}

/// All tensors of a network, in the order in which they were declared.
///
/// It is read with a loop or [`iter`](Tensors::iter). In a program the table has as many rows as the declaration:
/// 200 rounds of a block take no more room in it than one, and their tensors are worked out while it is read.
///
/// ```
/// use formwork::prelude::*;
/// network! { struct Net(x: [4]) -> [4] { x -> [Dense(4); 200] } }
///
/// use formwork::Parameters;
/// assert_eq!(Net::TENSORS.len(), 400);
/// let last = Net::TENSORS.iter().last().unwrap();
/// assert_eq!(last.name, "dense1.199.bias");
/// assert_eq!(last.shape, [4]);
/// ```
#[derive(Clone, Copy)]
pub struct Tensors {
    rows: &'static [TensorRow],
    /// How many repetitions stand inside one another, those of networks inside counted.
    rounds_deep: usize,
    /// How many networks stand inside one another, this one counted.
    networks_deep: usize,
}

impl Tensors {
    /// The table of these rows.
    ///
    /// # Panics
    ///
    /// If a `Repeat` has no `End`, or if too much stands inside one another: eight repetitions, or four networks of
    /// different invocations, are the most. A table is a constant, so that is an error of the compiler.
    #[must_use]
    pub const fn new(rows: &'static [TensorRow]) -> Self {
        let (mut rounds_deep, mut networks_deep) = (0, 1);
        let (mut opened, mut row) = (0, 0);
        while row < rows.len() {
            let mut rounds = opened;
            match &rows[row] {
                TensorRow::Tensor(_) => {}
                TensorRow::Repeat { .. } => {
                    opened += 1;
                    rounds = opened;
                }
                TensorRow::End => {
                    assert!(opened > 0, "the end of a repetition without its beginning");
                    opened -= 1;
                }
                TensorRow::Network { about, .. } => {
                    rounds += about.tensors.rounds_deep;
                    if networks_deep <= about.tensors.networks_deep {
                        networks_deep = about.tensors.networks_deep + 1;
                    }
                }
            }
            if rounds_deep < rounds {
                rounds_deep = rounds;
            }
            row += 1;
        }
        assert!(opened == 0, "a repetition has no end");
        assert!(rounds_deep <= MAX_ROUNDS_DEEP, "repetitions stand more than eight deep");
        assert!(
            networks_deep <= MAX_NETWORKS_DEEP,
            "networks of other invocations stand more than three deep"
        );
        Tensors { rows, rounds_deep, networks_deep }
    }

    /// The tensors one after the other.
    #[must_use]
    pub const fn iter(self) -> TensorsIter {
        let nothing = Frame { rows: &[], row: 0, opened: 0, place: "", offset: 0, frozen: false };
        let mut frames = [nothing; MAX_NETWORKS_DEEP];
        frames[0].rows = self.rows;
        TensorsIter {
            open: [Open { row: 0, round: 0, rounds: 0, stride: 0 }; MAX_ROUNDS_DEEP],
            frames,
            depth: 0,
        }
    }

    /// What each is for and where it lies, which is quicker to know than the whole of it.
    pub(crate) fn places(self) -> impl Iterator<Item = (Role, Range<usize>)> {
        let mut iter = self.iter();
        core::iter::from_fn(move || {
            let (role, offset, len) = iter.advance_place()?;
            Some((role, offset..offset + len))
        })
    }

    /// How many there are.
    #[must_use]
    pub const fn len(self) -> usize {
        let (mut all, mut iter) = (0, self.iter());
        while iter.advance().is_some() {
            all += 1;
        }
        all
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.iter().advance().is_none()
    }

    /// The tensor at that place of the table.
    #[must_use]
    pub fn get(self, place: usize) -> Option<TensorInfo> {
        self.iter().nth(place)
    }
}

impl IntoIterator for Tensors {
    type Item = TensorInfo;
    type IntoIter = TensorsIter;

    fn into_iter(self) -> TensorsIter {
        self.iter()
    }
}

impl fmt::Debug for Tensors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

impl PartialEq for Tensors {
    fn eq(&self, other: &Tensors) -> bool {
        self.iter().eq(other.iter())
    }
}

/// A repetition that is being read.
#[derive(Clone, Copy, Debug)]
struct Open {
    row: usize,
    round: usize,
    rounds: usize,
    stride: usize,
}

/// A network that is being read, and how it stands in the one around.
#[derive(Clone, Copy, Debug)]
struct Frame {
    rows: &'static [TensorRow],
    row: usize,
    /// How many repetitions of it are open.
    opened: usize,
    place: &'static str,
    offset: usize,
    frozen: bool,
}

/// The tensors of a network, one after the other.
#[derive(Clone, Debug)]
pub struct TensorsIter {
    /// Those of all frames, the outermost first.
    open: [Open; MAX_ROUNDS_DEEP],
    frames: [Frame; MAX_NETWORKS_DEEP],
    /// The frame that is being read.
    depth: usize,
}

impl TensorsIter {
    /// The next tensor.
    pub(crate) const fn advance(&mut self) -> Option<TensorInfo> {
        match self.step() {
            Some(info) => Some(self.in_place(*info)),
            None => None,
        }
    }

    /// What the next tensor is for and where it lies.
    pub(crate) const fn advance_place(&mut self) -> Option<(Role, usize, usize)> {
        let Some(info) = self.step() else { return None };
        let (mut role, mut offset, mut open, mut depth) = (info.role, info.offset, 0, 0);
        while depth <= self.depth {
            let frame = &self.frames[depth];
            offset += frame.offset;
            if frame.frozen && matches!(role, Role::Learned) {
                role = Role::Frozen;
            }
            depth += 1;
        }
        while open < self.opened() {
            offset += self.open[open].round * self.open[open].stride;
            open += 1;
        }
        Some((role, offset, info.len))
    }

    /// How many repetitions are open in all frames.
    const fn opened(&self) -> usize {
        let (mut all, mut depth) = (0, 0);
        while depth <= self.depth {
            all += self.frames[depth].opened;
            depth += 1;
        }
        all
    }

    /// The next row that is a tensor, as it is written.
    const fn step(&mut self) -> Option<&'static TensorInfo> {
        loop {
            let rows = self.frames[self.depth].rows;
            let row = self.frames[self.depth].row;
            if row >= rows.len() {
                if self.depth == 0 {
                    return None;
                }
                self.depth -= 1;
                continue;
            }
            self.frames[self.depth].row += 1;
            match &rows[row] {
                TensorRow::Tensor(info) => return Some(info),
                TensorRow::Repeat { rounds, stride } => {
                    let opened = self.opened();
                    self.open[opened] = Open { row: row + 1, round: 0, rounds: *rounds, stride: *stride };
                    self.frames[self.depth].opened += 1;
                }
                TensorRow::End => {
                    let innermost = self.opened() - 1;
                    let open = &mut self.open[innermost];
                    open.round += 1;
                    if open.round < open.rounds {
                        self.frames[self.depth].row = open.row;
                    } else {
                        self.frames[self.depth].opened -= 1;
                    }
                }
                TensorRow::Network { about, name, offset, frozen } => {
                    self.depth += 1;
                    let (rows, place, offset, frozen) = (about.tensors.rows, *name, *offset, *frozen);
                    self.frames[self.depth] = Frame { rows, row: 0, opened: 0, place, offset, frozen };
                }
            }
        }
    }

    /// A tensor as it is in the round and the network that are being read.
    const fn in_place(&self, mut info: TensorInfo) -> TensorInfo {
        let (mut depth, mut end) = (self.depth + 1, self.opened());
        while depth > 0 {
            depth -= 1;
            let frame = &self.frames[depth];
            let mut level = 0;
            while level < frame.opened {
                let open = &self.open[end - frame.opened + level];
                info.offset += open.round * open.stride;
                info.name = info.name.with_round(level, open.round);
                level += 1;
            }
            end -= frame.opened;
            if depth > 0 {
                info.offset += frame.offset;
                info.name = info.name.inside(frame.place);
                if frame.frozen && matches!(info.role, Role::Learned) {
                    info.role = Role::Frozen;
                }
            }
        }
        info
    }
}

impl Iterator for TensorsIter {
    type Item = TensorInfo;

    fn next(&mut self) -> Option<TensorInfo> {
        self.advance()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Init, TensorName};

    const fn tensor(name: &'static str, offset: usize, len: usize) -> TensorRow {
        TensorRow::Tensor(TensorInfo {
            name: TensorName::new(name),
            shape: &[],
            memory_shape: &[],
            axes: &[],
            offset,
            len,
            role: Role::Learned,
            init: Init::Constant(0.0),
        })
    }

    #[test]
    fn rounds_are_written_out_while_they_are_read() {
        static ROWS: [TensorRow; 9] = [
            tensor("first", 0, 3),
            TensorRow::Repeat { rounds: 2, stride: 20 },
            tensor("a.*.x", 3, 2),
            TensorRow::Repeat { rounds: 3, stride: 5 },
            tensor("a.*.b.*.y", 5, 5),
            TensorRow::End,
            tensor("a.*.z", 20, 1),
            TensorRow::End,
            tensor("last", 43, 1),
        ];
        let table = Tensors::new(&ROWS);
        let found: Vec<_> = table.iter().map(|info| (info.name.to_string(), info.offset)).collect();
        let expected = [
            ("first", 0),
            ("a.0.x", 3),
            ("a.0.b.0.y", 5),
            ("a.0.b.1.y", 10),
            ("a.0.b.2.y", 15),
            ("a.0.z", 20),
            ("a.1.x", 23),
            ("a.1.b.0.y", 25),
            ("a.1.b.1.y", 30),
            ("a.1.b.2.y", 35),
            ("a.1.z", 40),
            ("last", 43),
        ];
        assert_eq!(found, expected.map(|(name, offset)| (name.to_string(), offset)));
        assert_eq!(table.len(), 12);
        let mut places = table.iter();
        for info in table {
            assert_eq!(places.advance_place(), Some((info.role, info.offset, info.len)));
        }
        assert!(places.advance_place().is_none());
        assert!(Tensors::new(&[]).is_empty());
    }
}
