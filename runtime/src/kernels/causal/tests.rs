//! Against sums written out, on every instruction set.

use super::{CausalKernels, backward_scratch, forward_scratch, step_scratch};
use crate::gradcheck::tests::spread;
use crate::kernels::isa::{Isa, with_isa};
use crate::layers::conv2d::Conv2dSpec;
use crate::sequences::SequenceRoom;

/// `[channels, outputs, groups, kernel, dilation]`
const CASES: [[usize; 5]; 9] = [
    [1, 1, 1, 1, 1],
    [1, 16, 1, 3, 1],
    [3, 5, 1, 2, 1],
    [4, 6, 2, 3, 4],
    [5, 5, 5, 4, 3],
    [16, 16, 1, 3, 64],
    [7, 40, 1, 2, 9],
    [6, 3, 3, 1, 5],
    [24, 96, 2, 2, 16],
];

fn spec([channels, outputs, groups, kernel, dilation]: [usize; 5]) -> Conv2dSpec {
    Conv2dSpec {
        channels,
        height: 1,
        width: 1,
        outputs,
        kernel: [1, kernel],
        stride: [1, 1],
        padding: [[0, 0], [(kernel - 1) * dilation, 0]],
        dilation: [1, dilation],
        groups,
        bias: outputs != 40,
    }
}

/// Calls `f` with every product of the sum: the places of `y`, of `x` and of the weight.
fn products(spec: &Conv2dSpec, lens: &[usize], mut f: impl FnMut(usize, usize, usize)) {
    let (cg, og) = (spec.channels / spec.groups, spec.outputs / spec.groups);
    let mut start = 0;
    for &len in lens {
        for t in 0..len {
            for k in 0..spec.kernel[1] {
                let Some(from) = t.checked_sub((spec.kernel[1] - 1 - k) * spec.dilation[1]) else { continue };
                for o in 0..spec.outputs {
                    for c in 0..cg {
                        let x = (start + from) * spec.channels + o / og * cg + c;
                        f((start + t) * spec.outputs + o, x, (k * cg + c) * spec.outputs + o);
                    }
                }
            }
        }
        start += len;
    }
}

fn near(what: &str, case: [usize; 5], found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let close = (found - expected).abs() <= 1e-11 * expected.abs().max(1.0);
        assert!(close, "{case:?}: {what} {i} is {found}, not {expected}");
    }
}

#[test]
fn all_passes_are_the_sums_that_they_say() {
    let many: Vec<usize> = (0..70).map(|i| 1 + i * 13 % 37).collect();
    for lens in [&[1][..], &[3, 200, 1, 70], &[1500], &many] {
        let mut room = SequenceRoom::new();
        let sequences = room.fill(lens.iter().map(|&len| Ok(len))).expect("lengths");
        let steps = sequences.steps();
        for case in CASES {
            let spec = spec(case);
            let weights = spec.weights();
            let w = spread(weights + spec.biases(), 1);
            let (x, dy) = (spread(steps * spec.channels, 2), spread(steps * spec.outputs, 3));
            let mut y = vec![0.0; steps * spec.outputs];
            let (mut dw, mut dx) = (vec![0.0; w.len()], vec![0.0; x.len()]);
            if spec.bias {
                y.chunks_exact_mut(spec.outputs).for_each(|y| y.copy_from_slice(&w[weights..]));
                for dy in dy.chunks_exact(spec.outputs) {
                    dw[weights..].iter_mut().zip(dy).for_each(|(sum, dy)| *sum += dy);
                }
            }
            products(&spec, lens, |to, from, weight| {
                y[to] += x[from] * w[weight];
                dx[from] += dy[to] * w[weight];
                dw[weight] += dy[to] * x[from];
            });
            for isa in Isa::available() {
                with_isa(isa, || {
                    let mut found = vec![f64::NAN; y.len()];
                    let mut scratch = vec![f64::NAN; forward_scratch(&spec)];
                    f64::causal_forward(&spec, sequences, &w, &x, &mut found, &mut scratch);
                    near("output", case, &found, &y);
                    let mut scratch = vec![f64::NAN; backward_scratch(&spec, steps)];
                    let mut found = vec![f64::NAN; dw.len()];
                    f64::causal_backward_parameters(&spec, sequences, &x, &dy, &mut found, &mut scratch);
                    near("gradient by the weights", case, &found, &dw);
                    let mut found = vec![f64::NAN; dx.len()];
                    f64::causal_backward_input(&spec, sequences, &w, &dy, &mut found, &mut scratch);
                    near("gradient by the input", case, &found, &dx);
                });
            }
        }
    }
}

#[test]
fn a_step_gives_what_all_steps_at_once_do() {
    let mut room = SequenceRoom::new();
    let sequences = room.fill([Ok(150)].into_iter()).expect("lengths");
    for case in CASES {
        let spec = spec(case);
        let w = spread(spec.weights() + spec.biases(), 1);
        let x = spread(150 * spec.channels, 2);
        for isa in Isa::available() {
            with_isa(isa, || {
                let mut y = vec![f64::NAN; 150 * spec.outputs];
                let mut scratch = vec![f64::NAN; forward_scratch(&spec)];
                f64::causal_forward(&spec, sequences, &w, &x, &mut y, &mut scratch);
                let steps = (spec.kernel[1] - 1) * spec.dilation[1];
                let mut past = vec![0.0; steps * spec.channels];
                let mut oldest = 0;
                let mut scratch = vec![f64::NAN; step_scratch(&spec)];
                for (x, y) in x.chunks_exact(spec.channels).zip(y.chunks_exact(spec.outputs)) {
                    let mut found = vec![f64::NAN; spec.outputs];
                    f64::causal_step(&spec, &mut past, oldest, &w, x, &mut found, &mut scratch);
                    near("a step", case, &found, y);
                    oldest = (oldest + 1) % steps.max(1);
                }
            });
        }
    }
}
