//! Why shapes do not fit, as a layer says it. A layer knows neither its name nor what feeds it, so its texts have
//! `{name}`, `{title}` (the name with the layer), `{kind}`, `{input}`, `{input_is}`, `{input_has}`, `{a}` and
//! `{b}` where `infer` puts them in.

use crate::shape::{Dim, Shape, freeze};

/// Why the inputs do not fit a layer.
#[derive(Clone, Debug)]
pub struct Mismatch {
    pub at: At,
    /// The first line of the error.
    pub line: String,
    pub notes: Vec<String>,
    /// Ways out, the best first; only those that make the network good are shown.
    pub proposals: Vec<Proposal>,
    /// Whether the sizes on the way to here are worth showing.
    pub trail: bool,
    /// The axis of the first input whose size is at fault.
    pub axis: Option<u32>,
    /// What comes out however the mistake is mended, if that is certain.
    pub gives: Option<Box<Shape>>,
}

/// The tokens that an error is shown at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The layer, from its name to its closing bracket.
    Layer,
    /// The value of an argument.
    Argument(&'static str),
    /// The value of the argument by place, which has this name.
    Main(&'static str),
    /// What a network from elsewhere is claimed to give: one value, and all of them.
    Claim(usize),
    Claims,
    /// The use of the shared block that the layer stands in.
    Use,
}

/// An edit that may help.
#[derive(Clone, Debug, PartialEq)]
pub enum Proposal {
    /// Another layer before this one, on its input of that number.
    Insert { input: usize, call: String },
    /// An argument's value, in its place or added.
    Argument { name: &'static str, value: String },
    /// Another argument by place.
    Main(String),
    /// So many features or channels out of the layer that made those of the first input.
    Features(Dim),
    /// The same arguments under another layer's name.
    Rename(&'static str),
    /// Another layer altogether.
    Instead(String),
    /// This layer before the one that feeds it.
    Earlier,
    /// Another shape for the network's input, if nothing has changed the shape on the way here.
    Input(Vec<Dim>),
    /// Another shape for the network's input that flows in as the value of that number.
    InputAt(usize, Vec<Dim>),
    /// All convolutions on the way here padded so that they keep the size.
    KeepSize,
}

impl Mismatch {
    pub fn new(line: impl Into<String>) -> Mismatch {
        // Ways out are tried on numbers, so from here on nothing hangs on a constant.
        freeze();
        Mismatch {
            at: At::Layer,
            line: line.into(),
            notes: Vec::new(),
            proposals: Vec::new(),
            trail: false,
            axis: None,
            gives: None,
        }
    }

    /// The error is shown where the shared block is used.
    pub fn at_use(self) -> Mismatch {
        Mismatch { at: At::Use, ..self }
    }

    /// An argument `axis:` that names none of the axes.
    pub fn no_axis(axis: usize, shape: &Shape) -> Mismatch {
        let axes: Vec<_> = (0..shape.rank()).map(|a| format!("{a} {}", shape.axis_name(a))).collect();
        let mismatch = Mismatch::new(format!(
            "`axis: {axis}` does not exist in `{shape}` ({}; the batch is not counted)",
            axes.join(", ")
        ));
        // Others count the batch as an axis.
        let others = (0..shape.rank()).filter(|other| other + 1 != axis);
        let proposals = axis.checked_sub(1).into_iter().chain(others);
        proposals.fold(mismatch.at("axis"), |mismatch, axis| {
            mismatch.propose(Proposal::Argument { name: "axis", value: axis.to_string() })
        })
    }

    pub fn at(mut self, name: &'static str) -> Mismatch {
        self.at = At::Argument(name);
        self
    }

    pub fn at_main(mut self, name: &'static str) -> Mismatch {
        self.at = At::Main(name);
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Mismatch {
        self.notes.push(note.into());
        self
    }

    pub fn propose(mut self, proposal: Proposal) -> Mismatch {
        self.proposals.push(proposal);
        self
    }

    pub fn gives(mut self, shape: Shape) -> Mismatch {
        self.gives = Some(Box::new(shape));
        self
    }

    pub fn trail(mut self) -> Mismatch {
        self.trail = true;
        self
    }

    pub fn axis(mut self, axis: usize) -> Mismatch {
        self.axis = u32::try_from(axis).ok();
        self
    }
}
