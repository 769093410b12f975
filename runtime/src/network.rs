//! What `network!` makes: the trait that trainers, files and reports see.

use crate::__private::outside::{self, About};
use crate::layers::{Backward, Forward};
use crate::noise::Noise;
use crate::sample::{Column, Sample};
use crate::sequences::{self, Gathered, SequenceInput, Sequences};
use crate::tensor::{unflatten, unflatten_mut};
use crate::workspace::Workspace;
use crate::{Error, Graph, Parameters, Real, Tensor};
use core::ops::Range;

/// A borrowed batch for a network over the scalar `T`: as many values for each input as there are samples.
pub trait Batch<'a, T: Real>: Copy {
    /// One column for each input.
    type Columns: AsRef<[Column<'a, T>]>;

    /// The number of samples.
    ///
    /// # Errors
    ///
    /// [`Error::UnequalInputs`] if the inputs are not equally many.
    fn samples(&self) -> Result<usize, Error>;

    /// The inputs' values.
    fn columns(&self) -> Self::Columns;

    // The steps of a sample, if this input is a sequence of any length.
    #[doc(hidden)]
    fn __steps(&self, _input: usize, _sample: usize) -> Option<Column<'a, T>> {
        None
    }
}

impl<'a, T: Real, V: Sample<T>> Batch<'a, T> for &'a [V] {
    type Columns = [Column<'a, T>; 1];

    fn samples(&self) -> Result<usize, Error> {
        Ok(self.len())
    }

    fn columns(&self) -> Self::Columns {
        [V::column(self)]
    }

    fn __steps(&self, _input: usize, sample: usize) -> Option<Column<'a, T>> {
        self.get(sample)?.__steps()
    }
}

/// What the numbers that a network gives mean; a loss says which kinds it takes.
pub mod kind {
    /// Any number: scores before a soft-max, logits, predictions of a quantity.
    #[derive(Debug)]
    pub enum RawScores {}
    /// Each number is a probability of its own: the network ends in a `Sigmoid`.
    #[derive(Debug)]
    pub enum Probabilities {}
    /// The numbers are probabilities that add up to one: the network ends in a `Softmax`.
    #[derive(Debug)]
    pub enum Distribution {}
    /// The numbers are logarithms of such: the network ends in a `LogSoftmax`.
    #[derive(Debug)]
    pub enum LogDistribution {}
    /// Several values come out, and each means what it means: a loss of one's own says that it takes them.
    #[derive(Debug)]
    pub enum Several {}
    /// The network has a mistake that the compiler has reported already; every loss takes it.
    #[derive(Debug)]
    pub enum Unknown {}

    /// All but [`Unknown`].
    #[doc(hidden)]
    pub trait Known {}
    impl Known for RawScores {}
    impl Known for Probabilities {}
    impl Known for Distribution {}
    impl Known for LogDistribution {}
    impl Known for Several {}
}

/// Which samples of a batch take part, and in which order.
#[derive(Clone, Copy, Debug)]
pub enum Selection<'a> {
    /// All of them.
    All,
    /// Those at these places.
    Indices(&'a [usize]),
}

impl<'a> From<&'a [usize]> for Selection<'a> {
    fn from(indices: &'a [usize]) -> Self {
        Selection::Indices(indices)
    }
}

/// The inputs of one pass, as emitted code sees them.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Inputs<'a, T> {
    pub columns: &'a [Column<'a, T>],
    pub selection: Selection<'a>,
    pub samples: usize,
    /// Of a network over sequences of any length where each begins; else there are none.
    pub sequences: Sequences<'a>,
}

/// A network declared with [`network!`](crate::network!).
///
/// What is used every day (`new`, `predict`, `summary`, …) are methods of the generated struct itself; this trait is
/// what code over any network is written against.
pub trait Network: Parameters + Sized {
    /// One input of the network, or a tuple of them.
    type Sample: Send + Sync + 'static;
    /// A borrowed batch: `&[Sample]`, or the generated struct of slices with the inputs' names.
    type Batch<'a>: Batch<'a, Self::Scalar>;
    /// What comes out.
    type Output: Tensor<Scalar = Self::Scalar>;
    /// What the output's numbers mean (see [`kind`]).
    type Kind;

    /// The description of the network.
    const GRAPH: &'static Graph;
    /// The number of learned scalars.
    const PARAMETERS: usize;
    /// The fewest samples that a training pass can take: 2 where a batch normalisation sees one value a channel.
    const MIN_TRAINING_SAMPLES: usize;

    #[doc(hidden)]
    const __KEPT: [usize; 2];
    #[doc(hidden)]
    const __BROKEN: bool = false;
    #[doc(hidden)]
    const __ABOUT: &'static About = &About {
        graph: Self::GRAPH,
        tensors: Self::TENSORS,
        scalars: Self::SCALARS,
        learned: Self::PARAMETERS,
        kept: Self::__KEPT,
        least_samples: Self::MIN_TRAINING_SAMPLES,
        broken: Self::__BROKEN,
    };
    // Has functions that say what a network needs in which this one stands.
    #[doc(hidden)]
    type __Scratch;
    #[doc(hidden)]
    const __SCRATCH: Self::__Scratch;

    // What follows is of networks over sequences of any length, whose memory hangs on two numbers.
    #[doc(hidden)]
    const __SEQUENCE_INPUTS: &'static [SequenceInput] = &[];
    #[doc(hidden)]
    const __EACH_STEP: bool = false;
    #[doc(hidden)]
    fn __predict_len_over(_steps: usize, samples: usize) -> usize {
        Self::__predict_len(samples)
    }
    #[doc(hidden)]
    fn __train_len_over(_steps: usize, samples: usize) -> usize {
        Self::__train_len(samples)
    }
    #[doc(hidden)]
    fn __kept_over(_steps: usize, samples: usize) -> usize {
        samples * Self::__KEPT[0] + Self::__KEPT[1]
    }
    #[doc(hidden)]
    fn __output_over(_steps: usize, samples: usize) -> Range<usize> {
        Self::__output(samples)
    }
    #[doc(hidden)]
    fn __output_gradient_over(_steps: usize, samples: usize) -> Range<usize> {
        Self::__output_gradient(samples)
    }
    // How many outputs there are for some samples.
    #[doc(hidden)]
    fn __outputs_of(batch: &Self::Batch<'_>, selection: Selection<'_>) -> Result<usize, Error> {
        count(batch.samples()?, selection)
    }

    #[doc(hidden)]
    fn __predict_len(samples: usize) -> usize;
    #[doc(hidden)]
    fn __train_len(samples: usize) -> usize;
    #[doc(hidden)]
    fn __output(samples: usize) -> Range<usize>;
    #[doc(hidden)]
    fn __output_gradient(samples: usize) -> Range<usize>;
    #[doc(hidden)]
    fn __predict(
        &self,
        inputs: Inputs<'_, Self::Scalar>,
        output: &mut [Self::Scalar],
        memory: &mut [Self::Scalar],
    );
    #[doc(hidden)]
    fn __forward(
        &self,
        inputs: Inputs<'_, Self::Scalar>,
        noise: Noise,
        memory: &mut [Self::Scalar],
        scratch: &mut [Self::Scalar],
    );
    #[doc(hidden)]
    fn __backward(
        &self,
        inputs: Inputs<'_, Self::Scalar>,
        noise: Noise,
        gradient: &mut Self,
        // One for each input, or none if nobody asks.
        input_gradients: &mut [&mut [Self::Scalar]],
        memory: &mut [Self::Scalar],
        scratch: &mut [Self::Scalar],
    );
    #[doc(hidden)]
    fn __forward_inside(pass: Forward<'_, Self::Scalar>, node: usize) {
        outside::forward::<Self>(pass, node);
    }
    #[doc(hidden)]
    fn __backward_inside(pass: Backward<'_, Self::Scalar>, node: usize, frozen: bool) {
        outside::backward::<Self>(pass, node, frozen);
    }

    /// Runs a training pass over the selected samples of a batch: dropout drops, batch normalisation uses the batch's
    /// own statistics, and what the backward pass will need stays in the workspace.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyBatch`], [`Error::UnequalInputs`], [`Error::Index`] if an index is outside the batch, and
    /// [`Error::BatchTooSmall`] if a batch normalisation would see a single value.
    fn forward<'n, 'b>(
        &'n self,
        batch: Self::Batch<'b>,
        selection: Selection<'b>,
        noise: Noise,
        workspace: &'n mut Workspace<Self>,
    ) -> Result<Pass<'n, 'b, Self>, Error> {
        let samples = count(batch.samples()?, selection)?;
        if samples < Self::MIN_TRAINING_SAMPLES {
            return Err(Error::BatchTooSmall {
                network: Self::GRAPH.name,
                expected: Self::MIN_TRAINING_SAMPLES,
                found: samples,
            });
        }
        let memory = workspace.memory.take(Self::__train_len(samples));
        let columns = batch.columns();
        let sequences = Sequences::default();
        let inputs = Inputs { columns: columns.as_ref(), selection, samples, sequences };
        let (kept, scratch) = memory.split_at_mut(Self::__kept_over(samples, samples));
        self.__forward(inputs, noise, kept, scratch);
        Ok(Pass { network: self, batch, selection, samples, noise, memory, over: None })
    }

    /// Predicts for the selected samples of a batch, writing one output for each.
    ///
    /// Large batches run in parts of [`PREDICTION_BATCH`] samples, so that the workspace stays small.
    ///
    /// # Errors
    ///
    /// As [`forward`](Network::forward), and [`Error::Outputs`] if `outputs` has another length than there are samples.
    fn predict_selected(
        &self,
        batch: Self::Batch<'_>,
        selection: Selection<'_>,
        outputs: &mut [Self::Output],
        workspace: &mut Workspace<Self>,
    ) -> Result<(), Error> {
        let all = batch.samples()?;
        let samples = count(all, selection)?;
        if outputs.len() != samples {
            return Err(Error::Outputs { expected: samples, found: outputs.len() });
        }
        let columns = batch.columns();
        let columns = columns.as_ref();
        let sequences = Sequences::default();
        let memory = workspace.memory.take(Self::__predict_len(samples.min(PREDICTION_BATCH)));
        for (part, outputs) in outputs.chunks_mut(PREDICTION_BATCH).enumerate() {
            let first = part * PREDICTION_BATCH;
            let samples = outputs.len();
            let outputs = crate::tensor::flat_mut(outputs);
            match selection {
                Selection::Indices(indices) => {
                    let selection = Selection::Indices(&indices[first..first + samples]);
                    let inputs = Inputs { columns, selection, samples, sequences };
                    self.__predict(inputs, outputs, memory);
                }
                Selection::All => {
                    // A batch has few inputs; eight at a time need no allocation.
                    let mut part = [Column::Numbers(&[] as &[Self::Scalar]); MAX_INPUTS];
                    for (part, column) in part.iter_mut().zip(columns) {
                        let each = column.len() / all;
                        *part = column.part(first * each, (first + samples) * each);
                    }
                    let columns = &part[..columns.len()];
                    let inputs = Inputs { columns, selection: Selection::All, samples, sequences };
                    self.__predict(inputs, outputs, memory);
                }
            }
        }
        Ok(())
    }

    /// Saves the network as safetensors, under PyTorch's names and in PyTorch's layouts (see [`io::save`](crate::io::save)).
    ///
    /// # Errors
    ///
    /// [`Error::File`] if the system does not write it.
    fn save(&self, file: impl AsRef<std::path::Path>) -> Result<(), Error> {
        crate::io::save(self, file)
    }

    /// Loads the network's weights from a safetensors file, of [`save`](Network::save) or of PyTorch; strictly, and on
    /// any error the network keeps its weights (see [`io::load`](crate::io::load)).
    ///
    /// # Errors
    ///
    /// [`Error::File`], [`Error::Content`], [`Error::Architecture`] and [`Error::Weights`].
    fn load(&mut self, file: impl AsRef<std::path::Path>) -> Result<(), Error> {
        crate::io::load(self, file)
    }
}

/// A network with one input, whose samples are a batch as they are.
#[diagnostic::on_unimplemented(
    message = "a `Dataset` fits a network with one input, and `{Self}` is not known to be one",
    label = "one input for each sample does not fit this network",
    note = "for a network with several inputs give the generated struct of slices and the targets: `&(NameBatch {{ a: &a, b: &b }}, &targets[..])`"
)]
pub trait SingleInput: Network {
    /// The samples as a batch.
    fn batch(samples: &[Self::Sample]) -> Self::Batch<'_>;
}

/// The number of samples, where each input brings its name and how many values it has.
///
/// # Errors
///
/// [`Error::UnequalInputs`] if they are not equally many.
#[doc(hidden)]
pub fn equally_many(inputs: &[(&'static str, usize)]) -> Result<usize, Error> {
    let Some(&(first, expected)) = inputs.first() else { return Ok(0) };
    match inputs.iter().find(|(_, found)| *found != expected) {
        Some(&(other, found)) => Err(Error::UnequalInputs { first, expected, other, found }),
        None => Ok(expected),
    }
}

/// The most samples that a batched prediction runs at once.
pub const PREDICTION_BATCH: usize = 64;

/// The most inputs that a network may have.
pub(crate) const MAX_INPUTS: usize = 16;

pub(crate) fn count(all: usize, selection: Selection<'_>) -> Result<usize, Error> {
    let samples = match selection {
        Selection::All => all,
        Selection::Indices(indices) => {
            if let Some(&index) = indices.iter().find(|&&i| i >= all) {
                return Err(Error::Index { index, len: all });
            }
            indices.len()
        }
    };
    if samples == 0 { Err(Error::EmptyBatch) } else { Ok(samples) }
}

/// A training pass that has gone forward: the only way to go backward.
///
/// A loss reads the outputs and writes their gradients; [`backward`](Pass::backward) then consumes the pass.
#[must_use = "a forward pass without `backward` teaches the network nothing"]
pub struct Pass<'n, 'b, N: Network> {
    pub(crate) network: &'n N,
    pub(crate) batch: N::Batch<'b>,
    pub(crate) selection: Selection<'b>,
    pub(crate) samples: usize,
    pub(crate) noise: Noise,
    pub(crate) memory: &'n mut [N::Scalar],
    pub(crate) over: Option<Gathered<'n, N::Scalar>>,
}

impl<N: Network> Pass<'_, '_, N> {
    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The steps of all samples, if they are sequences of any length, and else the number of samples.
    pub fn steps(&self) -> usize {
        self.over.map_or(self.samples, |over| over.sequences.steps())
    }

    /// What came out, one output for each sample; over sequences of any length with an output at each step, one for each
    /// step of the first sample, then of the second, and so on. What such a network gives once beside that, as behind `Last`,
    /// stands at all steps of its sequence; the gradients by it at all of them add up.
    pub fn outputs(&self) -> &[N::Output] {
        unflatten(&self.memory[N::__output_over(self.steps(), self.samples)]).unwrap_or(&[])
    }

    /// What came out, and the place for the loss's gradient by it. The place's content is undefined: write all of it.
    pub fn outputs_and_gradients(&mut self) -> (&[N::Output], &mut [N::Output]) {
        let (steps, samples) = (self.steps(), self.samples);
        let places = [N::__output_over(steps, samples), N::__output_gradient_over(steps, samples)];
        match self.memory.get_disjoint_mut(places) {
            Ok([outputs, gradients]) => {
                (unflatten(outputs).unwrap_or(&[]), unflatten_mut(gradients).unwrap_or(&mut []))
            }
            Err(_) => (&[], &mut []),
        }
    }

    /// Writes the loss's gradient by all parameters into `gradient`, and the batch's statistics into its running
    /// averages. What `gradient` held before is overwritten.
    pub fn backward(self, gradient: &mut N) {
        self.run_backward(gradient, &mut []);
    }

    /// The same, and writes the loss's gradient by what went in: for a generator that learns through a discriminator,
    /// an attribution, an input that is searched for.
    ///
    /// `inputs` has a slice for each input of the network, in their order: the scalars of all selected samples one
    /// behind the other, each in the row-major order of its shape. What they held before is overwritten. Indices have no
    /// gradient; their slice is empty.
    ///
    /// ```
    /// use formwork::prelude::*;
    /// use formwork::Noise;
    ///
    /// network! {
    ///     struct Square(x: [3]) -> [] { sum(x * x) }
    /// }
    ///
    /// let (square, mut gradient) = (Square::new(0), Square::new(0));
    /// let batch = [SVector::from([1.0, 2.0, 3.0])];
    /// let mut workspace = Square::workspace();
    /// let mut pass = square.forward(&batch, Selection::All, Noise::default(), &mut workspace)?;
    /// pass.outputs_and_gradients().1[0] = 1.0;
    /// let mut by_x = [0.0; 3];
    /// pass.backward_with_inputs(&mut gradient, &mut [&mut by_x])?;
    /// assert_eq!(by_x, [2.0, 4.0, 6.0]);
    /// # Ok::<(), formwork::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::InputGradient`] if a slice is missing or has another length; nothing is written then.
    pub fn backward_with_inputs(
        self,
        gradient: &mut N,
        inputs: &mut [&mut [N::Scalar]],
    ) -> Result<(), Error> {
        let declared = N::GRAPH.inputs;
        for (i, input) in declared.iter().enumerate() {
            let count = match N::__SEQUENCE_INPUTS.get(i) {
                Some(input) if input.steps => self.steps(),
                _ => self.samples,
            };
            let len = input.shape.iter().product::<usize>() * count;
            let expected = if input.indices.is_some() { 0 } else { len };
            let found = inputs.get(i).map_or(0, |slice| slice.len());
            if found != expected {
                let (network, input) = (N::GRAPH.name, input.name);
                return Err(Error::InputGradient { network, input, expected, found });
            }
        }
        // An empty list would say that nobody asks.
        self.run_backward(gradient, inputs);
        Ok(())
    }

    fn run_backward(self, gradient: &mut N, input_gradients: &mut [&mut [N::Scalar]]) {
        let (steps, samples) = (self.steps(), self.samples);
        let (kept, scratch) = self.memory.split_at_mut(N::__kept_over(steps, samples));
        if let Some(over) = self.over {
            let columns = sequences::columns::<N>(over);
            let (columns, sequences) = (&columns[..N::__SEQUENCE_INPUTS.len()], over.sequences);
            let inputs = Inputs { columns, selection: Selection::All, samples, sequences };
            return self.network.__backward(inputs, self.noise, gradient, input_gradients, kept, scratch);
        }
        let columns = self.batch.columns();
        let (columns, sequences) = (columns.as_ref(), Sequences::default());
        let inputs = Inputs { columns, selection: self.selection, samples, sequences };
        self.network.__backward(inputs, self.noise, gradient, input_gradients, kept, scratch);
    }
}
