//! Attention and the layers of transformers against PyTorch's numbers, in `f64` and `f32`: outputs, predictions, and the
//! gradients by inputs and by all parameters.

mod common;

use common::goldens::{Case, case};
use formwork::prelude::*;
use formwork::tensor::{flat, flat_mut, zeroed_vec};
use formwork::{Noise, TensorInfo};

network! {
    use formwork::sets::transformer;

    struct MhaSelf<T>(x: [5, 6]) -> [5, 6] { x -> MultiHeadAttention(2) }
    struct MhaCausal<T>(x: [7, 6]) -> [7, 6] { x -> MultiHeadAttention(3, causal: true) }
    struct MhaLengthFirst<T>(x: [5, 9]) -> [5, 9] { x -> MultiHeadAttention(3) }
    struct MhaNoBias<T>(x: [3, 5]) -> [3, 5] { x -> MultiHeadAttention(1, bias: false) }
    struct MhaChosen<T>(x: [5, 6], seen: [5] in 0..2) -> [5, 6] { x -> MultiHeadAttention(2, mask: seen) }
    struct MhaAdded<T>(x: [5, 6], hidden: [5]) -> [5, 6] { x -> MultiHeadAttention(2, mask: hidden) }
    struct MhaCross<T>(q: [3, 6], k: [7, 6], v: [7, 6]) -> [3, 6] { (q, k, v) -> MultiHeadAttention(2) }
    struct MhaWidths<T>(q: [3, 6], k: [5, 5], v: [5, 7]) -> [3, 6] { (q, k, v) -> MultiHeadAttention(3) }

    struct PostNorm<T>(x: [5, 6]) -> [5, 6] { x -> layer: EncoderLayer(2, 11, 0.0) }
    struct PreNorm<T>(x: [5, 6]) -> [5, 6] { x -> layer: PreNormEncoderLayer(3, 7, 0.0) }
    struct Stack<T>(x: [3, 6]) -> [3, 6] {
        x -> layers: [PreNormEncoderLayer(2, 7, 0.0); 2] -> norm: LayerNorm
    }

    /// Behind its parts it normalises, with GELU between the dense layers.
    struct Causal<T>(x: [5, 6]) -> [5, 6] {
        let y = x + (x -> self_attn: MultiHeadAttention(2, causal: true)) -> norm1: LayerNorm;
        y + (y -> linear1: Dense(7) -> Gelu -> linear2: Dense(6)) -> norm2: LayerNorm
    }

    struct LengthFirst<T>(x: [3, 6]) -> [3, 6] {
        let y = x + (x -> norm1: LayerNorm(eps: 1e-3) -> self_attn: MultiHeadAttention(1));
        y + (y -> norm2: LayerNorm(eps: 1e-3) -> linear1: Dense(5) -> Relu -> linear2: Dense(6))
    }

    struct Decoder<T>(x: [3, 6], memory: [5, 6]) -> [3, 6] {
        let y = x + (x -> self_attn: MultiHeadAttention(2, causal: true)) -> norm1: LayerNorm;
        let z = y + ((y, memory) -> multihead_attn: MultiHeadAttention(2)) -> norm2: LayerNorm;
        z + (z -> linear1: Dense(7) -> Gelu -> linear2: Dense(6)) -> norm3: LayerNorm
    }

    struct SetDecoder<T>(x: [4, 6], memory: [5, 6]) -> [4, 6] {
        let (y, _) = (x, memory) -> layer: DecoderLayer(2, 7, 0.0);
        y
    }

    struct SetPreNormDecoder<T>(x: [4, 6], memory: [5, 6]) -> [4, 6] {
        let (y, _) = (x, memory) -> layer: PreNormDecoderLayer(3, 7, 0.0);
        y
    }
}

network! {
    block Gpt(heads)(x: [t, f]) -> [t, f] {
        let y = x + (x -> ln_1: LayerNorm -> attn: MultiHeadAttention(heads, causal: true));
        y + (y -> ln_2: LayerNorm -> fc: Dense(4 * f) -> Gelu(approximate: tanh) -> out: Dense(f))
    }

    struct GptTwo<T>(input: [5] in 0..11) -> [5, 11] {
        input -> wte: Embedding(6) -> wpe: PositionEmbedding(7)
            -> blocks: [Gpt(2); 2] -> ln_f: LayerNorm -> head: Dense(11, bias: false)
    }

    block Without(heads)(x: [t, f]) -> [t, f] {
        param proj_bias: [f] = 0;
        let a = x -> ln_1: LayerNorm -> attn: MultiHeadAttention(heads, causal: true, bias: false);
        let y = x + a + expand(proj_bias, [t, f]);
        y + (y -> ln_2: LayerNorm -> fc: Dense(4 * f) -> Gelu(approximate: tanh) -> out: Dense(f))
    }

    struct GptTrained<T>(input: [7] in 0..11) -> [7, 11] {
        input -> wte: Embedding(6) -> wpe: PositionEmbedding
            -> blocks: [Without(2); 2] -> ln_f: LayerNorm -> head: Dense(11, bias: false)
    }

    /// The reference leaves out the first bias of attention, but not the second.
    struct GptExact<T>(input: [5] in 0..7) -> [5, 7] {
        param proj_bias: [6] = 0;
        let x = input -> wte: Embedding(6) -> wpe: PositionEmbedding;
        let y = x + expand(proj_bias, [5, 6]) + (x -> ln_1: LayerNorm -> attn: MultiHeadAttention(3, causal: true, bias: false));
        let z = y + (y -> ln_2: LayerNorm -> fc: Dense(24) -> Gelu -> out: Dense(6));
        z -> ln_f: LayerNorm -> head: Dense(7, bias: false)
    }
}

/// What the runs of a case have in common.
struct Run<'c> {
    case: &'c Case,
    /// Whether the case has the length before the batch.
    length_first: bool,
    /// From our names to the case's.
    name: fn(&str) -> String,
}

impl Run<'_> {
    /// The first two axes the other way round, if the case has them so.
    fn turned<T: Real>(&self, name: &str, values: &[T], to_case: bool) -> Vec<T> {
        let shape = self.case.shape(name);
        let (a, b) = if to_case { (shape[1], shape[0]) } else { (shape[0], shape[1]) };
        if !self.length_first {
            return values.to_vec();
        }
        let rest = values.len() / (a * b);
        (0..values.len()).map(|i| values[((i / rest % a) * b + i / rest / a) * rest + i % rest]).collect()
    }

    fn samples<X: Tensor<Scalar: Real>>(&self, name: &str) -> Vec<X> {
        let values = self.turned(name, &self.case.values::<X::Scalar>(name), false);
        let mut samples = zeroed_vec::<X>(values.len() / X::zeroed().scalars().len());
        flat_mut(&mut samples).copy_from_slice(&values);
        samples
    }

    /// Compares everything, the gradients by those inputs that have a name.
    fn agree<N: Network<Scalar: Real>>(&self, batch: N::Batch<'_>, inputs: &[&str]) {
        let case = self.case;
        let mut network = N::zeroed();
        for info in N::TENSORS {
            let values = case.values::<N::Scalar>(&format!("param.{}", self.name_of(&info)));
            assert_eq!(values.len(), info.len, "{}: {}", case.name, info.name);
            let tensor = &mut network.as_mut_slice()[info.range()];
            info.places().zip(values).for_each(|(place, value)| tensor[place] = value);
        }
        let mut workspace = Workspace::<N>::new();
        let mut pass =
            network.forward(batch, Selection::All, Noise::default(), &mut workspace).expect("a good batch");
        let samples = pass.samples();
        let (outputs, gradients) = pass.outputs_and_gradients();
        case.check("output", &self.turned("output", flat(outputs), true));
        let dy = self.turned("grad_output", &case.values("grad_output"), false);
        flat_mut(gradients).copy_from_slice(&dy);
        let mut by_inputs: Vec<Vec<N::Scalar>> = (N::GRAPH.inputs.iter())
            .map(|input| match input.indices {
                None => vec![N::Scalar::of(f64::NAN); samples * input.shape.iter().product::<usize>()],
                Some(_) => Vec::new(),
            })
            .collect();
        let mut gradient = N::zeroed();
        let mut slices: Vec<&mut [N::Scalar]> = by_inputs.iter_mut().map(Vec::as_mut_slice).collect();
        pass.backward_with_inputs(&mut gradient, &mut slices).expect("as long as the inputs");
        for (name, values) in inputs.iter().zip(&by_inputs).filter(|(name, _)| !name.is_empty()) {
            case.check(name, &self.turned(name, values, true));
        }
        for info in N::TENSORS {
            let tensor = &gradient.as_slice()[info.range()];
            let got: Vec<N::Scalar> = info.places().map(|place| tensor[place]).collect();
            case.check(&format!("grad_param.{}", self.name_of(&info)), &got);
        }
        let mut predicted = zeroed_vec::<N::Output>(samples);
        network
            .predict_selected(batch, Selection::All, &mut predicted, &mut workspace)
            .expect("a good batch");
        case.check("output", &self.turned("output", flat(&predicted), true));
    }

    fn name_of(&self, info: &TensorInfo) -> String {
        (self.name)(&info.name.to_string())
    }
}

/// The name without that of the only layer.
fn inner(name: &str) -> String {
    name.split_once('.').map_or(name, |(_, rest)| rest).to_string()
}

fn as_it_is(name: &str) -> String {
    name.to_string()
}

/// One input, in both types.
macro_rules! single {
    ($network:ident, $case:literal, $name:expr) => {
        single!($network, $case, $name, false)
    };
    ($network:ident, $case:literal, $name:expr, $length_first:literal) => {{
        let case = case($case);
        let run = Run { case: &case, length_first: $length_first, name: $name };
        run.agree::<$network<f64>>(&run.samples("input"), &["grad_input"]);
        run.agree::<$network<f32>>(&run.samples("input"), &["grad_input"]);
    }};
}

/// Several, in both types.
macro_rules! several {
    ($network:ident, $batch:ident { $($input:ident: $tensor:literal => $gradient:literal),* }, $case:literal, $name:expr) => {{
        let case = case($case);
        let run = Run { case: &case, length_first: false, name: $name };
        let batch = $batch { $($input: &run.samples($tensor)),* };
        run.agree::<$network<f64>>(batch, &[$($gradient),*]);
        let batch = $batch { $($input: &run.samples($tensor)),* };
        run.agree::<$network<f32>>(batch, &[$($gradient),*]);
    }};
}

#[test]
fn self_attention() {
    single!(MhaSelf, "mha_self", inner);
    single!(MhaCausal, "mha_self_causal", inner);
    single!(MhaLengthFirst, "mha_self_length_first", inner, true);
    single!(MhaNoBias, "mha_self_no_bias", inner);
}

#[test]
fn attention_to_something_else() {
    several!(
        MhaCross,
        MhaCrossBatch { q: "input.0" => "grad_input.0", k: "input.1" => "grad_input.1", v: "input.2" => "grad_input.2" },
        "mha_cross",
        inner
    );
    several!(
        MhaWidths,
        MhaWidthsBatch { q: "input.0" => "grad_input.0", k: "input.1" => "grad_input.1", v: "input.2" => "grad_input.2" },
        "mha_cross_widths",
        inner
    );
}

/// In PyTorch 1 hides a key. What is chosen is 1 here, and what is added -∞ for a hidden one.
#[test]
fn keys_that_are_padding() {
    let case = case("mha_self_padding");
    let run = Run { case: &case, length_first: false, name: inner };
    let hidden = case.values::<f64>("key_padding_mask");
    let seen: Vec<Index<2>> =
        hidden.iter().map(|h| Index::new(usize::from(*h == 0.0)).expect("0 or 1")).collect();
    let seen: &[[Index<2>; 5]] = seen.as_chunks().0;
    run.agree::<MhaChosen<f64>>(MhaChosenBatch { x: &run.samples("input"), seen }, &["grad_input"]);
    run.agree::<MhaChosen<f32>>(MhaChosenBatch { x: &run.samples("input"), seen }, &["grad_input"]);

    fn added<T: Real>(run: &Run, hidden: &[f64]) {
        let added = hidden.iter().map(|h| T::of(if *h == 0.0 { 0.0 } else { f64::NEG_INFINITY }));
        let added: Vec<T> = added.collect();
        let hidden: Vec<SVector<T, 5>> =
            added.as_chunks().0.iter().map(|&mask| SVector::from(mask)).collect();
        run.agree::<MhaAdded<T>>(
            MhaAddedBatch { x: &run.samples("input"), hidden: &hidden },
            &["grad_input"],
        );
    }
    added::<f64>(&run, &hidden);
    added::<f32>(&run, &hidden);
}

#[test]
fn encoder_layers() {
    single!(PostNorm, "encoder_layer_post_norm", inner);
    single!(PreNorm, "encoder_layer_pre_norm_gelu", inner);
    single!(Causal, "encoder_layer_causal", as_it_is);
    single!(LengthFirst, "encoder_layer_length_first", as_it_is, true);
    single!(Stack, "encoder_stack", as_it_is);
}

#[test]
fn decoder_layers() {
    several!(
        Decoder,
        DecoderBatch { x: "input.0" => "grad_input.0", memory: "input.1" => "grad_input.1" },
        "decoder_layer",
        as_it_is
    );
    several!(
        SetDecoder,
        SetDecoderBatch { x: "input.0" => "grad_input.0", memory: "input.1" => "grad_input.1" },
        "decoder_layer_relu",
        inner
    );
    several!(
        SetPreNormDecoder,
        SetPreNormDecoderBatch { x: "input.0" => "grad_input.0", memory: "input.1" => "grad_input.1" },
        "decoder_layer_pre_norm_gelu",
        inner
    );
}

/// The reference calls the two matrices of attention `qkv` and `proj`.
fn gpt(name: &str) -> String {
    name.replace("attn.in_proj_", "qkv.").replace("attn.out_proj", "proj").replace("proj_bias", "proj.bias")
}

fn gpt_of_one_block(name: &str) -> String {
    let name = gpt(name);
    let of_block = ["ln_1", "ln_2", "qkv", "proj", "fc", "out"].iter().any(|part| name.starts_with(part));
    if of_block { format!("blocks.0.{name}") } else { name }
}

#[test]
fn language_models() {
    fn tokens<const N: usize, const T: usize>(case: &Case) -> Vec<[Index<N>; T]> {
        let tokens = case.values::<f64>("input");
        let tokens: Vec<_> = tokens.iter().map(|&i| Index::new(i as usize).expect("a token")).collect();
        tokens.as_chunks().0.to_vec()
    }
    let two = case("gpt_two_blocks");
    let run = Run { case: &two, length_first: false, name: gpt };
    run.agree::<GptTwo<f64>>(&tokens(&two), &[]);
    run.agree::<GptTwo<f32>>(&tokens(&two), &[]);
    let exact = case("gpt_exact_gelu");
    let run = Run { case: &exact, length_first: false, name: gpt_of_one_block };
    run.agree::<GptExact<f64>>(&tokens(&exact), &[]);
    run.agree::<GptExact<f32>>(&tokens(&exact), &[]);
}

fn tokens_of(case: &Case, name: &str, step: usize) -> Vec<[Index<11>; 7]> {
    let tokens = case.values::<f64>(name);
    let tokens: Vec<_> = tokens.iter().map(|&i| Index::new(i as usize).expect("a token")).collect();
    let len: usize = case.shape(name)[1..].iter().product();
    tokens[step * len..(step + 1) * len].as_chunks().0.to_vec()
}

/// Twelve steps of AdamW with a rate that rises and falls, and gradients no longer than 1.
#[test]
fn training_a_language_model() {
    let case = case("train_gpt");
    let run = Run { case: &case, length_first: false, name: gpt };
    let mut network = GptTrained::<f64>::zeroed();
    for info in GptTrained::<f64>::TENSORS {
        let values = case.values::<f64>(&format!("param.{}", run.name_of(&info)));
        info.places().zip(values).for_each(|(place, v)| network.as_mut_slice()[info.offset + place] = v);
    }
    let read = |network: &GptTrained<f64>, info: &TensorInfo| -> Vec<f64> {
        info.places().map(|place| network.as_slice()[info.offset + place]).collect()
    };
    let adam = AdamW::new(0.03).betas(0.9, 0.95).weight_decay(0.1);
    let (mut state, mut gradient, mut workspace) =
        (adam.start(&*network), GptTrained::<f64>::zeroed(), Workspace::new());
    let (mut losses, mut norms) = (Vec::new(), Vec::new());
    for (step, rate) in case.values::<f64>("lr").into_iter().enumerate() {
        adam.set_rate(&mut state, rate);
        let (inputs, targets) =
            (tokens_of(&case, "batch.input", step), tokens_of(&case, "batch.target", step));
        let mut pass =
            network.forward(&inputs, Selection::All, Noise::default(), &mut workspace).expect("a good batch");
        let (outputs, gradients) = pass.outputs_and_gradients();
        let loss = CrossEntropy::new().loss(outputs, &targets, Selection::All, gradients);
        losses.push(loss.expect("as many targets"));
        pass.backward(&mut gradient);
        if step == 0 {
            for info in GptTrained::<f64>::TENSORS {
                case.check(&format!("grad_first.{}", run.name_of(&info)), &read(&gradient, &info));
            }
        }
        let norm = gradient.as_slice().iter().map(|g| g * g).sum::<f64>().sqrt();
        norms.push(norm);
        let factor = (1.0 / (norm + 1e-6)).min(1.0);
        gradient.as_mut_slice().iter_mut().for_each(|g| *g *= factor);
        adam.step(&mut state, &mut network, &gradient);
    }
    case.check("loss", &losses);
    case.check("grad_norm", &norms);
    for info in GptTrained::<f64>::TENSORS {
        case.check(&format!("final.{}", run.name_of(&info)), &read(&network, &info));
    }
    let predicted = network.predict_batch(&tokens_of(&case, "batch.input", 0));
    case.check("eval_output", flat(&predicted));
}
