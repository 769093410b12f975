//! Training over sequences of any length gives what each sequence gives alone, in a network over its length.

use formwork::losses::{EachStep, Loss};
use formwork::noise::Stream;
use formwork::prelude::*;
use formwork::tensor::{flat, flat_mut, zeroed_vec};
use formwork::{Error, Noise};
use rand::RngExt;

/// A network over any length, and the same over some lengths.
macro_rules! lengths {
    ($any:ident, $output:tt, [$($name:ident $length:tt $out:tt),*], $body:tt) => {
        network! {
            pub struct $any<T>(x: [.., 5]) -> $output $body
            $(pub struct $name<T>(x: [$length, 5]) -> $out $body)*
            block Residual(n)(x: [t, f]) -> [t, f] { x + (x -> inner: Lstm(n) -> Dense(f)) }
            /// A gate of WaveNet (van den Oord et al., 2016).
            block Gated(far)(x: [t, f]) -> [t, f] {
                let a = x -> filter: Conv1d(f, kernel: 3, padding: causal, dilation: far);
                let b = x -> gate: Conv1d(f, kernel: 2, padding: causal, dilation: far, groups: 2, bias: false);
                x + (tanh(a) * sigmoid(b) -> Dense(f))
            }
        }
    };
}

lengths! {
    Steps, [.., 3], [Steps1 1 [1, 3], Steps2 2 [2, 3], Steps7 7 [7, 3], Steps19 19 [19, 3]],
    { x -> Dense(6) -> LayerNorm -> Gelu -> Gru(7, layers: 2) -> RmsNorm
        -> Rnn(4, nonlinearity: relu, bias: false) -> map(|x| x * sigmoid(x)) -> [Dense(4); 2] -> Residual(5)
        -> Dense(3) }
}

lengths! {
    Ends, [4], [Ends1 1 [4], Ends2 2 [4], Ends7 7 [4], Ends19 19 [4]],
    { let y = x -> Lstm(6, layers: 2) -> Rnn(5);
    (y -> Last -> Dense(4) -> Tanh) + (y -> Tanh -> Gru(4, bias: false) -> Last -> [Dense(4); 2]) }
}

lengths! {
    Waves, [.., 3], [Waves1 1 [1, 3], Waves2 2 [2, 3], Waves7 7 [7, 3], Waves19 19 [19, 3]],
    { x -> Conv1d(4, kernel: 3, padding: causal) -> Gated(1) -> Gated(2) -> Gated(4) -> Lstm(6)
        -> Conv1d(6, kernel: 2, padding: causal, dilation: 30, groups: 6) -> Conv1d(3, kernel: 1) }
}

network! {
    /// Two sequences side by side, and a value beside them.
    pub struct Three<T>(a: [.., 2], b: [.., 3], c: [4]) -> [4] {
        ((a -> Rnn(2)) * (b -> Dense(2)) -> Gru(4) -> Last) + (c -> Dense(4))
    }

    pub struct Words(words: [..] in 0..9) -> [.., 2] { words -> Embedding(3) -> Lstm(4) -> Dense(2) }

    pub struct Noisy(x: [.., 3]) -> [2] {
        x -> Dropout(0.3) -> Lstm(40, layers: 2, dropout: 0.2) -> Conv1d(40, kernel: 3, padding: causal, dilation: 2)
            -> Last -> Dense(2)
    }
}

network! {
    /// Gradients flow back over four steps.
    pub struct Cut<T>(x: [.., 5]) -> [.., 6] { x -> Lstm(6, truncate: 4) }
    pub struct CutGru<T>(x: [.., 5]) -> [.., 6] { x -> Gru(6, layers: 2, truncate: 4) }
    pub struct CutWindow<T>(x: [10, 5]) -> [10, 6] { x -> Lstm(6, truncate: 4) }
    pub struct CutGruWindow<T>(x: [10, 5]) -> [10, 6] { x -> Gru(6, layers: 2, truncate: 4) }

    /// What is done over four steps and over the rest, from a state that is given.
    pub struct Piece4<T>(x: [4, 5], h0: [6], c0: [6]) -> (y: [4, 6], h: [6], c: [6]) { (x, h0, c0) -> Lstm(6) }
    pub struct Piece2<T>(x: [2, 5], h0: [6], c0: [6]) -> (y: [2, 6], h: [6], c: [6]) { (x, h0, c0) -> Lstm(6) }
}

const LENGTHS: [usize; 4] = [1, 2, 7, 19];

fn draw(values: &mut [f64], seed: u64) {
    let mut stream = Stream::new(seed, 0);
    values.fill_with(|| stream.random::<f64>() - 0.5);
}

fn drawn<V: Tensor<Scalar = f64>>(len: usize, seed: u64) -> Vec<V> {
    let mut values = zeroed_vec::<V>(len);
    draw(flat_mut(&mut values), seed);
    values
}

/// More than one block of them, of all lengths, and not sorted.
fn sequences<V: Tensor<Scalar = f64>>(count: usize) -> Vec<Vec<V>> {
    (0..count).map(|i| drawn(LENGTHS[i * 7 % 9 % 4], i as u64)).collect()
}

/// The weight of a scalar of the output in the sum that is taken for the loss.
fn weight(sample: usize, scalar: usize) -> f64 {
    ((sample * 31 + scalar * 17) % 23) as f64 / 11.0 - 1.0
}

/// Outputs, gradients by inputs and gradients by parameters of some samples; a sample's output has so many scalars.
type Passed = (Vec<f64>, Vec<f64>, Vec<f64>);

fn pass<'b, N: Network<Scalar = f64>>(
    network: &N,
    batch: N::Batch<'b>,
    selection: Selection<'b>,
    inputs: &mut [&mut [f64]],
    weights: impl Fn(usize) -> f64,
) -> (Vec<f64>, Box<N>) {
    let mut workspace = Workspace::new();
    let mut pass = network.forward(batch, selection, Noise::default(), &mut workspace).expect("a good batch");
    let (outputs, gradients) = pass.outputs_and_gradients();
    let outputs = flat(outputs).to_vec();
    for (i, gradient) in flat_mut(gradients).iter_mut().enumerate() {
        *gradient = weights(i);
    }
    let mut gradient = N::zeroed();
    pass.backward_with_inputs(&mut gradient, inputs).expect("room for all inputs");
    (outputs, gradient)
}

/// A sequence alone, in a network over its length.
fn alone<N>(parameters: &[f64], x: &[SVector<f64, 5>], sample: usize) -> Passed
where
    N: SingleInput<Scalar = f64, Sample: Tensor<Scalar = f64>>,
{
    let mut network = N::zeroed();
    network.as_mut_slice().copy_from_slice(parameters);
    let mut batch = zeroed_vec::<N::Sample>(1);
    flat_mut(&mut batch).copy_from_slice(flat(x));
    let mut by_x = vec![f64::NAN; 5 * x.len()];
    let weights = |i| weight(sample, i);
    let (y, gradient) = pass(&*network, N::batch(&batch), Selection::All, &mut [&mut by_x], weights);
    (y, by_x, gradient.as_slice().to_vec())
}

fn near(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (found - expected).abs() <= 1e-12 * expected.abs().max(1.0),
            "{what} {i}: {found}, not {expected}"
        );
    }
}

macro_rules! compare {
    ($any:ident, $each:expr, $of1:ident, $of2:ident, $of7:ident, $of19:ident) => {{
        for count in [1, 3, 16, 37] {
            let network = $any::<f64>::new(7);
            let x = sequences::<SVector<f64, 5>>(count);
            let order: Vec<usize> = (0..count).map(|i| (i * 5 + 1) % count).collect();
            let (mut y, mut by_x, mut gradient) = (vec![], vec![], vec![0.0; network.as_slice().len()]);
            let mut weights = vec![];
            for &i in &order {
                let parameters = network.as_slice();
                let one = match x[i].len() {
                    1 => alone::<$of1<f64>>(parameters, &x[i], i),
                    2 => alone::<$of2<f64>>(parameters, &x[i], i),
                    7 => alone::<$of7<f64>>(parameters, &x[i], i),
                    _ => alone::<$of19<f64>>(parameters, &x[i], i),
                };
                weights.extend((0..one.0.len()).map(|scalar| weight(i, scalar)));
                y.extend(one.0);
                by_x.extend(one.1);
                gradient.iter_mut().zip(one.2).for_each(|(sum, g)| *sum += g);
            }
            let mut found = vec![f64::NAN; by_x.len()];
            let selection = Selection::Indices(&order);
            let (outputs, g) = pass(&*network, &x, selection, &mut [&mut found], |i| weights[i]);
            near("output", &outputs, &y);
            near("gradient by input", &found, &by_x);
            near("gradient by parameter", g.as_slice(), &gradient);
            // Prediction, of many and of one.
            let all = network.predict_batch(&x).expect("good sequences");
            let mut outputs = zeroed_vec(if $each { outputs.len() / 3 } else { count });
            let mut workspace = $any::workspace();
            network.predict_selected(&x, selection, &mut outputs, &mut workspace).expect("as many outputs");
            near("prediction", flat(&outputs), &y);
            assert_eq!(all.len(), count);
        }
    }};
}

#[test]
fn a_batch_gives_what_each_sequence_gives_alone() {
    compare!(Steps, true, Steps1, Steps2, Steps7, Steps19);
    compare!(Waves, true, Waves1, Waves2, Waves7, Waves19);
    compare!(Ends, false, Ends1, Ends2, Ends7, Ends19);
}

#[test]
fn a_batch_gives_what_steps_give() {
    let (steps, ends) = (Steps::<f64>::new(3), Ends::<f64>::new(3));
    let x = sequences::<SVector<f64, 5>>(70);
    let (each, last) = (steps.predict_batch(&x).expect("steps"), ends.predict_batch(&x).expect("steps"));
    for ((x, each), last) in x.iter().zip(&each).zip(&last) {
        near("each step", flat(each), flat(&steps.predict(x)));
        near("last step", flat(&[*last]), flat(&[ends.predict(x).expect("steps")]));
    }
    let waves = Waves::<f64>::new(3);
    for (x, each) in x.iter().zip(waves.predict_batch(&x).expect("steps")) {
        near("each step of a wave", flat(&each), flat(&waves.predict(x)));
    }
    assert!(steps.predict_batch(&[]).expect("nothing wrong").is_empty());
}

#[test]
fn several_inputs_and_differences() {
    let mut network = Three::<f64>::new(5);
    let count = 21;
    let lens: Vec<usize> = (0..count).map(|i| 1 + i * 7 % 6).collect();
    let mut a: Vec<Vec<SVector<f64, 2>>> = lens.iter().map(|&n| drawn(n, n as u64)).collect();
    let b: Vec<Vec<SVector<f64, 3>>> = lens.iter().map(|&n| drawn(n, 50 + n as u64)).collect();
    let c: Vec<SVector<f64, 4>> = drawn(count, 9);
    let steps: usize = lens.iter().sum();
    let (mut by_a, mut by_b, mut by_c) = (vec![0.0; 2 * steps], vec![0.0; 3 * steps], vec![0.0; 4 * count]);
    let all = &mut [&mut by_a[..], &mut by_b, &mut by_c];
    let weights = |i| weight(i / 4, i % 4);
    let (_, gradient) = pass(&*network, ThreeBatch { a: &a, b: &b, c: &c }, Selection::All, all, weights);
    let sum = |network: &Three<f64>, a: &[Vec<SVector<f64, 2>>]| -> f64 {
        let outputs = network.predict_batch(ThreeBatch { a, b: &b, c: &c }).expect("good sequences");
        flat(&outputs).iter().enumerate().map(|(i, y)| y * weights(i)).sum()
    };
    let close = |found: f64, expected: f64| {
        assert!((found - expected).abs() < 1e-7 * expected.abs().max(1.0), "{found}, not {expected}");
    };
    const SMALL: f64 = 1e-5;
    for i in 0..network.as_slice().len() {
        let before = network.as_slice()[i];
        network.as_mut_slice()[i] = before + SMALL;
        let up = sum(&network, &a);
        network.as_mut_slice()[i] = before - SMALL;
        let down = sum(&network, &a);
        network.as_mut_slice()[i] = before;
        close(gradient.as_slice()[i], (up - down) / (2.0 * SMALL));
    }
    let mut place = 0;
    for sample in 0..count {
        for step in 0..lens[sample] {
            for feature in 0..2 {
                let before = a[sample][step][feature];
                a[sample][step][feature] = before + SMALL;
                let up = sum(&network, &a);
                a[sample][step][feature] = before - SMALL;
                let down = sum(&network, &a);
                a[sample][step][feature] = before;
                close(by_a[place], (up - down) / (2.0 * SMALL));
                place += 1;
            }
        }
    }
}

/// Ten steps in pieces of four, the state carried over as a number: outputs, and the gradient by parameters.
fn in_pieces(parameters: &[f64], x: &[SVector<f64, 5>]) -> (Vec<f64>, Vec<f64>) {
    let (mut h, mut c) = (SVector::<f64, 6>::zeros(), SVector::<f64, 6>::zeros());
    let (mut y, mut gradient) = (vec![], vec![0.0; parameters.len()]);
    macro_rules! piece {
        ($piece:ident, $batch:ident, $steps:expr) => {{
            let mut network = $piece::<f64>::new(1);
            network.as_mut_slice().copy_from_slice(parameters);
            let (first, len) = (y.len() / 6, $steps.len());
            let x = [SMatrix::from_columns(&x[$steps])];
            let (h0, c0) = ([h], [c]);
            // Of the states at the end nobody takes a loss.
            let weights = |i: usize| if i < 6 * len { weight(0, 6 * first + i) } else { 0.0 };
            let mut room = [vec![0.0; 5 * len], vec![0.0; 6], vec![0.0; 6]];
            let [by_x, by_h, by_c] = &mut room;
            let batch = $batch { x: &x, h0: &h0, c0: &c0 };
            let (out, g) = pass(&*network, batch, Selection::All, &mut [by_x, by_h, by_c], weights);
            y.extend_from_slice(&out[..6 * len]);
            h.copy_from_slice(&out[6 * len..6 * len + 6]);
            c.copy_from_slice(&out[6 * len + 6..]);
            gradient.iter_mut().zip(g.as_slice()).for_each(|(sum, g)| *sum += g);
        }};
    }
    piece!(Piece4, Piece4Batch, 0..4);
    piece!(Piece4, Piece4Batch, 4..8);
    piece!(Piece2, Piece2Batch, 8..10);
    (y, gradient)
}

#[test]
fn truncated_gradients_are_those_of_pieces() {
    let x: Vec<SVector<f64, 5>> = drawn(10, 3);
    let (cut, mut window) = (Cut::<f64>::new(2), CutWindow::<f64>::new(1));
    window.as_mut_slice().copy_from_slice(cut.as_slice());
    let weights = |i| weight(0, i);
    let (y, gradient) = pass(&*cut, std::slice::from_ref(&x), Selection::All, &mut [&mut [0.0; 50]], weights);
    let whole = [SMatrix::from_columns(&x)];
    let (same, over_window) = pass(&*window, &whole, Selection::All, &mut [&mut [0.0; 50]], weights);
    let (expected, sum) = in_pieces(cut.as_slice(), &x);
    near("output", &y, &expected);
    near("output of a window", &same, &expected);
    near("gradient", gradient.as_slice(), &sum);
    near("gradient of a window", over_window.as_slice(), &sum);
    let (gru, mut window) = (CutGru::<f64>::new(2), CutGruWindow::<f64>::new(1));
    window.as_mut_slice().copy_from_slice(gru.as_slice());
    let (_, any) = pass(&*gru, std::slice::from_ref(&x), Selection::All, &mut [&mut [0.0; 50]], weights);
    let (_, fixed) = pass(&*window, &whole, Selection::All, &mut [&mut [0.0; 50]], weights);
    near("gradient of two layers", any.as_slice(), fixed.as_slice());
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let x: Vec<Vec<SVector<f32, 3>>> = (0..90)
        .map(|i| {
            (0..1 + i * 13 % 41)
                .map(|t| SVector::from_fn(|f, _| ((i + t * 3 + f) % 7) as f32 - 3.0))
                .collect()
        })
        .collect();
    let bits = |threads| {
        formwork::set_threads(threads);
        let network = Noisy::new(4);
        let mut workspace = Noisy::workspace();
        let noise = Noise { seed: 3, step: 5, first: 0 };
        let mut pass = network.forward(&x, Selection::All, noise, &mut workspace).expect("a good batch");
        let (outputs, gradients) = pass.outputs_and_gradients();
        let outputs = flat(outputs).to_vec();
        flat_mut(gradients).iter_mut().enumerate().for_each(|(i, g)| *g = (i % 5) as f32 - 2.0);
        let mut gradient = Noisy::zeroed();
        pass.backward(&mut gradient);
        outputs.iter().chain(gradient.as_slice()).map(|x| x.to_bits()).collect::<Vec<_>>()
    };
    let one = bits(1);
    assert!(one == bits(2) && one == bits(3));
}

#[test]
fn training_learns_what_hangs_on_the_past() {
    // At each step whether the words so far are an even number, and how many of them were the first one.
    let texts: Vec<Vec<[Index<9>; 1]>> = (0..200)
        .map(|i| (0..2 + i % 9).map(|t| [Index::new((i * 5 + t * t) % 9).expect("a word")]).collect())
        .collect();
    let targets = texts.iter().map(|text| {
        let mut seen = 0.0;
        let steps = text.iter().enumerate().map(|(t, [word])| {
            seen += f32::from(word.get() == 0);
            SVector::<f32, 2>::new((t % 2) as f32, seen)
        });
        steps.collect::<Vec<_>>()
    });
    let data = Dataset::new(texts.clone(), targets.collect()).expect("as many targets");
    let mut words = Words::new(1);
    let history = Trainer::new(EachStep(MeanSquaredError::new()), Adam::new(0.01))
        .epochs(120)
        .validate_on(&data)
        .quiet()
        .fit(&mut words, &data)
        .expect("good data");
    let loss = history.last().and_then(|epoch| epoch.validation.as_ref()).expect("a validation").loss;
    assert!(loss < 0.01, "{history}");
    // The loss over an epoch is that over all steps.
    let outputs = words.predict_batch(&texts).expect("texts").concat();
    let all =
        EachStep(MeanSquaredError::new()).value(&outputs, &data.targets, Selection::All).expect("targets");
    assert!((all - loss).abs() < 1e-9, "{all} is not {loss}");
}

#[test]
fn what_does_not_fit_is_an_error() {
    let words = Words::new(1);
    let error =
        words.predict_batch(&[vec![], vec![[Index::new(1).expect("a word")]]]).expect_err("an empty one");
    assert_eq!(
        error.to_string(),
        "sample 0 of `words` is a sequence without a step, of which `Words` can learn and say nothing: leave it out"
    );
    let three = Three::<f64>::new(1);
    let (a, b, c) = ([drawn(2, 1)], [drawn(3, 2)], drawn(1, 3));
    let error = three.predict_batch(ThreeBatch { a: &a, b: &b, c: &c }).expect_err("unequal");
    assert_eq!(
        error.to_string(),
        "in sample 0 `a` has 2 steps and `b` has 3: the sequences of a sample must be equally long"
    );
    let targets = [vec![SVector::<f32, 2>::zeros(); 3]];
    let error = EachStep(MeanSquaredError::new())
        .value(&[SVector::<f32, 2>::zeros(); 2], &targets, Selection::All)
        .expect_err("too many targets");
    assert_eq!(
        error.to_string(),
        "2 steps came out, but the samples' targets have 3 steps: give each sample a target for each of its steps"
    );
    assert!(matches!(
        EachStep(L1::new()).value(&[SVector::<f32, 2>::zeros(); 3], &targets, Selection::Indices(&[1])),
        Err(Error::Index { index: 1, len: 1 })
    ));
}
