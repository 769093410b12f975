//! A tensor's name, which in a repetition has the round's number in it.

use core::fmt;

/// The most repetitions inside one another.
const MAX_DEPTH: usize = 8;

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
    /// A `*` stands for a round's number.
    template: &'static str,
    rounds: [u16; MAX_DEPTH],
}

impl TensorName {
    /// A name without a repetition in it.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        TensorName { template: name, rounds: [0; MAX_DEPTH] }
    }

    /// The same tensor of another round; `depth` counts the repetitions from the outermost.
    pub(crate) const fn with_round(mut self, depth: usize, round: usize) -> Self {
        self.rounds[depth] = round as u16;
        self
    }
}

impl fmt::Display for TensorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = self.template.split('*');
        f.write_str(parts.next().unwrap_or_default())?;
        for (part, round) in parts.zip(self.rounds) {
            write!(f, "{round}{part}")?;
        }
        Ok(())
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
        let mut parts = self.template.split('*');
        let Some(after) = rest.strip_prefix(parts.next().unwrap_or_default()) else { return false };
        rest = after;
        for (part, round) in parts.zip(self.rounds) {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, behind) = rest.split_at(digits);
            // "03" is no round's number.
            let canonical = number.len() == 1 || !number.starts_with('0');
            if !canonical || number.parse() != Ok(round) {
                return false;
            }
            match behind.strip_prefix(part) {
                Some(after) => rest = after,
                None => return false,
            }
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
}
