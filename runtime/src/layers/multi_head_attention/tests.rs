use super::*;
use crate::gradcheck::{self, LayerCase, tests::spread};
use crate::noise::Noise;

/// How many numbers the parameters have.
fn parameters(spec: &MultiHeadAttentionSpec) -> usize {
    let w = spec.width;
    w * (2 * w + spec.key_width + spec.value_width) + if spec.bias { 4 * w } else { 0 }
}

/// Compares all gradients of two samples with differences.
fn check(spec: MultiHeadAttentionSpec) {
    let (n, seed) = (2, 3);
    let widths = [spec.width, spec.key_width, spec.value_width];
    let rows = [spec.queries, spec.keys, spec.keys];
    let (_, count) = spec.pieces();
    let mut inputs: Vec<Vec<f64>> =
        (0..count).map(|i| spread(n * rows[i] * widths[i], seed + i as u64)).collect();
    match spec.mask {
        Mask::None | Mask::Chosen { .. } => {}
        Mask::Added { each_query } => {
            inputs.push(spread(n * spec.keys * if each_query { spec.queries } else { 1 }, 9));
        }
    }
    let weights: Vec<f64> = spread(parameters(&spec), 11).iter().map(|w| 0.4 * w).collect();
    let slices: Vec<&[f64]> = inputs.iter().map(Vec::as_slice).collect();
    let case = LayerCase {
        samples: n,
        parameters: &weights,
        learned: weights.len(),
        inputs: &slices,
        outputs: &[n * spec.queries * spec.width],
        saved: n * spec.saved_each(),
        forward_scratch: spec.forward_scratch(n),
        backward_scratch: spec.backward_scratch(n),
        reads_inputs: true,
        noise: Noise { seed: 5, step: 1, first: 0 },
        ..LayerCase::default()
    };
    let report = gradcheck::layer(&spec, &case);
    let all = weights.len() + inputs.iter().map(Vec::len).sum::<usize>();
    assert!(report.within(2e-7) && report.checked == all, "{spec:?}: {report}");
}

const SELF: MultiHeadAttentionSpec =
    MultiHeadAttentionSpec { queries: 5, keys: 5, heads: 2, ..MultiHeadAttentionSpec::of(6) };
const CROSS: MultiHeadAttentionSpec =
    MultiHeadAttentionSpec { keys: 7, queries: 3, sources: Sources::Two, ..SELF };

#[test]
fn gradients_agree_with_differences() {
    check(SELF);
    check(MultiHeadAttentionSpec { causal: true, bias: false, ..SELF });
    check(MultiHeadAttentionSpec { queries: 1, keys: 1, heads: 6, ..SELF });
    check(MultiHeadAttentionSpec { rotary: true, heads: 1, ..SELF });
    check(MultiHeadAttentionSpec { dropout: 0.4, ..SELF });
    check(CROSS);
    check(MultiHeadAttentionSpec { causal: true, ..CROSS });
    check(MultiHeadAttentionSpec { sources: Sources::Three, rotary: true, heads: 3, ..CROSS });
    check(MultiHeadAttentionSpec { key_width: 4, value_width: 4, separate: true, ..CROSS });
    let widths = MultiHeadAttentionSpec { key_width: 4, value_width: 5, separate: true, ..CROSS };
    check(MultiHeadAttentionSpec { sources: Sources::Three, ..widths });
    check(MultiHeadAttentionSpec { sources: Sources::Three, bias: false, ..widths });
}

#[test]
fn gradients_by_added_masks_agree_with_differences() {
    for each_query in [false, true] {
        let mask = Mask::Added { each_query };
        check(MultiHeadAttentionSpec { mask, ..SELF });
        check(MultiHeadAttentionSpec { mask, causal: true, dropout: 0.3, ..SELF });
        check(MultiHeadAttentionSpec { mask, ..CROSS });
    }
}

#[test]
fn gradients_agree_where_blocks_do_not_divide() {
    // More queries and keys than a block has, and none of its multiples.
    check(MultiHeadAttentionSpec { queries: 35, keys: 35, heads: 1, ..MultiHeadAttentionSpec::of(2) });
    let long = MultiHeadAttentionSpec { queries: 34, keys: 131, ..CROSS };
    let long = MultiHeadAttentionSpec { width: 2, key_width: 2, value_width: 2, heads: 1, ..long };
    check(long);
    check(MultiHeadAttentionSpec { dropout: 0.2, ..long });
    check(MultiHeadAttentionSpec { queries: 133, keys: 133, causal: true, sources: Sources::One, ..long });
}
