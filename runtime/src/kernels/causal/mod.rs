//! Causal convolutions along sequences of any length, whose steps lie one behind the other.
//!
//! `y[t][o] = b[o] + Σ w[k][c][o] x[t - (K - 1 - k) · d][c]`, where `x` is zero before the first step of its sequence. A
//! step that far from the beginning reads all `K` taps of the kernel, those before only the last ones, and what flows back
//! is cut short at the end in the same way. So the steps of a batch fall into *runs* that read the same number of taps, and
//! each run is one product whose rows begin a step apart: nothing is unfolded, padded or copied.

mod backward;
mod forward;
mod step;
#[cfg(test)]
mod tests;

use super::panel::part;
use crate::layers::conv2d::Conv2dSpec;
use crate::sequences::Sequences;
use core::ops::Range;

/// The steps of a task going forward, and of one that flows back.
const TASK_STEPS: usize = 512;
/// The shards that the gradient by the weights is added up in, whatever the threads.
const SHARDS: usize = 8;
/// The least steps of a shard.
const SHARD_STEPS: usize = 64;

/// The kernels of this module that exist once for each scalar type.
#[doc(hidden)]
pub trait CausalKernels: Sized {
    /// All steps of all sequences; `w` is followed by the bias.
    fn causal_forward(
        spec: &Conv2dSpec,
        sequences: Sequences<'_>,
        w: &[Self],
        x: &[Self],
        y: &mut [Self],
        scratch: &mut [Self],
    );

    /// The gradient by weights and bias.
    fn causal_backward_parameters(
        spec: &Conv2dSpec,
        sequences: Sequences<'_>,
        x: &[Self],
        dy: &[Self],
        dw: &mut [Self],
        scratch: &mut [Self],
    );

    /// The gradient by the input.
    fn causal_backward_input(
        spec: &Conv2dSpec,
        sequences: Sequences<'_>,
        w: &[Self],
        dy: &[Self],
        dx: &mut [Self],
        scratch: &mut [Self],
    );

    /// One step: `past` are the steps before it, of which the one at `oldest` gives its place to this one.
    fn causal_step(
        spec: &Conv2dSpec,
        past: &mut [Self],
        oldest: usize,
        w: &[Self],
        x: &[Self],
        y: &mut [Self],
        scratch: &mut [Self],
    );
}

macro_rules! causal_kernels {
    ($t:ty) => {
        impl CausalKernels for $t {
            fn causal_forward(
                spec: &Conv2dSpec,
                sequences: Sequences<'_>,
                w: &[$t],
                x: &[$t],
                y: &mut [$t],
                scratch: &mut [$t],
            ) {
                forward::forward(spec, sequences, w, x, y, scratch);
            }

            fn causal_backward_parameters(
                spec: &Conv2dSpec,
                sequences: Sequences<'_>,
                x: &[$t],
                dy: &[$t],
                dw: &mut [$t],
                scratch: &mut [$t],
            ) {
                backward::parameters(spec, sequences, x, dy, dw, scratch);
            }

            fn causal_backward_input(
                spec: &Conv2dSpec,
                sequences: Sequences<'_>,
                w: &[$t],
                dy: &[$t],
                dx: &mut [$t],
                scratch: &mut [$t],
            ) {
                backward::input(spec, sequences, w, dy, dx, scratch);
            }

            fn causal_step(
                spec: &Conv2dSpec,
                past: &mut [$t],
                oldest: usize,
                w: &[$t],
                x: &[$t],
                y: &mut [$t],
                scratch: &mut [$t],
            ) {
                step::step(spec, past, oldest, w, x, y, scratch);
            }
        }
    };
}

causal_kernels!(f32);
causal_kernels!(f64);

/// Such a convolution along one axis.
#[derive(Clone, Copy)]
struct Causal {
    taps: usize,
    dilation: usize,
    channels: usize,
    outputs: usize,
    groups: usize,
    bias: bool,
}

/// Steps that read the same number of taps: the last ones going forward, those that reach back least.
struct Run {
    steps: Range<usize>,
    taps: usize,
}

impl Causal {
    fn of(spec: &Conv2dSpec) -> Causal {
        debug_assert!(spec.kernel[0] == 1 && spec.stride == [1, 1], "no causal convolution: {spec:?}");
        Causal {
            taps: spec.kernel[1],
            dilation: spec.dilation[1],
            channels: spec.channels,
            outputs: spec.outputs,
            groups: spec.groups,
            bias: spec.bias,
        }
    }

    /// The channels that flow into a group, and out of it.
    fn of_group(&self) -> [usize; 2] {
        [self.channels / self.groups, self.outputs / self.groups]
    }

    fn depthwise(&self) -> bool {
        self.groups == self.channels && self.outputs == self.channels
    }

    fn weights(&self) -> usize {
        self.taps * (self.channels / self.groups) * self.outputs
    }

    /// Whether there is nothing to compute.
    fn is_empty(&self) -> bool {
        self.taps * self.channels * self.outputs == 0
    }

    /// Calls `f` with the runs of some steps, in order; `back` is for what flows back, whose taps lie behind a step and
    /// not before it.
    fn runs(&self, sequences: Sequences<'_>, steps: Range<usize>, back: bool, mut f: impl FnMut(Run)) {
        let mut sequence = sequences.at(steps.start);
        let mut at = steps.start;
        while at < steps.end {
            let all = sequences.steps_of(sequence);
            let end = all.end.min(steps.end);
            while at < end {
                let room = if back { all.end - 1 - at } else { at - all.start };
                let taps = (room / self.dilation + 1).min(self.taps);
                let next = match (back, taps < self.taps) {
                    (false, true) => end.min(all.start + taps * self.dilation),
                    (false, false) => end,
                    (true, _) => end.min(all.end - (taps - 1) * self.dilation),
                };
                f(Run { steps: at..next, taps });
                at = next;
            }
            sequence += 1;
        }
    }
}

/// The tasks that so many steps are cut into, and the steps of one of them.
fn tasks(steps: usize) -> (usize, impl Fn(usize) -> Range<usize> + Sync) {
    let tasks = steps.div_ceil(TASK_STEPS);
    (tasks, move |task| part(steps, tasks, task))
}

/// The shards for so many steps.
const fn shards(steps: usize) -> usize {
    let shards = steps.div_ceil(SHARD_STEPS);
    if shards < SHARDS { shards } else { SHARDS }
}

/// From one shard's gradient to the next.
const fn shard_len(spec: &Conv2dSpec) -> usize {
    (spec.weights() + spec.biases()).next_multiple_of(16)
}

pub(crate) const fn forward_scratch(spec: &Conv2dSpec) -> usize {
    16 + spec.weights()
}

pub(crate) const fn backward_scratch(spec: &Conv2dSpec, steps: usize) -> usize {
    let parameters = spec.taps() + 16 + shards(steps) * shard_len(spec);
    let input = spec.weights();
    32 + if parameters > input { parameters } else { input }
}

pub(crate) const fn step_scratch(spec: &Conv2dSpec) -> usize {
    16 + spec.kernel[1] * spec.channels
}
