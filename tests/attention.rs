//! Attention in networks: against a plain computation and differences, the same bits at any number of threads, and
//! masks of every form.

mod common;

use common::differences::{check, check_batch, draw, places};
use common::goldens::{Case, case};
use formwork::layers::multi_head_attention::{Mask, MultiHeadAttentionSpec, Sources};
use formwork::layers::{Backward, Forward, Layer, Mode};
use formwork::noise::Stream;
use formwork::prelude::*;
use formwork::tensor::{flat, flat_mut, zeroed_vec};
use formwork::{Noise, Role};
use rand::RngExt;

const HEADS: usize = 2;
const WIDTH: usize = 6;

network! {
    use formwork::sets::transformer;

    struct Rotary<T>(x: [4, 8]) -> [4, 8] {
        x -> MultiHeadAttention(2, causal: true, rotary: true, dropout: 0.2)
    }

    /// A learned mask, which is a bias for each pair of positions, and one that comes in.
    struct Biased<T>(x: [3, 4], memory: [5, 3], hidden: [3, 5]) -> [3, 4] {
        param bias: [3, 3] = 0.1;
        let y = x -> MultiHeadAttention(2, mask: bias);
        (y, memory) -> MultiHeadAttention(4, mask: hidden, bias: false)
    }

    /// One set of weights, used twice, and numbers of the program.
    struct Shared<T>(x: [5, WIDTH]) -> [5, WIDTH] {
        layer attend = MultiHeadAttention(HEADS);
        x -> attend -> PositionEmbedding(9) -> attend
    }

    block Masked(heads)(x: [t, f], hidden: [t, t]) -> (x: [t, f], hidden: [t, t]) {
        (x + (x -> RmsNorm -> MultiHeadAttention(heads, mask: hidden)), hidden)
    }

    struct Repeated<T>(x: [3, 4], hidden: [3, 3]) -> [3, 4] {
        let (y, _) = (x, hidden) -> [Masked(2); 3];
        y
    }

    /// Several layers of both kinds, two inputs of different lengths and widths.
    struct Translate<T>(from: [5, 4], to: [3, 6]) -> [3, 6] {
        let memory = from -> PositionalEncoding -> [PreNormEncoderLayer(2, 5, 0.1); 2] -> LayerNorm;
        let (y, _) = (to -> PositionalEncoding, memory) -> [PreNormDecoderLayer(3, 5, 0.1); 2];
        y -> LayerNorm
    }

    struct Large(x: [70, 48]) -> [70, 48] {
        x -> [DecoderOnlyLayer(3, 64, 0.1); 2] -> MultiHeadAttention(4, dropout: 0.1)
    }
}

network! {
    struct Plain<T>(q: [5, 3], k: [7, 3], v: [7, 3]) -> [5, 3] { (q, k, v) -> MultiHeadAttention(1, bias: false) }
    struct Behind<T>(q: [5, 3], k: [5, 3], v: [5, 3]) -> [5, 3] {
        (q, k, v) -> MultiHeadAttention(1, bias: false, causal: true)
    }
    struct Longer<T>(q: [3, 2], k: [5, 2], v: [5, 2]) -> [3, 2] {
        (q, k, v) -> MultiHeadAttention(1, bias: false, causal: true)
    }
    struct Chosen<T>(q: [3, 2], k: [5, 2], v: [5, 2], seen: [3, 5] in 0..2) -> [3, 2] {
        (q, k, v) -> MultiHeadAttention(1, bias: false, mask: seen)
    }
    /// The language has all that attention is made of.
    struct ByHand<T>(q: [3, 3], k: [5, 3], v: [5, 5], mask: [3, 5]) -> [3, 5] {
        let scores = 0.7 * matmul(q, transpose(k)) + mask;
        matmul(scores -> Softmax, v)
    }
}

#[test]
fn gradients_agree_with_differences() {
    check::<Rotary<f64>>(3);
    check::<Shared<f64>>(3);
    let (mut x, mut memory, mut hidden) = (zeroed_vec(5), zeroed_vec(5), zeroed_vec(5));
    draw(flat_mut(&mut x), 1);
    draw(flat_mut(&mut memory), 2);
    draw(flat_mut(&mut hidden), 3);
    check_batch::<Biased<f64>>(BiasedBatch { x: &x, memory: &memory, hidden: &hidden }, &places(3));
    let mut hidden = zeroed_vec(5);
    draw(flat_mut(&mut hidden), 3);
    let mut x = zeroed_vec(5);
    draw(flat_mut(&mut x), 4);
    check_batch::<Repeated<f64>>(RepeatedBatch { x: &x, hidden: &hidden }, &places(3));
    let (mut from, mut to) = (zeroed_vec(5), zeroed_vec(5));
    draw(flat_mut(&mut from), 5);
    draw(flat_mut(&mut to), 6);
    check_batch::<Translate<f64>>(TranslateBatch { from: &from, to: &to }, &places(3));
}

/// The heads alone: matrices that change nothing stand before and behind.
fn heads_alone<N: Network<Scalar = f64>>(case: &Case, batch: N::Batch<'_>) {
    let mut network = N::zeroed();
    for info in N::TENSORS {
        let width = info.shape[1];
        let tensor = &mut network.as_mut_slice()[info.range()];
        for (element, place) in info.places().enumerate() {
            tensor[place] = if element / width % width == element % width { 1.0 } else { 0.0 };
        }
    }
    run(case, &*network, batch, 3);
}

fn run<N: Network<Scalar = f64>>(case: &Case, network: &N, batch: N::Batch<'_>, inputs: usize) {
    let mut workspace = Workspace::<N>::new();
    let mut pass =
        network.forward(batch, Selection::All, Noise::default(), &mut workspace).expect("a good batch");
    let samples = pass.samples();
    let (outputs, gradients) = pass.outputs_and_gradients();
    case.check("output", flat(outputs));
    flat_mut(gradients).copy_from_slice(&case.values("grad_output"));
    let len = |input: &formwork::Port| match input.indices {
        None => samples * input.shape.iter().product::<usize>(),
        Some(_) => 0,
    };
    let mut by_inputs: Vec<Vec<f64>> =
        N::GRAPH.inputs.iter().map(|input| vec![f64::NAN; len(input)]).collect();
    let mut slices: Vec<&mut [f64]> = by_inputs.iter_mut().map(Vec::as_mut_slice).collect();
    pass.backward_with_inputs(&mut N::zeroed(), &mut slices).expect("as long as the inputs");
    for (i, got) in by_inputs.iter().enumerate().take(inputs) {
        case.check(&format!("grad_input.{i}"), got);
    }
}

fn samples<X: Tensor<Scalar = f64>>(case: &Case, name: &str) -> Vec<X> {
    let values = case.values::<f64>(name);
    let mut samples = zeroed_vec::<X>(values.len() / X::zeroed().scalars().len());
    flat_mut(&mut samples).copy_from_slice(&values);
    samples
}

#[test]
fn scaled_dot_products_agree_with_pytorch() {
    let plain = case("sdpa_plain");
    let [q, k, v] = ["input.0", "input.1", "input.2"];
    let batch = PlainBatch { q: &samples(&plain, q), k: &samples(&plain, k), v: &samples(&plain, v) };
    heads_alone::<Plain<f64>>(&plain, batch);
    let causal = case("sdpa_causal");
    let batch = BehindBatch { q: &samples(&causal, q), k: &samples(&causal, k), v: &samples(&causal, v) };
    heads_alone::<Behind<f64>>(&causal, batch);
    let longer = case("sdpa_causal_longer_source");
    let batch = LongerBatch { q: &samples(&longer, q), k: &samples(&longer, k), v: &samples(&longer, v) };
    heads_alone::<Longer<f64>>(&longer, batch);

    // One mask for the three heads of each of two samples; a head is a sample here.
    let chosen = case("sdpa_bool_mask");
    let mask = chosen.values::<f64>("attn_mask");
    let seen: Vec<Index<2>> = mask
        .chunks(15)
        .flat_map(|mask| [mask; 3].concat())
        .map(|seen| Index::new(seen as usize).expect("0 or 1"))
        .collect();
    let seen: &[[[Index<2>; 5]; 3]] = seen.as_chunks().0.as_chunks().0;
    let batch =
        ChosenBatch { q: &samples(&chosen, q), k: &samples(&chosen, k), v: &samples(&chosen, v), seen };
    heads_alone::<Chosen<f64>>(&chosen, batch);

    // One mask for each of two heads, of each of two samples.
    let float = case("sdpa_float_mask_scale");
    let masks = samples(&float, "attn_mask");
    let masks = [masks.clone(), masks].concat();
    let batch =
        ByHandBatch { q: &samples(&float, q), k: &samples(&float, k), v: &samples(&float, v), mask: &masks };
    run(&float, &*ByHand::<f64>::zeroed(), batch, 3);
}

fn numbers(len: usize, seed: u64) -> Vec<f64> {
    let mut values = vec![0.0; len];
    draw(&mut values, seed);
    values
}

/// The output by the formula, one number after another.
fn by_formula(
    spec: &MultiHeadAttentionSpec,
    weights: &[f64],
    x: &[f64],
    y: &[f64],
    mask: &[f64],
) -> Vec<f64> {
    let (w, heads) = (spec.width, spec.heads);
    let d = w / heads;
    let (matrix, rest) = weights.split_at(3 * w * w);
    let (bias, last) = rest.split_at(if spec.bias { 3 * w } else { 0 });
    let project = |x: &[f64], rows: usize, at: usize| -> Vec<f64> {
        let one = |row: usize, o: usize| {
            let start = if spec.bias { bias[at + o] } else { 0.0 };
            start + (0..w).map(|i| x[row * w + i] * matrix[i * 3 * w + at + o]).sum::<f64>()
        };
        (0..rows * w).map(|i| one(i / w, i % w)).collect()
    };
    let (mut q, mut k, v) =
        (project(x, spec.queries, 0), project(y, spec.keys, w), project(y, spec.keys, 2 * w));
    if spec.rotary {
        for x in [&mut q, &mut k] {
            for i in (0..x.len()).step_by(2) {
                let angle = (i / w) as f64 / 10_000f64.powf((i % w % d) as f64 / d as f64);
                let (a, b, (sin, cos)) = (x[i], x[i + 1], angle.sin_cos());
                (x[i], x[i + 1]) = (a * cos - b * sin, a * sin + b * cos);
            }
        }
    }
    let mut all = vec![0.0; spec.queries * w];
    for head in 0..heads {
        for i in 0..spec.queries {
            let score = |j: usize| {
                let product: f64 = (head * d..(head + 1) * d).map(|c| q[i * w + c] * k[j * w + c]).sum();
                let score = product / (d as f64).sqrt();
                let hidden = spec.causal && j > i;
                match spec.mask {
                    _ if hidden => f64::NEG_INFINITY,
                    Mask::None => score,
                    Mask::Added { each_query } => {
                        score + mask[if each_query { i * spec.keys + j } else { j }]
                    }
                    Mask::Chosen { each_query } => {
                        match mask[if each_query { i * spec.keys + j } else { j }] {
                            0.0 => f64::NEG_INFINITY,
                            _ => score,
                        }
                    }
                }
            };
            let powers: Vec<f64> = (0..spec.keys).map(|j| score(j).exp()).collect();
            let sum: f64 = powers.iter().sum();
            for c in head * d..(head + 1) * d {
                let value: f64 = (0..spec.keys).map(|j| powers[j] * v[j * w + c]).sum();
                all[i * w + c] = if sum > 0.0 { value / sum } else { 0.0 };
            }
        }
    }
    let (matrix, bias) = last.split_at(w * w);
    let one = |row: usize, o: usize| {
        let start = if spec.bias { bias[o] } else { 0.0 };
        start + (0..w).map(|i| all[row * w + i] * matrix[i * w + o]).sum::<f64>()
    };
    (0..spec.queries * w).map(|i| one(i / w, i % w)).collect()
}

#[test]
fn any_sizes_agree_with_the_formula() {
    let base = MultiHeadAttentionSpec::of(12);
    let mut case = 0;
    for (queries, keys) in [(1, 1), (7, 7), (33, 33), (64, 64), (70, 131), (3, 300), (129, 5)] {
        for heads in [1, 3, 6] {
            for (causal, rotary, mask) in [
                (false, false, Mask::None),
                (true, false, Mask::None),
                (false, true, Mask::Added { each_query: true }),
                (true, false, Mask::Chosen { each_query: false }),
                (false, true, Mask::Chosen { each_query: true }),
            ] {
                case += 1;
                let sources = if queries == keys { Sources::One } else { Sources::Two };
                let spec =
                    MultiHeadAttentionSpec { queries, keys, heads, causal, rotary, mask, sources, ..base };
                let (x, y) = (numbers(queries * 12, case), numbers(keys * 12, case + 100));
                let weights = numbers(4 * 144 + 48, case + 200);
                let mut masks = numbers(queries * keys, case + 300);
                if let Mask::Chosen { .. } = mask {
                    masks.iter_mut().for_each(|m| *m = if *m < 0.0 { 0.0 } else { 1.0 });
                    // A row that sees nothing.
                    masks[..keys.min(3)].fill(0.0);
                }
                let memory = if sources == Sources::One { &x } else { &y };
                let want = by_formula(&spec, &weights, &x, memory, &masks);
                let inputs: &[&[f64]] = match (sources, mask) {
                    (Sources::One, _) => &[&x, &masks],
                    _ => &[&x, &y, &masks],
                };
                let mut got = vec![f64::NAN; queries * 12];
                spec.forward(Forward {
                    samples: 1,
                    mode: Mode::Predict,
                    parameters: &weights,
                    inputs,
                    outputs: &mut [&mut got],
                    saved: &mut [],
                    scratch: &mut vec![f64::NAN; spec.forward_scratch(1)],
                });
                for (got, want) in got.iter().zip(&want) {
                    assert!((got - want).abs() < 1e-11, "{spec:?}: {got}, not {want}");
                }
            }
        }
    }
}

/// Forward and backward of one attention, at a number of threads.
fn bits(threads: usize, spec: &MultiHeadAttentionSpec) -> Vec<u32> {
    formwork::set_threads(threads);
    let (n, seed) = (5, Noise { seed: 3, step: 1, first: 0 });
    let mut stream = Stream::new(5, 0);
    let mut draw = |len: usize| -> Vec<f32> { (0..len).map(|_| stream.random::<f32>() - 0.5).collect() };
    let (x, dy) = (draw(n * spec.queries * spec.width), draw(n * spec.queries * spec.width));
    let mask = draw(n * spec.queries * spec.keys);
    let parameters = draw(4 * spec.width * (spec.width + 1));
    let (mut y, mut saved) = (vec![f32::NAN; x.len()], vec![f32::NAN; n * spec.saved_each()]);
    spec.forward(Forward {
        samples: n,
        mode: Mode::Train(seed),
        parameters: &parameters,
        inputs: &[&x, &mask],
        outputs: &mut [&mut y],
        saved: &mut saved,
        scratch: &mut vec![f32::NAN; spec.forward_scratch(n)],
    });
    let (mut dx, mut dmask) = (vec![f32::NAN; x.len()], vec![f32::NAN; mask.len()]);
    let mut gradient = vec![f32::NAN; parameters.len()];
    spec.backward(Backward {
        samples: n,
        noise: seed,
        parameters: &parameters,
        inputs: &[&x, &mask],
        outputs: &[&[]],
        saved: &mut saved,
        output_gradients: &[&dy],
        input_gradients: &mut [&mut dx, &mut dmask],
        parameter_gradients: &mut gradient,
        scratch: &mut vec![f32::NAN; spec.backward_scratch(n)],
    });
    [y, dx, dmask, gradient].iter().flatten().map(|x| x.to_bits()).collect()
}

#[test]
fn the_same_bits_at_any_number_of_threads() {
    let spec = MultiHeadAttentionSpec {
        queries: 150,
        keys: 150,
        heads: 4,
        causal: true,
        mask: Mask::Added { each_query: true },
        rotary: true,
        dropout: 0.1,
        ..MultiHeadAttentionSpec::of(64)
    };
    for spec in [spec, MultiHeadAttentionSpec { mask: Mask::None, ..spec }] {
        let one = bits(1, &spec);
        assert!(one.iter().all(|bits| f32::from_bits(*bits).is_finite()));
        assert!(one == bits(2, &spec), "one thread and two");
        assert!(one == bits(3, &spec), "one thread and three");
    }
    let trained = |threads| {
        formwork::set_threads(threads);
        let mut inputs = zeroed_vec::<SMatrix<f32, 48, 70>>(6);
        let mut stream = Stream::new(5, 0);
        flat_mut(&mut inputs).fill_with(|| stream.random());
        let mut gradient = Large::zeroed();
        let (network, mut workspace) = (Large::new(3), Workspace::new());
        let mut pass = network
            .forward(&inputs, Selection::All, Noise { seed: 1, step: 2, first: 0 }, &mut workspace)
            .expect("a good batch");
        let (outputs, gradients) = pass.outputs_and_gradients();
        flat_mut(gradients).copy_from_slice(flat(outputs));
        pass.backward(&mut gradient);
        gradient.as_slice().iter().map(|w| w.to_bits()).collect::<Vec<_>>()
    };
    assert!(trained(1) == trained(2));
}

#[test]
fn room_grows_with_the_length_and_not_with_its_square() {
    let room = |len: usize| {
        let spec =
            MultiHeadAttentionSpec { queries: len, keys: len, heads: 4, ..MultiHeadAttentionSpec::of(64) };
        spec.forward_scratch(1).max(spec.backward_scratch(1)).max(spec.saved_each())
    };
    assert!(room(8192) < 2 * room(4096) + 1000, "{} {}", room(8192), room(4096));
    assert!(room(8192) < 8192 * 8192 / 4, "less than the scores of one head");
}

#[test]
fn tensors_have_pytorchs_names() {
    let names: Vec<String> = Biased::<f32>::TENSORS.iter().map(|info| info.name.to_string()).collect();
    let want = [
        "bias",
        "multi_head_attention1.in_proj_weight",
        "multi_head_attention1.in_proj_bias",
        "multi_head_attention1.out_proj.weight",
        "multi_head_attention1.out_proj.bias",
        "multi_head_attention2.q_proj_weight",
        "multi_head_attention2.k_proj_weight",
        "multi_head_attention2.v_proj_weight",
        "multi_head_attention2.out_proj.weight",
    ];
    assert_eq!(names, want);
    let learned = |network: formwork::Tensors| -> usize {
        network.iter().filter(|info| info.role == Role::Learned).map(|info| info.len).sum()
    };
    assert_eq!(learned(Shared::<f32>::TENSORS), 4 * 36 + 24 + 9 * 6);
    assert_eq!(Shared::<f32>::PARAMETERS, 4 * 36 + 24 + 9 * 6);
}
