//! A tensor's name, which in a repetition has the round's number in it.

use crate::tensors::{MAX_NETWORKS_DEEP, MAX_ROUNDS_DEEP};
use core::fmt;

/// The name of a tensor in files: `conv1.weight`, and `body.3.conv1.weight` in the fourth round of a repetition.
///
/// It compares and prints like a string; a network of 200 rounds has one text for all of them.
///
/// ```
/// use formwork::TensorName;
/// let name = TensorName::new("conv1.weight");
/// assert_eq!(name, "conv1.weight");
/// assert_eq!(name.to_string(), "conv1.weight");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TensorName {
    /// One behind the other: the places of networks inside one another, and the name in the innermost. A `*` stands
    /// for a round's number.
    parts: [&'static str; MAX_NETWORKS_DEEP],
    rounds: [u16; MAX_ROUNDS_DEEP],
}

impl TensorName {
    /// A name without a repetition in it.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        let mut parts = [""; MAX_NETWORKS_DEEP];
        parts[0] = name;
        TensorName { parts, rounds: [0; MAX_ROUNDS_DEEP] }
    }

    /// The name in a network around, where this one stands at a place, `features.`.
    pub(crate) const fn inside(mut self, place: &'static str) -> Self {
        assert!(
            self.parts[MAX_NETWORKS_DEEP - 1].is_empty(),
            "networks of other invocations stand more than three deep"
        );
        let mut part = MAX_NETWORKS_DEEP - 1;
        while part > 0 {
            self.parts[part] = self.parts[part - 1];
            part -= 1;
        }
        self.parts[0] = place;
        let (mut stars, mut byte) = (0, 0);
        while byte < place.len() {
            stars += (place.as_bytes()[byte] == b'*') as usize;
            byte += 1;
        }
        let mut level = MAX_ROUNDS_DEEP;
        while level > 0 {
            level -= 1;
            if level >= stars {
                self.rounds[level] = self.rounds[level - stars];
            } else {
                self.rounds[level] = 0;
            }
        }
        self
    }

    /// The name cut at the rounds' numbers.
    fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let mut rounds = self.rounds.iter();
        self.parts
            .iter()
            .flat_map(|part| part.split_inclusive('*'))
            .flat_map(move |piece| match piece.strip_suffix('*') {
                Some(text) => [Some(Piece::Text(text)), rounds.next().map(|n| Piece::Round(*n))],
                None => [Some(Piece::Text(piece)), None],
            })
            .flatten()
    }

    /// The same tensor of another round; `depth` counts the repetitions from the outermost.
    pub(crate) const fn with_round(mut self, depth: usize, round: usize) -> Self {
        self.rounds[depth] = round as u16;
        self
    }
}

/// A part of a name.
enum Piece<'a> {
    Text(&'a str),
    Round(u16),
}

impl fmt::Display for TensorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Round(round) => write!(f, "{round}"),
        })
    }
}

impl fmt::Debug for TensorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl PartialEq<str> for TensorName {
    fn eq(&self, other: &str) -> bool {
        let mut rest = other;
        for piece in self.pieces() {
            let behind = match piece {
                Piece::Text(text) => rest.strip_prefix(text),
                Piece::Round(round) => {
                    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                    let (number, behind) = rest.split_at(digits);
                    // "03" is no round's number.
                    let canonical = number.len() == 1 || !number.starts_with('0');
                    (canonical && number.parse() == Ok(round)).then_some(behind)
                }
            };
            let Some(behind) = behind else { return false };
            rest = behind;
        }
        rest.is_empty()
    }
}

impl PartialEq<&str> for TensorName {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

#[cfg(test)]
mod tests {
    use super::TensorName;

    #[test]
    fn a_round_has_its_number() {
        let name = TensorName::new("body.*.inner.*.weight").with_round(0, 3).with_round(1, 12);
        assert_eq!(name.to_string(), "body.3.inner.12.weight");
        assert_eq!(name, "body.3.inner.12.weight");
        for other in ["body.3.inner.1.weight", "body.03.inner.12.weight", "body.3.inner.12.weights", "body"] {
            assert_ne!(name, other);
        }
        assert_ne!(TensorName::new("weight"), "weigh");
    }

    #[test]
    fn a_network_inside_has_its_place_in_front() {
        let inner = TensorName::new("body.*.weight").with_round(0, 3);
        let name = inner.inside("stages.*.net.").with_round(0, 7);
        assert_eq!(name.to_string(), "stages.7.net.body.3.weight");
        assert_eq!(name, "stages.7.net.body.3.weight");
        assert_ne!(name, "stages.3.net.body.7.weight");
        let outer = name.inside("a.").inside("b.");
        assert_eq!(outer.to_string(), "b.a.stages.7.net.body.3.weight");
        assert_eq!(outer, "b.a.stages.7.net.body.3.weight");
    }
}
