//! What the compiler asks a layer, and what a layer answers.

use super::{Arguments, Mismatch, Spread};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;

/// A part of a small network, whose values are rows of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// A function of one value.
    Function,
    /// The sum of two.
    Sum,
    /// One step, from a value and the states that it carries.
    Step,
}

/// What the compiler asks a layer. `inputs` are the shapes that flow in.
pub trait Layer: Sized + Clone + std::fmt::Debug {
    /// How many values flow in, or [`VARIADIC`], or [`OWN`].
    const ARITY: usize = 1;

    /// Whether what flows in are indices; all others take numbers.
    const INDICES: bool = false;

    /// An argument that does in the place of a wrong one, for what comes behind: of a layer that leaves the shape alone
    /// whatever its number is.
    const STAND_IN: Option<&'static str> = None;

    /// Whether that input may be indices, beside numbers. Asked after [`bind`](Layer::bind).
    fn may_be_indices(&self, _input: usize) -> bool {
        false
    }

    /// The argument that names a value, which flows in behind the others.
    fn named_value(&self) -> Option<&'static str> {
        None
    }

    /// Takes in the bounds of those inputs that are indices, before anything else is asked.
    fn bind(&mut self, _inputs: &[Option<Dim>]) {}

    /// Whether its own rule says which inputs must be indices.
    fn checks_elements(&self) -> bool {
        false
    }

    /// The network from elsewhere that this is.
    fn network(&self) -> Option<&super::network::Network> {
        None
    }

    /// Whether a step of a sequence is all that it needs to know of it, beside what it keeps of those before and the
    /// step's number; asked with the whole sequences that flow in.
    fn works_at_a_step(&self, _inputs: &[Shape]) -> bool {
        false
    }

    /// Makes it the layer of one step, whose inputs have one row, of sequences of that length.
    fn at_a_step(&mut self, _length: Dim) {}

    /// The numbers that it keeps from step to step.
    fn kept_at_a_step(&self, _inputs: &[Shape]) -> Dim {
        Dim::ZERO
    }

    /// What makes it another layer, beside its name and its arguments.
    fn identity(&self) -> Option<Dim> {
        None
    }

    /// Reads the arguments; what is wrong goes into `errors`, and `None` comes back.
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self>;

    /// How many values come out.
    fn ports(&self) -> usize {
        1
    }

    /// Asks for so many values. A layer that has more to give than it usually does takes note; whether it gives so many.
    fn ask(&mut self, ports: usize) -> bool {
        ports == self.ports()
    }

    /// All that may be asked for, as a pattern: `(y, h)`.
    fn offers(&self) -> Option<String> {
        None
    }

    /// The shapes that come out, or why these inputs do not fit.
    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch>;

    /// Whether the argument by place is the number of features or channels that come out.
    fn decides_features(&self) -> bool {
        false
    }

    /// The arguments as a user would write them, without those that have their usual value and without `init`, which
    /// is no part of what the layer computes.
    fn arguments(&self) -> String {
        String::new()
    }

    /// The tensors that the layer keeps, in the order of its parameter struct in the runtime.
    fn parameters(&self, _inputs: &[Shape]) -> Vec<Parameter> {
        Vec::new()
    }

    /// The type of the parameter struct below the runtime's `layers` module, for example
    /// `dense::Dense<#scalar, 10, 128>`; only asked if there are parameters.
    fn field(&self, _inputs: &[Shape], _scalar: &TokenStream) -> TokenStream {
        TokenStream::new()
    }

    /// What the planner must know.
    fn traits(&self, inputs: &[Shape]) -> Traits;

    /// A constant expression below the runtime's `layers` module that makes the layer's spec, for example
    /// `dense::DenseSpec { rows: 1, inputs: 128, outputs: 10, bias: true }`. `node` is the node's number, which seeds
    /// noise.
    fn spec(&self, inputs: &[Shape], node: usize) -> TokenStream;

    /// What it is in the runtime's small networks, for one sample; `None` if it can be no part of them.
    fn link(&self, _inputs: &[Shape]) -> Option<Link> {
        None
    }

    /// Whether it looks at more than one step of a sequence of any length. Its spec is then that of a sequence of one step,
    /// and is called through the runtime's `OverSequences`.
    fn carries(&self) -> bool {
        false
    }

    /// What it needs that such a sequence does not have, whatever comes out of it, in words of its own.
    fn check_any_length(&self, _input: &Shape) -> Result<(), Mismatch> {
        Ok(())
    }

    /// What it carries from one step of such a sequence to the next. Inside of a repetition that is no value, of which there
    /// is one for all rounds.
    fn streams(&self, _inputs: &[Shape], _repeated: bool) -> Vec<Stream> {
        Vec::new()
    }

    /// Multiplications followed by an addition, for one sample.
    fn multiply_adds(&self, _inputs: &[Shape]) -> Dim {
        Dim::ZERO
    }

    /// What the numbers that come out mean, if the layer decides it; `None` passes on what came in where the layer
    /// only moves numbers (`Flatten`), and raw scores otherwise.
    fn kind(&self) -> Option<Kind> {
        Some(Kind::RawScores)
    }
}

/// What a layer carries from one step of a sequence of any length to the next.
#[derive(Clone, Debug)]
pub enum Stream {
    /// A value that flows into the layer behind its inputs, and out of it behind its outputs.
    Value { name: &'static str, shape: Shape },
    /// A memory on which the step works where it lies, so that nothing of it moves: `#ty<#scalar>` below the runtime's
    /// `layers` module, made by its `new` with these arguments. The step is then called through `StepByStep`.
    Memory { name: &'static str, ty: TokenStream, arguments: TokenStream },
}

/// What a layer tells the planner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traits {
    /// How inputs and outputs must lie in memory.
    pub layout: Layout,
    /// Backward reads the inputs.
    pub reads_inputs: bool,
    /// Backward reads the outputs.
    pub reads_outputs: bool,
    /// Scalars that forward leaves for backward: for each sample, and beside that.
    pub saved_each: Dim,
    pub saved_fixed: Dim,
    /// Forward may write the output over the first input.
    pub in_place: bool,
    /// Backward may write the first input's gradient over the output's.
    pub gradient_in_place: bool,
    /// The output is the input under another shape (`Flatten`): nothing to compute, forward or backward.
    pub view: bool,
    /// In prediction the output is the input (`Dropout`).
    pub identity_in_prediction: bool,
    /// Each input's gradient is the output's gradient (`+`).
    pub passes_gradient: bool,
    /// The number of values that are averaged for one channel in one sample, where the layer uses the batch's
    /// statistics: a batch must give at least two in all.
    pub batch_values: Option<Dim>,
    /// The fewest samples of a training batch, beside that.
    pub least_samples: Dim,
}

impl Traits {
    /// A layer with none of the special cases.
    pub const fn new(layout: Layout) -> Self {
        Traits {
            layout,
            reads_inputs: false,
            reads_outputs: false,
            saved_each: Dim::ZERO,
            saved_fixed: Dim::ZERO,
            in_place: false,
            gradient_in_place: false,
            view: false,
            identity_in_prediction: false,
            passes_gradient: false,
            batch_values: None,
            least_samples: Dim::ONE,
        }
    }
}

/// How a value lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The row-major order of the shape.
    RowMajor,
    /// An image `[c, h, w]` with its channels innermost.
    ChannelsLast,
    /// Either, but all inputs and outputs the same.
    Any,
}

/// A tensor that a layer keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    pub name: &'static str,
    /// The shape in memory, row-major.
    pub memory_shape: Vec<Dim>,
    /// For each axis in files (PyTorch's order) the axis in memory.
    pub axes: Vec<usize>,
    pub role: Role,
    pub init: Init,
}

impl Parameter {
    /// The number of its scalars.
    pub fn len(&self) -> Dim {
        self.memory_shape.iter().product()
    }

    /// How many of them are learned.
    pub fn learned(&self) -> Dim {
        match self.role {
            Role::Learned => self.len(),
            Role::Network { learned, .. } => learned,
            _ => Dim::ZERO,
        }
    }

    /// The same, but none of them is learned.
    pub fn frozen(self) -> Parameter {
        let role = match self.role {
            Role::Learned => Role::Frozen,
            Role::Network { tensors, learned, frozen } => {
                Role::Network { tensors, learned: Dim::ZERO, frozen: frozen + learned }
            }
            role => role,
        };
        Parameter { role, ..self }
    }

    /// How many rows it has in the table of tensors.
    pub fn rows(&self) -> Dim {
        match self.role {
            Role::Network { tensors, .. } => tensors,
            _ => Dim::ONE,
        }
    }
}

/// Mirrors the runtime's `Role`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    Learned,
    Average {
        momentum: f64,
    },
    CumulativeAverage,
    Count,
    Frozen,
    /// All tensors of a network from elsewhere; how many they are, and how many of their scalars are learned and frozen.
    Network {
        tensors: Dim,
        learned: Dim,
        frozen: Dim,
    },
}

/// Mirrors the runtime's `Init`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    Constant(f64),
    Uniform {
        bound: Spread,
    },
    Normal {
        std: Spread,
    },
    /// With zeros from one place in files to another.
    NormalBut {
        std: f64,
        from: Dim,
        to: Dim,
    },
}

/// What the numbers of an output mean; mirrors the runtime's `kind` module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    RawScores,
    Probabilities,
    Distribution,
    LogDistribution,
}
