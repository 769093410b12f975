//! Forward over all steps of all sequences.

use super::{Causal, Run, tasks};
use crate::kernels::convolution::{Room, run_panels};
use crate::kernels::dense::PARALLEL;
use crate::kernels::depthwise::{fill, multiply_add};
use crate::kernels::isa::isa;
use crate::kernels::pack;
use crate::kernels::panel::{Packed, Panels, Product, Rows, Start};
use crate::kernels::parallel::{Shared, for_each};
use crate::kernels::tile::TileScalar;
use crate::layers::conv2d::Conv2dSpec;
use crate::sequences::Sequences;

pub(super) fn forward<T: TileScalar>(
    spec: &Conv2dSpec,
    sequences: Sequences<'_>,
    w: &[T],
    x: &[T],
    y: &mut [T],
    scratch: &mut [T],
) {
    let causal = Causal::of(spec);
    let Causal { taps: all, dilation, channels, outputs, groups, bias, .. } = causal;
    let steps = sequences.steps();
    if steps == 0 || causal.is_empty() {
        return;
    }
    let [cg, og] = causal.of_group();
    let (w, b) = w.split_at(causal.weights());
    let b = if bias { &b[..outputs] } else { &[] };
    assert!(x.len() >= steps * channels && y.len() >= steps * outputs);
    let parallel = steps * causal.weights() >= PARALLEL;
    let (count, part) = tasks(steps);
    let y = Shared::new(y);
    if causal.depthwise() {
        for_each(count, parallel, &|task| {
            causal.runs(sequences, part(task), false, |Run { steps, taps }| {
                // SAFETY: each step is one task's.
                let y = unsafe {
                    let start = y.get().add(steps.start * outputs);
                    core::slice::from_raw_parts_mut(start, steps.len() * outputs)
                };
                fill(y, b);
                for tap in 0..taps {
                    let w = &w[(all - taps + tap) * channels..][..channels];
                    let first = steps.start - (taps - 1 - tap) * dilation;
                    let x = x[first * channels..].chunks_exact(channels);
                    y.chunks_exact_mut(channels).zip(x).for_each(|(y, x)| multiply_add(y, x, w));
                }
            });
        });
        return;
    }
    let set = T::tiles(isa());
    let panels = Panels::new(set, og);
    let packed = panels.count > 1 || groups > 1;
    let rows = all * cg;
    let weights = if packed {
        let to = Room(scratch).take(causal.weights());
        for group in 0..groups {
            let (from, to) = (&w[group * og..], to[rows * group * og..].as_mut_ptr());
            // SAFETY: the columns of a group are the weights', and `to` has room for all of them.
            unsafe { pack::panels(set, (from.as_ptr(), outputs), rows, panels, (to, rows, 0)) };
        }
        &*to
    } else {
        w
    };
    for_each(count, parallel, &|task| {
        causal.runs(sequences, part(task), false, |Run { steps, taps }| {
            for group in 0..groups {
                // What is left out of the kernel's beginning.
                let skip = (all - taps) * cg;
                let (run, segments) = if dilation * channels == cg { (taps * cg, 1) } else { (cg, taps) };
                // SAFETY: the rows begin with the first step of the sequence at the earliest, since the run reads no more
                // taps; columns are those of weights, bias and output; each step is one task's.
                unsafe {
                    let product = Product {
                        a: x.as_ptr().add((steps.start - (taps - 1) * dilation) * channels + group * cg),
                        rows: Rows::Every(channels),
                        m: steps.len(),
                        a_step: 1,
                        a_jump: (dilation * channels) as isize - cg as isize,
                        a_jump2: 0,
                        run,
                        segments,
                        blocks: 1,
                        b: match packed {
                            true => weights.as_ptr().add(rows * group * og),
                            false => weights.as_ptr().add(skip * outputs),
                        },
                        b_step: outputs,
                        b_jump: 0,
                        n: og,
                        c: y.get().add(steps.start * outputs + group * og),
                        c_step: outputs,
                        start: match b {
                            [] => Start::Zero,
                            b => Start::Bias(b[group * og..].as_ptr()),
                        },
                        clamp: false,
                    };
                    run_panels(set, &product, packed.then_some(Packed { k: rows, skip }));
                }
            }
        });
    });
}
