//! Recurrent layers against PyTorch's numbers in `f64` and `f32`: outputs and states, and gradients by inputs, by the states
//! that were given, and by all tensors; and two trainings step by step.

mod common;

use common::goldens::{Case, case, group};
use formwork::Real;
use formwork::layers::recurrent::{Cell, RecurrentSpec};
use formwork::layers::{Backward, Forward, Layer, Mode};
use formwork::prelude::*;
use formwork::{Noise, Role, TensorInfo};

#[test]
fn recurrent_layers_agree_with_pytorch() {
    let cases = group("recurrent");
    assert_eq!(cases.len(), 26);
    for case in &cases {
        run::<f64>(case);
        run::<f32>(case);
    }
}

fn spec(case: &Case, steps: usize) -> RecurrentSpec {
    let size = |key: &str| case.number(key) as usize;
    let cell = match case.kind.as_str() {
        "LSTM" => Cell::Lstm,
        "GRU" => Cell::Gru,
        "RNN" if case.text("nonlinearity") == "relu" => Cell::Relu,
        "RNN" => Cell::Tanh,
        other => panic!("{other} is no recurrent layer"),
    };
    RecurrentSpec {
        layers: size("num_layers"),
        bidirectional: case.flag("bidirectional"),
        bias: case.flag("bias"),
        ..RecurrentSpec::new(cell, steps, size("input_size"), size("hidden_size"))
    }
}

/// `[a][b][c]` as `[b][a][c]`: the reference's sequences and states may have the batch as their second axis.
fn turned<T: Real>(shape: &[usize], x: &[T]) -> Vec<T> {
    let [a, b, c] = *shape else { panic!("three axes") };
    let mut y = Vec::with_capacity(x.len());
    for j in 0..b {
        for i in 0..a {
            y.extend_from_slice(&x[(i * b + j) * c..][..c]);
        }
    }
    y
}

/// A weight `[gates, in]` as it lies here, `[in][gates]`; a bias as it is.
fn laid<T: Real>(shape: &[usize], x: &[T]) -> Vec<T> {
    match *shape {
        [rows, columns] => (0..columns)
            .flat_map(|c| (0..rows).map(move |r| (r, c)))
            .map(|(r, c)| x[r * columns + c])
            .collect(),
        _ => x.to_vec(),
    }
}

fn run<T: Real>(case: &Case) {
    let batch_first = case.flag("batch_first");
    let given = case.flag("initial_state");
    let states = if case.kind == "LSTM" { 2 } else { 1 };
    let input = |i: usize| if given { format!("input.{i}") } else { "input".into() };
    let shape = case.shape(&input(0)).to_vec();
    let (samples, steps) = if batch_first { (shape[0], shape[1]) } else { (shape[1], shape[0]) };
    let spec = spec(case, steps);
    // Here the sample is the first axis of all.
    let ours = |name: &str, is_state: bool| {
        let (values, shape) = (case.values::<T>(name), case.shape(name));
        if batch_first && !is_state { values } else { turned(shape, &values) }
    };
    let mut names = Vec::new();
    for layer in 0..spec.layers {
        for end in ["", "_reverse"].iter().take(if spec.bidirectional { 2 } else { 1 }) {
            for tensor in ["weight_ih", "weight_hh", "bias_ih", "bias_hh"] {
                let name = format!("{tensor}_l{layer}{end}");
                if case.has(&format!("param.{name}")) {
                    names.push(name);
                }
            }
        }
    }
    let tensor = |kind: &str, name: &str| {
        let name = format!("{kind}.{name}");
        laid(case.shape(&name), &case.values::<T>(&name))
    };
    let parameters: Vec<T> = names.iter().flat_map(|name| tensor("param", name)).collect();
    assert_eq!(parameters.len(), spec.parameters());
    let inputs: Vec<Vec<T>> =
        (0..if given { 1 + states } else { 1 }).map(|i| ours(&input(i), i > 0)).collect();
    let inputs: Vec<&[T]> = inputs.iter().map(Vec::as_slice).collect();
    let nans = |len: usize| vec![T::nan(); len];
    let wanted: Vec<Vec<T>> = (0..=states).map(|i| ours(&format!("output.{i}"), i > 0)).collect();
    for mode in [Mode::Predict, Mode::Train(Noise::default())] {
        let mut outputs: Vec<Vec<T>> = wanted.iter().map(|want| nans(want.len())).collect();
        let mut views: Vec<&mut [T]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
        let mut saved = nans(if mode == Mode::Predict { 0 } else { samples * spec.saved_each() });
        spec.forward(Forward {
            samples,
            mode,
            parameters: &parameters,
            inputs: &inputs,
            outputs: &mut views,
            saved: &mut saved,
            scratch: &mut nans(spec.forward_scratch(samples)),
        });
        let theirs = |values: &[T], name: &str, is_state: bool| {
            let shape = case.shape(name);
            match batch_first && !is_state {
                true => values.to_vec(),
                false => turned(&[shape[1], shape[0], shape[2]], values),
            }
        };
        for (i, output) in outputs.iter().enumerate() {
            let name = format!("output.{i}");
            case.check(&name, &theirs(output, &name, i > 0));
        }
        if mode == Mode::Predict {
            continue;
        }
        let output_gradients: Vec<Vec<T>> =
            (0..=states).map(|i| ours(&format!("grad_output.{i}"), i > 0)).collect();
        let output_gradients: Vec<&[T]> = output_gradients.iter().map(Vec::as_slice).collect();
        let mut gradients: Vec<Vec<T>> = inputs.iter().map(|x| nans(x.len())).collect();
        let mut views: Vec<&mut [T]> = gradients.iter_mut().map(Vec::as_mut_slice).collect();
        let mut parameter_gradients = nans(parameters.len());
        spec.backward(Backward {
            samples,
            noise: Noise::default(),
            parameters: &parameters,
            inputs: &[],
            outputs: &[],
            saved: &mut saved,
            output_gradients: &output_gradients,
            input_gradients: &mut views,
            parameter_gradients: &mut parameter_gradients,
            scratch: &mut nans(spec.backward_scratch(samples)),
        });
        for (i, gradient) in gradients.iter().enumerate() {
            let name = format!("grad_{}", input(i));
            case.check(&name, &theirs(gradient, &name, i > 0));
        }
        let mut rest = &parameter_gradients[..];
        for name in &names {
            let name = format!("grad_param.{name}");
            let shape = case.shape(&name);
            let (own, behind) = rest.split_at(shape.iter().product());
            let turned =
                if let [gates, inputs] = *shape { laid(&[inputs, gates], own) } else { own.to_vec() };
            case.check(&name, &turned);
            rest = behind;
        }
    }
}

network! {
    pub struct Classifier<T>(tokens: [7] in 0..11) -> [3] {
        tokens -> embedding: Embedding(5) -> lstm: Lstm(7) -> Last -> fc: Dense(3)
    }

    pub struct BothWays<T>(tokens: [5] in 0..7) -> [2] {
        let (_, h, _) = tokens -> embedding: Embedding(3) -> lstm: Lstm(5, layers: 2, bidirectional: true);
        // The top layer's states after its last step in either direction.
        reshape(slice(h, axis: 0, 2..4), [10]) -> fc: Dense(2)
    }
}

/// For each element in a file's order its place in memory.
fn places(info: &TensorInfo) -> Vec<usize> {
    let columns = info.shape[info.shape.len() - 1];
    let turned = info.axes != (0..info.shape.len()).collect::<Vec<_>>();
    let rows = info.len / columns;
    let place = |i: usize| if turned { i % columns * rows + i / columns } else { i };
    (0..info.len).map(|i| info.offset + place(i)).collect()
}

/// Runs all steps of a training with the gradient's norm clipped; `update` is the optimizer's.
fn follow<'a, N, const S: usize, const V: usize, const C: usize>(
    case: &Case,
    inputs: &'a mut Vec<Vec<[Index<V>; S]>>,
    batch: impl Fn(&'a [[Index<V>; S]]) -> N::Batch<'a>,
    mut update: impl FnMut(&mut N, &N),
) where
    N: Network<Scalar = f64, Output = SVector<f64, C>>,
{
    let mut network = N::zeroed();
    assert!(N::TENSORS.iter().all(|info| info.role == Role::Learned));
    for info in N::TENSORS {
        let values = case.values::<f64>(&format!("param.{}", info.name));
        for (place, value) in places(&info).into_iter().zip(values) {
            network.as_mut_slice()[place] = value;
        }
    }
    let read = |network: &N, info: &TensorInfo| -> Vec<f64> {
        places(info).into_iter().map(|i| network.as_slice()[i]).collect()
    };
    let shape = case.shape("batch.input").to_vec();
    let tokens = case.values::<f64>("batch.input");
    let targets = case.values::<f64>("batch.target");
    let samples = tokens.chunks(S).map(|sample| {
        core::array::from_fn(|i| Index::new(sample[i] as usize).expect("a token of the vocabulary"))
    });
    *inputs = samples.collect::<Vec<_>>().chunks(shape[1]).map(<[_]>::to_vec).collect();
    let inputs: &'a [Vec<[Index<V>; S]>] = inputs;
    let clip = case.number("clip_grad_norm");
    let mut gradient = N::zeroed();
    let mut workspace = Workspace::<N>::new();
    let (mut losses, mut norms) = (Vec::new(), Vec::new());
    for (step, samples) in inputs.iter().enumerate() {
        let targets: Vec<Index<C>> = targets[step * shape[1]..][..shape[1]]
            .iter()
            .map(|&t| Index::new(t as usize).expect("a class"))
            .collect();
        let mut pass = network
            .forward(batch(samples), Selection::All, Noise::default(), &mut workspace)
            .expect("a good batch");
        let (outputs, gradients) = pass.outputs_and_gradients();
        let loss = CrossEntropy::new().loss(outputs, &targets, Selection::All, gradients);
        losses.push(loss.expect("targets"));
        pass.backward(&mut gradient);
        if step == 0 {
            for info in N::TENSORS {
                case.check(&format!("grad_first.{}", info.name), &read(&gradient, &info));
            }
        }
        let all = N::TENSORS.iter().flat_map(|info| info.range());
        let norm = all.map(|i| gradient.as_slice()[i].powi(2)).sum::<f64>().sqrt();
        norms.push(norm);
        if norm > clip {
            gradient.as_mut_slice().iter_mut().for_each(|g| *g *= clip / (norm + 1e-6));
        }
        update(&mut network, &gradient);
    }
    case.check("loss", &losses);
    case.check("grad_norm", &norms);
    for info in N::TENSORS {
        case.check(&format!("final.{}", info.name), &read(&network, &info));
    }
    let mut outputs = vec![SVector::<f64, C>::zeros(); shape[1]];
    let samples = batch(&inputs[0]);
    network.predict_selected(samples, Selection::All, &mut outputs, &mut workspace).expect("a good batch");
    case.check("eval_output", formwork::tensor::flat(&outputs));
}

#[test]
fn an_lstm_follows_a_training_with_adam() {
    let case = case("train_lstm");
    let adam = Adam::new(0.02);
    let mut state = adam.start(&*Classifier::<f64>::zeroed());
    let update =
        |network: &mut Classifier<f64>, gradient: &Classifier<f64>| adam.step(&mut state, network, gradient);
    follow::<Classifier<f64>, 7, 11, 3>(
        &case,
        &mut Vec::new(),
        |samples| Classifier::<f64>::batch(samples),
        update,
    );
}

#[test]
fn a_bidirectional_lstm_follows_a_training_with_rms_prop() {
    let case = case("train_lstm_bidirectional");
    let mut squares = BothWays::<f64>::zeroed();
    // `w -= rate g / (√s + ε)` with `s = 0.99 s + 0.01 g²`.
    let update = |network: &mut BothWays<f64>, gradient: &BothWays<f64>| {
        let squares = squares.as_mut_slice().iter_mut();
        let all = network.as_mut_slice().iter_mut().zip(gradient.as_slice()).zip(squares);
        for ((w, &g), s) in all {
            *s = 0.99 * *s + 0.01 * g * g;
            *w -= 0.01 * g / (s.sqrt() + 1e-8);
        }
    };
    follow::<BothWays<f64>, 5, 7, 2>(
        &case,
        &mut Vec::new(),
        |samples| BothWays::<f64>::batch(samples),
        update,
    );
}
