//! Shapes, how they print, and their arithmetic.

mod dim;
mod fork;
mod table;
mod text;

pub use dim::Dim;
pub use fork::{Fact, Test, Tree, explore, explore_at_most, freeze};
use std::fmt;
pub use table::{Asked, Constant, Session, Term, any_open, found};
pub use text::{NUMBER, PLURAL, Piece, pieces, source};

/// A shape without the batch axis, outermost axis first; `[]` is a scalar.
#[derive(Clone, Debug)]
pub struct Shape(pub Vec<Dim>);

impl PartialEq for Shape {
    fn eq(&self, other: &Shape) -> bool {
        self.rank() == other.rank() && self.0.iter().zip(&other.0).all(|(a, b)| a == b)
    }

    #[expect(clippy::partialeq_ne_impl, reason = "where constants decide, neither may be known")]
    fn ne(&self, other: &Shape) -> bool {
        self.rank() != other.rank() || self.0.iter().zip(&other.0).any(|(a, b)| a != b)
    }
}

/// The most elements that a value or a tensor may have: as many `f64` as the 47 bits of a user's address space hold.
pub const MAX_ELEMENTS: usize = 1 << 44;

impl Shape {
    /// How many numbers a value has; of a sequence of any length, a step of it.
    pub fn len(&self) -> Dim {
        self.0.iter().filter(|n| !n.is_any_length()).product()
    }

    /// `[.., 16]`: a sequence of any length.
    pub fn is_any_length(&self) -> bool {
        self.0.first().is_some_and(|n| n.is_any_length())
    }

    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// The number of elements; `None` if no memory could hold them.
    pub fn elements(&self) -> Option<Dim> {
        let n = self.len();
        if n > MAX_ELEMENTS { None } else { Some(n) }
    }

    /// `32 x 7 x 7`
    pub fn product(&self) -> String {
        let factors: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        factors.join(" x ")
    }

    /// What an axis is called in a value of this rank.
    pub fn axis_name(&self, axis: usize) -> String {
        match (self.rank(), axis) {
            (1, 0) | (2, 1) => "features".into(),
            (2, 0) => "time".into(),
            (3 | 4, 0) => "channels".into(),
            (4, 1) => "depth".into(),
            (3, 1) | (4, 2) => "height".into(),
            (3, 2) | (4, 3) => "width".into(),
            _ => format!("axis {axis}"),
        }
    }

    /// The axis that `in: 32` speaks about: the channels of an image or volume, else the features, which are last.
    pub fn claimed_axis(&self) -> Option<usize> {
        match self.rank() {
            0 => None,
            3 | 4 => Some(0),
            rank => Some(rank - 1),
        }
    }
}

impl fmt::Display for Shape {
    /// `[1, 28, 28]`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// A count with its noun: `1 channel`, `3 channels`.
pub fn counted(n: impl Into<Dim>, noun: &str) -> String {
    let n = n.into();
    match noun.strip_suffix('s') {
        Some(stem) => format!("{n} {stem}{}", text::plural(n)),
        None => format!("{n} {noun}"),
    }
}
