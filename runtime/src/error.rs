//! What can go wrong while a program runs.

/// What went wrong: what, where, what was expected and what was found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A batch without samples.
    #[error("the batch is empty: at least one sample is needed")]
    EmptyBatch,
    /// A batch too small to be normalised.
    #[error(
        "a training batch of {found} is too small for `{network}`: its batch normalisation needs at least {expected} \
         samples; use a larger batch, or leave the last, smaller one out"
    )]
    BatchTooSmall {
        /// The network.
        network: &'static str,
        /// The fewest samples.
        expected: usize,
        /// The samples found.
        found: usize,
    },
    /// The inputs of a batch are not equally many.
    #[error(
        "the inputs of a batch must be equally many, but `{first}` has {expected} and `{other}` has {found}"
    )]
    UnequalInputs {
        /// The first input.
        first: &'static str,
        /// How many values it has.
        expected: usize,
        /// The input that differs.
        other: &'static str,
        /// How many values that one has.
        found: usize,
    },
    /// An index outside a batch or data set.
    #[error("index {index} is outside the {len} samples")]
    Index {
        /// The index.
        index: usize,
        /// How many samples there are.
        len: usize,
    },
    /// Room for another number of outputs than there are samples.
    #[error("there are {expected} samples, but room for {found} outputs")]
    Outputs {
        /// The number of samples.
        expected: usize,
        /// The room found.
        found: usize,
    },
    /// No tensor of that name.
    #[error("there is no tensor `{name}`; there are: {}", known.join(", "))]
    UnknownTensor {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// Bytes that cannot be a network.
    #[error(
        "{found} bytes ({}aligned to {alignment}) cannot be read as this network: it takes {expected} bytes aligned \
         to {alignment}", if *aligned { "" } else { "not " }
    )]
    Bytes {
        /// The bytes needed.
        expected: usize,
        /// The alignment needed.
        alignment: usize,
        /// The bytes found.
        found: usize,
        /// Whether they were aligned.
        aligned: bool,
    },
}

/// A result whose error is Formwork's own.
pub type Result<T, E = Error> = core::result::Result<T, E>;
