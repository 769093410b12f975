//! Convolutions through volumes `[depth][height][width][channels]`, one sample at a time: the slices that one slice of the
//! output reads are laid side by side as the channels of an image, so that the kernels of images do the rest. The order of
//! the weights is theirs already.

use super::tile::TileScalar;
use super::update::UpdateKernels;
use super::{convolution, convolution_input, convolution_weights};
use crate::layers::conv3d::Conv3dSpec;

/// Calls `f(place in the volume, place side by side, length)` for all runs of channels of one sample that lie together;
/// no place in the volume stands for padding.
fn for_runs(spec: &Conv3dSpec, mut f: impl FnMut(Option<usize>, usize, usize)) {
    let [depth, ..] = spec.output_size();
    let (pixels, group) = (spec.height * spec.width, spec.channels / spec.groups);
    let mut to = 0;
    for p in 0..depth {
        for pixel in 0..pixels {
            for g in 0..spec.groups {
                for k in 0..spec.kernel[0] {
                    let slice = (p * spec.stride[0] + k * spec.dilation[0]).checked_sub(spec.padding[0][0]);
                    let slice = slice.filter(|&slice| slice < spec.depth);
                    f(slice.map(|s| (s * pixels + pixel) * spec.channels + g * group), to, group);
                    to += group;
                }
            }
        }
    }
}

/// The slices that each slice of the output reads, side by side.
fn unfold<T: TileScalar>(spec: &Conv3dSpec, x: &[T], to: &mut [T]) {
    for_runs(spec, |from, at, len| match from {
        Some(from) => to[at..at + len].copy_from_slice(&x[from..from + len]),
        None => to[at..at + len].fill(T::zero()),
    });
}

/// The sum of all that was copied from each place.
fn fold<T: TileScalar>(spec: &Conv3dSpec, from: &[T], dx: &mut [T]) {
    dx.fill(T::zero());
    for_runs(spec, |to, at, len| {
        if let Some(to) = to {
            for (dx, &d) in dx[to..to + len].iter_mut().zip(&from[at..at + len]) {
                *dx += d;
            }
        }
    });
}

fn input_len(spec: &Conv3dSpec) -> usize {
    spec.depth * spec.height * spec.width * spec.channels
}

fn output_len(spec: &Conv3dSpec) -> usize {
    spec.output_size().iter().product::<usize>() * spec.outputs
}

/// `y[p][o] = b[o] + Σ x[p · stride + tap][c] w[tap][c][o]`.
pub(super) fn forward<T: TileScalar>(
    spec: &Conv3dSpec,
    samples: usize,
    w: &[T],
    x: &[T],
    y: &mut [T],
    scratch: &mut [T],
) {
    let (input, output, [depth, ..]) = (input_len(spec), output_len(spec), spec.output_size());
    let (slices, room) = scratch.split_at_mut(spec.unfolded_len());
    for sample in 0..samples {
        unfold(spec, &x[sample * input..][..input], slices);
        let y = &mut y[sample * output..][..output];
        convolution::forward(&spec.slices(), depth, w, slices, y, room);
    }
}

/// `dw[tap][c][o] = Σ x[p · stride + tap][c] dy[p][o]`, followed by `db[o] = Σ dy[p][o]`.
pub(super) fn backward_parameters<T: TileScalar>(
    spec: &Conv3dSpec,
    samples: usize,
    x: &[T],
    dy: &[T],
    dw: &mut [T],
    scratch: &mut [T],
) {
    let (input, output, [depth, ..]) = (input_len(spec), output_len(spec), spec.output_size());
    let (slices, room) = scratch.split_at_mut(spec.unfolded_len());
    let (sum, room) = room.split_at_mut(spec.parameters());
    let dw = &mut dw[..spec.parameters()];
    dw.fill(T::zero());
    for sample in 0..samples {
        unfold(spec, &x[sample * input..][..input], slices);
        let dy = &dy[sample * output..][..output];
        convolution_weights::backward_parameters(&spec.slices(), depth, slices, dy, sum, room);
        <T as UpdateKernels>::add_assign(dw, sum);
    }
}

/// `dx[q][c] = Σ dy[p][o] w[tap][c][o]` over all `p · stride + tap = q`.
pub(super) fn backward_input<T: TileScalar>(
    spec: &Conv3dSpec,
    samples: usize,
    w: &[T],
    dy: &[T],
    dx: &mut [T],
    scratch: &mut [T],
) {
    let (input, output, [depth, ..]) = (input_len(spec), output_len(spec), spec.output_size());
    let (slices, room) = scratch.split_at_mut(spec.unfolded_len());
    for sample in 0..samples {
        let dy = &dy[sample * output..][..output];
        convolution_input::backward_input(&spec.slices(), depth, (w, &[]), dy, slices, room);
        fold(spec, slices, &mut dx[sample * input..][..input]);
    }
}
