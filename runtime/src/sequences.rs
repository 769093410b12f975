//! Batches of sequences of any length: the steps of all sequences one behind the other, nothing padded.
//!
//! What works on each step for itself sees so many samples as there are steps in all. What carries something from step
//! to step is told where each sequence begins ([`Sequences`]).

use crate::__private::Inputs;
use crate::kernels::recurrent::BLOCK;
use crate::layers::layout;
use crate::network::{Batch, MAX_INPUTS, PREDICTION_BATCH, Pass, count};
use crate::sample::Column;
use crate::tensor::{flat_mut, zeroed_vec};
use crate::{Error, Network, Noise, Real, Result, Selection, Workspace};
use core::cmp::Reverse;
use core::ops::Range;

/// Where the sequences of a batch lie among all their steps.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sequences<'a> {
    starts: &'a [usize],
    order: &'a [usize],
    blocks: &'a [usize],
}

impl<'a> Sequences<'a> {
    /// How many sequences there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The steps of all sequences.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The steps of one of them.
    #[must_use]
    pub fn steps_of(&self, sequence: usize) -> Range<usize> {
        self.starts[sequence]..self.starts[sequence + 1]
    }

    /// The sequence to which a step belongs.
    pub(crate) fn at(&self, step: usize) -> usize {
        self.starts.partition_point(|&start| start <= step) - 1
    }

    /// The sequences, the longest first.
    pub(crate) fn order(&self) -> &'a [usize] {
        self.order
    }

    /// For each block of so many sequences in that order how many steps those before it have, and how many all have.
    pub(crate) fn blocks(&self) -> &'a [usize] {
        self.blocks
    }
}

/// The room in which a workspace keeps that.
#[derive(Debug, Default)]
pub(crate) struct SequenceRoom {
    starts: Vec<usize>,
    order: Vec<usize>,
    blocks: Vec<usize>,
}

impl SequenceRoom {
    pub(crate) const fn new() -> Self {
        SequenceRoom { starts: Vec::new(), order: Vec::new(), blocks: Vec::new() }
    }

    /// The sequences of these lengths.
    pub(crate) fn fill(&mut self, lens: impl Iterator<Item = Result<usize>>) -> Result<Sequences<'_>> {
        let SequenceRoom { starts, order, blocks } = self;
        starts.clear();
        starts.push(0);
        let mut end = 0;
        for len in lens {
            end += len?;
            starts.push(end);
        }
        order.clear();
        order.extend(0..starts.len() - 1);
        order.sort_unstable_by_key(|&i| (Reverse(starts[i + 1] - starts[i]), i));
        blocks.clear();
        blocks.push(0);
        let mut rows = 0;
        for block in order.chunks(BLOCK) {
            rows += block.iter().map(|&i| starts[i + 1] - starts[i]).sum::<usize>();
            blocks.push(rows);
        }
        Ok(Sequences { starts, order, blocks })
    }
}

/// An input of such a network.
#[derive(Clone, Copy, Debug)]
pub struct SequenceInput {
    /// The scalars of a step, or of a sample.
    pub len: usize,
    /// Whether it has a value for each step.
    pub steps: bool,
}

/// What a pass over sequences has beside that of any network.
#[derive(Clone, Copy)]
pub(crate) struct Gathered<'n, T> {
    pub sequences: Sequences<'n>,
    /// All inputs, one behind the other.
    pub values: &'n [T],
}

/// The place of a sample in the batch.
fn place(selection: Selection<'_>, i: usize) -> usize {
    match selection {
        Selection::All => i,
        Selection::Indices(indices) => indices[i],
    }
}

/// The steps of a sample, which every input must have as many of.
pub(crate) fn steps_of<N: Network>(batch: &N::Batch<'_>, sample: usize) -> Result<usize> {
    let graph = N::GRAPH;
    let inputs = N::__SEQUENCE_INPUTS.iter().enumerate().filter(|(_, input)| input.steps);
    let steps = inputs.map(|(i, input)| {
        let values = batch.__steps(i, sample).map_or(0, |column| column.len());
        (graph.inputs[i].name, values / input.len.max(1))
    });
    equally_long(graph.name, sample, steps)
}

/// How many steps the sequences of a sample have, given by name.
pub(crate) fn equally_long(
    network: &'static str,
    sample: usize,
    mut steps: impl Iterator<Item = (&'static str, usize)>,
) -> Result<usize> {
    let Some((first, expected)) = steps.next() else { return Ok(0) };
    if expected == 0 {
        return Err(Error::NoSteps { network, input: first, sample });
    }
    match steps.find(|&(_, found)| found != expected) {
        Some((other, found)) => Err(Error::UnequalSteps { sample, first, expected, other, found }),
        None => Ok(expected),
    }
}

/// The scalars of all inputs, each beginning on a cache line.
fn gathered<N: Network>(steps: usize, samples: usize) -> usize {
    N::__SEQUENCE_INPUTS.iter().map(|input| scalars(input, steps, samples).next_multiple_of(16)).sum()
}

fn scalars(input: &SequenceInput, steps: usize, samples: usize) -> usize {
    input.len * if input.steps { steps } else { samples }
}

/// Copies the inputs of some samples.
fn gather<N: Network>(
    batch: &N::Batch<'_>,
    selection: Selection<'_>,
    sequences: Sequences<'_>,
    first: usize,
    mut values: &mut [N::Scalar],
) {
    let columns = batch.columns();
    let samples = sequences.len();
    for (i, (input, column)) in N::__SEQUENCE_INPUTS.iter().zip(columns.as_ref()).enumerate() {
        let len = scalars(input, sequences.steps(), samples);
        let (own, rest) = values.split_at_mut(len.next_multiple_of(16));
        values = rest;
        let own = &mut own[..len];
        for s in 0..samples {
            let sample = place(selection, first + s);
            let (from, to) = match input.steps {
                true => {
                    let steps = sequences.steps_of(s);
                    let to = &mut own[steps.start * input.len..steps.end * input.len];
                    (batch.__steps(i, sample).unwrap_or(Column::Numbers(&[])), to)
                }
                false => {
                    let from = column.part(sample * input.len, (sample + 1) * input.len);
                    (from, &mut own[s * input.len..(s + 1) * input.len])
                }
            };
            match from {
                Column::Numbers(from) => to.copy_from_slice(from),
                Column::Indices(from) => layout::gather_indices(from, from.len(), Selection::All, 1, to),
            }
        }
    }
}

/// The inputs as emitted code sees them.
pub(crate) fn columns<N: Network>(given: Gathered<'_, N::Scalar>) -> [Column<'_, N::Scalar>; MAX_INPUTS] {
    let mut columns = [Column::Numbers(&[] as &[N::Scalar]); MAX_INPUTS];
    let mut values = given.values;
    for (column, input) in columns.iter_mut().zip(N::__SEQUENCE_INPUTS) {
        let len = scalars(input, given.sequences.steps(), given.sequences.len());
        let (own, rest) = values.split_at(len.next_multiple_of(16));
        *column = Column::Numbers(&own[..len]);
        values = rest;
    }
    columns
}

/// [`Network::forward`] over sequences.
pub fn forward<'n, 'b, N: Network>(
    network: &'n N,
    batch: N::Batch<'b>,
    selection: Selection<'b>,
    noise: Noise,
    workspace: &'n mut Workspace<N>,
) -> Result<Pass<'n, 'b, N>> {
    let samples = count(batch.samples()?, selection)?;
    if samples < N::MIN_TRAINING_SAMPLES {
        let (network, expected) = (N::GRAPH.name, N::MIN_TRAINING_SAMPLES);
        return Err(Error::BatchTooSmall { network, expected, found: samples });
    }
    let lens = (0..samples).map(|i| steps_of::<N>(&batch, place(selection, i)));
    let sequences = workspace.sequences.fill(lens)?;
    let steps = sequences.steps();
    let inputs = gathered::<N>(steps, samples);
    let memory = workspace.memory.take(inputs + N::__train_len_over(steps, samples));
    let (values, memory) = memory.split_at_mut(inputs);
    gather::<N>(&batch, selection, sequences, 0, values);
    let over = Gathered { sequences, values };
    let columns = columns::<N>(over);
    let columns = &columns[..N::__SEQUENCE_INPUTS.len()];
    let inputs = Inputs { columns, selection: Selection::All, samples, sequences };
    let (kept, scratch) = memory.split_at_mut(N::__kept_over(steps, samples));
    network.__forward(inputs, noise, kept, scratch);
    Ok(Pass { network, batch, selection, samples, noise, memory, over: Some(over) })
}

/// How many outputs there are for some samples: one for each, or one for each of their steps.
pub fn outputs_of<N: Network>(batch: &N::Batch<'_>, selection: Selection<'_>) -> Result<usize> {
    let samples = count(batch.samples()?, selection)?;
    if !N::__EACH_STEP {
        return Ok(samples);
    }
    (0..samples).map(|i| steps_of::<N>(batch, place(selection, i))).sum()
}

/// [`Network::predict_selected`] over sequences.
pub fn predict_selected<N: Network>(
    network: &N,
    batch: N::Batch<'_>,
    selection: Selection<'_>,
    mut outputs: &mut [N::Output],
    workspace: &mut Workspace<N>,
) -> Result<()> {
    let expected = outputs_of::<N>(&batch, selection)?;
    if outputs.len() != expected {
        return Err(Error::Outputs { expected, found: outputs.len() });
    }
    let samples = count(batch.samples()?, selection)?;
    for first in (0..samples).step_by(PREDICTION_BATCH) {
        let part = first..samples.min(first + PREDICTION_BATCH);
        let lens = part.clone().map(|i| steps_of::<N>(&batch, place(selection, i)));
        let sequences = workspace.sequences.fill(lens)?;
        let (steps, samples) = (sequences.steps(), sequences.len());
        let inputs = gathered::<N>(steps, samples);
        let memory = workspace.memory.take(inputs + N::__predict_len_over(steps, samples));
        let (values, memory) = memory.split_at_mut(inputs);
        gather::<N>(&batch, selection, sequences, first, values);
        let columns = columns::<N>(Gathered { sequences, values });
        let columns = &columns[..N::__SEQUENCE_INPUTS.len()];
        let inputs = Inputs { columns, selection: Selection::All, samples, sequences };
        let (own, rest) = outputs.split_at_mut(if N::__EACH_STEP { steps } else { samples });
        outputs = rest;
        network.__predict(inputs, flat_mut(own), memory);
    }
    Ok(())
}

/// What comes out for each of many sequences at its last step.
pub fn predict_batch<N: Network>(network: &N, batch: N::Batch<'_>) -> Result<Vec<N::Output>> {
    let samples = batch.samples()?;
    if samples == 0 {
        return Ok(Vec::new());
    }
    let mut outputs = zeroed_vec::<N::Output>(outputs_of::<N>(&batch, Selection::All)?);
    predict_selected(network, batch, Selection::All, &mut outputs, &mut Workspace::new())?;
    Ok(outputs)
}

/// What comes out for each of many sequences at each of its steps.
pub fn predict_steps<N: Network<Output: Copy>>(
    network: &N,
    batch: N::Batch<'_>,
) -> Result<Vec<Vec<N::Output>>> {
    let all = predict_batch(network, batch)?;
    let mut rest = &all[..];
    (0..batch.samples()?)
        .map(|sample| {
            let (own, others) = rest.split_at(steps_of::<N>(&batch, sample)?);
            rest = others;
            Ok(own.to_vec())
        })
        .collect()
}

/// Values one behind the other, step by step: each part with its scalars, whether it has them for each step and not for
/// each sequence, and where they lie. What there is for a sequence stands at all its steps.
pub fn join<T: Real>(sequences: Sequences<'_>, parts: &[(usize, bool, &[T])], to: &mut [T]) {
    let all: usize = parts.iter().map(|(len, ..)| len).sum();
    let mut place = 0;
    for &(len, each, part) in parts {
        if each {
            T::copy_runs(sequences.steps(), len, [len, 0], [all, place], part, to);
        } else {
            for (sequence, part) in part.chunks_exact(len.max(1)).take(sequences.len()).enumerate() {
                for step in sequences.steps_of(sequence) {
                    to[step * all + place..][..len].copy_from_slice(part);
                }
            }
        }
        place += len;
    }
}

/// The way back: the gradients at all steps of a sequence add up. A part is empty if nobody asks.
pub fn part<T: Real>(sequences: Sequences<'_>, parts: &mut [(usize, bool, &mut [T])], from: &[T]) {
    let all: usize = parts.iter().map(|(len, ..)| len).sum();
    let mut place = 0;
    for (len, each, part) in parts {
        if part.is_empty() {
        } else if *each {
            T::copy_runs(sequences.steps(), *len, [all, place], [*len, 0], from, part);
        } else {
            for (sequence, sum) in part.chunks_exact_mut(*len).take(sequences.len()).enumerate() {
                sum.fill(T::zero());
                for step in sequences.steps_of(sequence) {
                    let gradient = &from[step * all + place..][..*len];
                    sum.iter_mut().zip(gradient).for_each(|(sum, &g)| *sum += g);
                }
            }
        }
        place += *len;
    }
}

/// The last step of each sequence.
pub(crate) fn last<T: Real>(sequences: Sequences<'_>, len: usize, x: &[T], y: &mut [T]) {
    for (sequence, y) in y.chunks_exact_mut(len.max(1)).enumerate() {
        let end = sequences.steps_of(sequence).end;
        y.copy_from_slice(&x[(end - 1) * len..end * len]);
    }
}

/// Its gradient.
pub(crate) fn last_backward<T: Real>(sequences: Sequences<'_>, len: usize, dy: &[T], dx: &mut [T]) {
    dx.fill(T::zero());
    for (sequence, dy) in dy.chunks_exact(len.max(1)).enumerate() {
        let end = sequences.steps_of(sequence).end;
        dx[(end - 1) * len..end * len].copy_from_slice(dy);
    }
}
