//! What can go wrong while a program runs.

use core::fmt;
use std::path::{Path, PathBuf};

/// What went wrong: what, where, what was expected and what was found.
///
/// `Debug` writes the same plain words as `Display`, because that is what a program shows whose `main` returns an
/// error or that calls `unwrap`.
///
/// ```
/// let error = formwork::data::mnist("no/such/folder").unwrap_err();
/// assert!(error.to_string().contains("no/such/folder/train-images-idx3-ubyte"));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A batch without samples.
    #[error("the batch is empty, but at least one sample is needed: leave empty batches out")]
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
        "the inputs of a batch must be equally many, but `{first}` has {expected} and `{other}` has {found}: give a \
         value of each for every sample"
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
    /// A sequence without steps.
    #[error(
        "sample {sample} of `{input}` is a sequence without a step, of which `{network}` can learn and say nothing: leave \
         it out"
    )]
    NoSteps {
        /// The network.
        network: &'static str,
        /// The input.
        input: &'static str,
        /// The sample's place in the batch.
        sample: usize,
    },
    /// The sequences of a sample are not equally long.
    #[error(
        "in sample {sample} `{first}` has {expected} steps and `{other}` has {found}: the sequences of a sample must be \
         equally long"
    )]
    UnequalSteps {
        /// The sample's place in the batch.
        sample: usize,
        /// The first sequence.
        first: &'static str,
        /// Its steps.
        expected: usize,
        /// The sequence that differs.
        other: &'static str,
        /// The steps of that one.
        found: usize,
    },
    /// More steps than a network is declared for.
    #[error(
        "`{network}` is declared for {steps} steps, which its state has seen all: `reset` it and begin anew, with what came \
         last if that should count, or declare a longer sequence"
    )]
    TooManySteps {
        /// The network.
        network: &'static str,
        /// The steps that it is declared for.
        steps: usize,
    },
    /// Targets for another number of steps than came out.
    #[error(
        "{outputs} steps came out, but the samples' targets have {targets} steps: give each sample a target for each of its \
         steps"
    )]
    StepTargets {
        /// The steps that came out.
        outputs: usize,
        /// The steps that there are targets for.
        targets: usize,
    },
    /// A sequence's targets are not as many as its steps.
    #[error(
        "sample {sample} has {targets} targets for its {steps} steps: give each sample a target for each of its steps"
    )]
    TargetSteps {
        /// The number of the sample.
        sample: usize,
        /// The steps of its sequence.
        steps: usize,
        /// Its targets.
        targets: usize,
    },
    /// An index outside a batch or data set.
    #[error("index {index} is outside the {len} samples: indices count from 0 and end below {len}")]
    Index {
        /// The index.
        index: usize,
        /// How many samples there are.
        len: usize,
    },
    /// Room for another number of outputs than there are samples.
    #[error(
        "there are {expected} samples, but room for {found} outputs: give slices that are as long as the samples \
         selected"
    )]
    Outputs {
        /// The number of samples.
        expected: usize,
        /// The room found.
        found: usize,
    },
    /// Room of another size than the gradient by an input takes.
    #[error(
        "the gradient by `{input}` of `{network}` takes {expected} scalars for these samples, but there is room for \
         {found}"
    )]
    InputGradient {
        /// The network.
        network: &'static str,
        /// The input.
        input: &'static str,
        /// The scalars of all samples; none for indices.
        expected: usize,
        /// The room found; none if it is missing.
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
    /// A file or folder that the system would not read or write.
    #[error("cannot {action} `{}`: {source}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What was to be done: `read`, `write`, ….
        action: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file that is not there, under any of the names that it may have.
    #[error("there is no file {}; {help}", names(looked))]
    MissingFile {
        /// The places that were looked at.
        looked: Vec<PathBuf>,
        /// What to do.
        help: &'static str,
    },
    /// A file that begins with the wrong number.
    #[error(
        "`{}` begins with {found:#010x}, but a file of {what} begins with {expected:#010x}: is it another file?",
        file.display()
    )]
    Magic {
        /// The file.
        file: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// The number expected.
        expected: u32,
        /// The number found.
        found: u32,
    },
    /// A file that ends too early.
    #[error(
        "`{}` is cut short: its header promises {expected} bytes of {what}, but there are {found}; fetch the file again",
        file.display()
    )]
    Truncated {
        /// The file.
        file: PathBuf,
        /// What is missing.
        what: &'static str,
        /// The bytes that should be there.
        expected: u64,
        /// The bytes that are there.
        found: u64,
    },
    /// A file whose content is not what its format or the program asks for.
    #[error("`{}` cannot be used: {what} should be {expected}, but is {found}", file.display())]
    Content {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        what: String,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// Two files that belong together but hold different numbers of samples.
    #[error(
        "the files do not belong together: `{}` holds {images} images, but `{}` holds {labels} labels",
        image_file.display(), label_file.display()
    )]
    Counts {
        /// The file of images.
        image_file: PathBuf,
        /// How many it holds.
        images: usize,
        /// The file of labels.
        label_file: PathBuf,
        /// How many it holds.
        labels: usize,
    },
    /// A cell of a table that is not what it should be.
    #[error("`{}`, line {line}, column `{column}`: expected {expected}, found `{found}`", file.display())]
    Cell {
        /// The file.
        file: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// A column that a table does not have.
    #[error("`{}` has no column `{name}`; it has: {}", file.display(), known.join(", "))]
    UnknownColumn {
        /// The file.
        file: PathBuf,
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A class or token that is too large for its type.
    #[error(
        "the index {found}{} is too large: `Index<{classes}>` holds 0 to {}",
        place.map(|p| format!(" at place {p}")).unwrap_or_default(), classes.saturating_sub(1)
    )]
    Class {
        /// The number of classes.
        classes: usize,
        /// The class found.
        found: u64,
        /// Its place in the list, counted from 0; `None` if there is no list.
        place: Option<usize>,
    },
    /// A data set whose inputs and targets are not equally many.
    #[error(
        "a data set needs a target for every input, but there are {inputs} inputs and {targets} targets: leave out those \
         without a partner"
    )]
    Targets {
        /// The number of inputs.
        inputs: usize,
        /// The number of targets.
        targets: usize,
    },
    /// A data set without samples.
    #[error("{what} is empty, but at least one sample is needed: look at where it is read or split")]
    NoSamples {
        /// Which data set.
        what: &'static str,
    },
    /// A setting outside what makes sense.
    #[error("{what}: {setting} should be {expected}, but is {found}")]
    Setting {
        /// What is set up, for example `Sgd`.
        what: &'static str,
        /// The setting.
        setting: &'static str,
        /// What was expected.
        expected: &'static str,
        /// What was found.
        found: String,
    },
    /// A training loss that is no longer a number.
    #[error(
        "the training loss of `{network}` became {loss} at step {step} of epoch {epoch}; the weights are those before \
         that step: a smaller learning rate or scaled inputs usually help"
    )]
    Diverged {
        /// The network.
        network: &'static str,
        /// The epoch, counted from 1.
        epoch: usize,
        /// The step in that epoch, counted from 1.
        step: usize,
        /// The loss.
        loss: f64,
    },
    /// A file of weights that does not fit the network; all that is wrong is listed.
    #[error("`{}` does not fit `{network}`, which keeps its weights:{}", file.display(), lines(problems))]
    Weights {
        /// The file.
        file: PathBuf,
        /// The network.
        network: &'static str,
        /// Every tensor that is missing, unexpected, or of another shape or type.
        problems: Vec<String>,
    },
    /// A file of weights that was saved from another architecture.
    #[error(
        "`{}` was saved from another network than `{network}`, which keeps its weights; they first differ at line \
         {line} of their architectures:\n  the file has     {}\n  the network has  {}", file.display(),
        found.as_deref().unwrap_or("no more lines"), expected.as_deref().unwrap_or("no more lines")
    )]
    Architecture {
        /// The file.
        file: PathBuf,
        /// The network.
        network: &'static str,
        /// The line of the listings that differs, counted from 1.
        line: usize,
        /// What the network has there.
        expected: Option<String>,
        /// What the file has there.
        found: Option<String>,
    },
    /// A picture that could not be drawn.
    #[error("cannot draw `{}`: {reason}", file.display())]
    Plot {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error {
    /// Puts the file's name to what the system says.
    pub(crate) fn file(action: &'static str, file: &Path) -> impl FnOnce(std::io::Error) -> Error {
        move |source| Error::File { file: file.into(), action, source }
    }

    /// A file whose content is wrong.
    pub(crate) fn content(
        file: &Path,
        what: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Error {
        Error::Content {
            file: file.into(),
            what: what.into(),
            expected: expected.into(),
            found: found.into(),
        }
    }
}

fn names(looked: &[PathBuf]) -> String {
    let names: Vec<String> = looked.iter().map(|file| format!("`{}`", file.display())).collect();
    names.join(" or ")
}

fn lines(problems: &[String]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}

/// A result whose error is Formwork's own.
pub type Result<T, E = Error> = core::result::Result<T, E>;

#[cfg(test)]
mod tests;
