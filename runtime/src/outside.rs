//! A network that stands in another one which was declared elsewhere: what the outer network's macro cannot see, the
//! compiler finds here.

use crate::kernels::map::MapKernels;
use crate::layers::{Backward, Forward, Mode};
use crate::network::{Inputs, MAX_INPUTS};
use crate::parameters::{view, view_mut};
use crate::sample::Column;
use crate::sequences::Sequences;
use crate::{Graph, Network, Role, Selection, Tensors};
use core::ops::Range;

/// What an outer network has to know of an inner one.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The description.
    pub graph: &'static Graph,
    /// The table of tensors.
    pub tensors: Tensors,
    /// All scalars.
    pub scalars: usize,
    /// The learned ones.
    pub learned: usize,
    /// What stays from forward to backward: for each sample, and beside that.
    pub kept: [usize; 2],
    /// The fewest samples of a training batch.
    pub least_samples: usize,
    /// Whether it has a mistake, which has been reported, so that nothing more is known.
    pub broken: bool,
}

/// Whether nothing is known but that there is a mistake.
pub const fn broken(about: &About) -> usize {
    about.broken as usize
}

/// How many values flow in.
pub const fn inputs(about: &About) -> usize {
    about.graph.inputs.len()
}

/// How many axes an input has; 0 if there is no such input.
pub const fn input_rank(about: &About, port: usize) -> usize {
    if port < inputs(about) { about.graph.inputs[port].shape.len() } else { 0 }
}

/// The size of an axis of an input; 0 if there is no such axis.
pub const fn input_size(about: &About, port: usize, axis: usize) -> usize {
    if axis < input_rank(about, port) { about.graph.inputs[port].shape[axis] } else { 0 }
}

/// The bound of an input of indices; 0 if it takes numbers.
pub const fn input_indices(about: &About, port: usize) -> usize {
    if port >= inputs(about) {
        return 0;
    }
    match about.graph.inputs[port].indices {
        Some(bound) => bound,
        None => 0,
    }
}

/// How many values come out.
pub const fn outputs(about: &About) -> usize {
    about.graph.outputs.len()
}

/// How many axes an output has; 0 if there is no such output.
pub const fn output_rank(about: &About, port: usize) -> usize {
    if port < outputs(about) { about.graph.outputs[port].shape.len() } else { 0 }
}

/// The size of an axis of an output; 0 if there is no such axis.
pub const fn output_size(about: &About, port: usize, axis: usize) -> usize {
    if axis < output_rank(about, port) { about.graph.outputs[port].shape[axis] } else { 0 }
}

/// How many tensors there are.
pub const fn tensors(about: &About) -> usize {
    about.tensors.len()
}

/// All scalars.
pub const fn scalars(about: &About) -> usize {
    about.scalars
}

/// The learned scalars.
pub const fn learned(about: &About) -> usize {
    about.learned
}

/// The frozen scalars.
pub const fn frozen(about: &About) -> usize {
    let (mut sum, mut tensors) = (0, about.tensors.iter());
    while let Some((role, _, len)) = tensors.advance_place() {
        if matches!(role, Role::Frozen) {
            sum += len;
        }
    }
    sum
}

/// What stays from forward to backward for each sample. What stays beside that is counted with each of them: there is
/// little of it, and one place serves all.
pub const fn saved(about: &About) -> usize {
    about.kept[0] + about.kept[1]
}

/// The fewest samples of a training batch.
pub const fn least_samples(about: &About) -> usize {
    about.least_samples
}

/// Multiplications followed by an addition, for one sample.
pub const fn multiply_adds(about: &About) -> u64 {
    about.graph.multiply_adds()
}

/// The number of the architecture.
pub const fn fingerprint(about: &About) -> u64 {
    about.graph.fingerprint
}

/// The room of a prediction, and behind it that for its outputs one behind the other.
pub const fn room(prediction: usize, samples: usize, output: usize) -> usize {
    prediction.next_multiple_of(16) + samples * output
}

/// A network that stands in another one. What is none is refused here, in one error whatever is asked of it; so each
/// network has an implementation of its own, and none is for all `Network`s.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no network that can stand in another one",
    label = "not declared with `network!`, or over sequences of any length",
    note = "a network over sequences of any length, `[.., n]`, runs by itself; what stands in another one has a fixed \
            length, `[64, n]`"
)]
pub trait Declared {
    /// The network itself.
    type Network: Network;
}

/// What a network without a plan needs beside: nothing.
#[derive(Clone, Copy)]
pub struct NoScratch;

impl NoScratch {
    /// In a prediction of the network around.
    pub const fn inside_prediction(self, _samples: usize) -> usize {
        0
    }

    /// In training.
    pub const fn training(self, _samples: usize) -> usize {
        0
    }
}

/// How many running averages there are.
pub const fn averages(tensors: Tensors) -> usize {
    let (mut count, mut tensors) = (0, tensors.iter());
    while let Some((role, ..)) = tensors.advance_place() {
        count += is_average(role) as usize;
    }
    count
}

/// The places of the running averages.
pub const fn ranges_of_averages<const N: usize>(tensors: Tensors) -> [Range<usize>; N] {
    let mut ranges = [const { 0..0 }; N];
    let (mut at, mut tensors) = (0, tensors.iter());
    while let Some((role, offset, len)) = tensors.advance_place() {
        if is_average(role) {
            ranges[at] = offset..offset + len;
            at += 1;
        }
    }
    ranges
}

const fn is_average(role: Role) -> bool {
    matches!(role, Role::Average { .. } | Role::CumulativeAverage)
}

/// One column for each value that flows in. Indices have become scalars by now, which is what a network makes of them
/// first of all.
fn columns<'a, T>(inputs: &[&'a [T]]) -> [Column<'a, T>; MAX_INPUTS] {
    let mut inputs = inputs.iter();
    core::array::from_fn(|_| Column::Numbers(inputs.next().map_or(&[][..], |input| input)))
}

/// Forward, as the layer of that number.
pub fn forward<N: Network>(pass: Forward<'_, N::Scalar>, node: usize) {
    let network: &N = view(pass.parameters);
    let (samples, columns) = (pass.samples, columns(pass.inputs));
    let columns = &columns[..pass.inputs.len()];
    let sequences = Sequences::default();
    let inputs = Inputs { columns, selection: Selection::All, samples, sequences };
    match pass.mode {
        Mode::Predict | Mode::Step(_) => {
            let len = N::__predict_len(samples);
            let (memory, joined) = pass.scratch.split_at_mut(len.next_multiple_of(16));
            if let [only] = pass.outputs {
                return network.__predict(inputs, only, &mut memory[..len]);
            }
            let all = pass.outputs.iter().map(|output| output.len()).sum();
            let joined = &mut joined[..all];
            network.__predict(inputs, joined, &mut memory[..len]);
            parted::<N>(samples, joined, pass.outputs);
        }
        Mode::Train(noise) => {
            network.__forward(inputs, noise.inside(node), pass.saved, pass.scratch);
            parted::<N>(samples, &pass.saved[N::__output(samples)], pass.outputs);
        }
    }
}

/// Each of several outputs out of what all are, sample by sample.
fn parted<N: Network>(samples: usize, joined: &[N::Scalar], outputs: &mut [&mut [N::Scalar]]) {
    let mut place = 0;
    for output in outputs {
        let len = output.len() / samples.max(1);
        let all = joined.len() / samples.max(1);
        N::Scalar::copy_runs(samples, len, [all, place], [len, 0], joined, output);
        place += len;
    }
}

/// Backward, as the layer of that number; if it is frozen, its weights have no gradient.
pub fn backward<N: Network>(pass: Backward<'_, N::Scalar>, node: usize, frozen: bool) {
    let network: &N = view(pass.parameters);
    let (samples, columns) = (pass.samples, columns(pass.inputs));
    let (columns, sequences) = (&columns[..pass.inputs.len()], Sequences::default());
    let inputs = Inputs { columns, selection: Selection::All, samples, sequences };
    let joined = &mut pass.saved[N::__output_gradient(samples)];
    let (mut place, all) = (0, joined.len() / samples.max(1));
    for given in pass.output_gradients {
        let len = given.len() / samples.max(1);
        N::Scalar::copy_runs(samples, len, [len, 0], [all, place], given, joined);
        place += len;
    }
    let is_asked = pass.input_gradients.iter().any(|gradient| !gradient.is_empty());
    let asked = if is_asked { pass.input_gradients } else { &mut [] };
    let gradient: &mut N = view_mut(pass.parameter_gradients);
    network.__backward(inputs, pass.noise.inside(node), gradient, asked, pass.saved, pass.scratch);
    if frozen {
        for tensor in N::TENSORS.iter().filter(|tensor| tensor.role == Role::Learned) {
            pass.parameter_gradients[tensor.range()].fill(num_traits::Zero::zero());
        }
    }
}
