//! Networks over any length that start from given states, give their states at the end, repeat layers that carry one, or
//! give something at each step and something once: a batch, a step at a time and a fixed length give the same numbers.

use formwork::noise::Stream;
use formwork::prelude::*;
use formwork::tensor::{flat, flat_mut, zeroed_vec};
use formwork::{Noise, Parameters};
use rand::RngExt;

/// A network over any length, and the same over some lengths, each with the name of its batch.
macro_rules! lengths {
    ($any:ident $head:tt, [$($name:ident $length:tt),*], $body:tt) => {
        lengths! { @one $any [..] $head $body }
        $(lengths! { @one $name [$length] $head $body })*
    };
    (
        @one $name:ident [$($length:tt)*]
        { ($($input:ident: $shape:tt),*) -> ($($once:ident: $once_shape:tt),*) } $body:tt
    ) => {
        network! {
            pub struct $name<T>(x: [$($length)*, 5] $(, $input: $shape)*)
                -> (y: [$($length)*, 3] $(, $once: $once_shape)*) $body

            block Residual(n)(x: [t, f]) -> [t, f] { x + (x -> inner: Lstm(n) -> Dense(f)) }

            block Twice(x: [t, f]) -> [t, f] {
                let wave = x -> Conv1d(f, kernel: 2, padding: causal, dilation: 2);
                wave -> [Rnn(f); 2] -> Residual(3) -> Gru(f, layers: 2)
            }
        }
    };
}

lengths! {
    Given { (h0: [2, 6], c0: [2, 6], about: [4]) -> (end: [2]) },
    [Given1 1, Given2 2, Given7 7, Given19 19],
    {
        let a = (x -> Dense(5), h0, c0) -> Lstm(6, layers: 2);
        let b = (a, about -> Dense(4) -> Tanh) -> Gru(4);
        (b -> each: Dense(3), (a, about -> Dense(3)) -> Rnn(3, nonlinearity: relu) -> Last -> Dense(2))
    }
}

lengths! {
    Cut { (h0: [6], c0: [6], g0: [2, 3]) -> (h: [6], c: [6], g: [2, 3]) },
    [Cut1 1, Cut2 2, Cut7 7, Cut19 19],
    {
        let (a, h, c) = (x, h0, c0) -> Lstm(6, truncate: 4);
        let (b, g) = (a, g0) -> Gru(3, layers: 2, truncate: 3);
        (b, h, c, g)
    }
}

lengths! {
    Ends { (about: [4]) -> (h: [4], top: [2, 3], end: [2]) },
    [Ends1 1, Ends2 2, Ends7 7, Ends19 19],
    {
        let (a, h, _) = x -> Lstm(4);
        let (b, top) = a -> Gru(3, layers: 2);
        // One that is an output, and is read besides.
        (b -> Dense(3), h, top, (a -> Rnn(2) -> Last) + (h * about -> Dense(2)))
    }
}

lengths! {
    Rounds { (about: [2]) -> (end: [2]) },
    [Rounds1 1, Rounds2 2, Rounds7 7, Rounds19 19],
    {
        let a = x -> [Residual(4); 3] -> [Lstm(5, layers: 2); 2] -> stack: [Twice; 2];
        (a -> Dense(3), (a -> Last -> Dense(2)) + about)
    }
}

network! {
    /// A number beside sequences.
    pub struct Scaled<T>(x: [.., 3], scale: []) -> [.., 3] { param shift: []; x * scale + shift }

    pub struct Onward(x: [.., 2], h0: [3]) -> (y: [.., 2], h: [3]) {
        let (states, h) = (x, h0) -> Gru(3);
        (states -> Dense(2), h)
    }
}

fn drawn<V: Tensor<Scalar = f64>>(len: usize, seed: u64) -> Vec<V> {
    let mut values = zeroed_vec::<V>(len);
    draw_into(flat_mut(&mut values), seed);
    values
}

fn draw_into(values: &mut [f64], seed: u64) {
    let mut stream = Stream::new(seed, 0);
    values.fill_with(|| stream.random::<f64>() - 0.5);
}

fn near(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let close = (found - expected).abs() <= 1e-12 * expected.abs().max(1.0);
        assert!(close, "{what} {i}: {found}, not {expected}");
    }
}

/// The weight of a scalar of the output in the sum that is taken for the loss.
fn weight(sample: usize, scalar: usize) -> f64 {
    ((sample * 31 + scalar * 17) % 23) as f64 / 11.0 - 1.0
}

/// What comes out, the gradients by each input, and those by the parameters.
struct Passed {
    outputs: Vec<f64>,
    by_inputs: Vec<Vec<f64>>,
    by_parameters: Vec<f64>,
}

fn pass<'b, N: Network<Scalar = f64>>(
    network: &N,
    batch: N::Batch<'b>,
    selection: Selection<'b>,
    lens: &[usize],
    weights: &[f64],
) -> Passed {
    let mut workspace = Workspace::new();
    let mut pass = network.forward(batch, selection, Noise::default(), &mut workspace).expect("a good batch");
    let (outputs, gradients) = pass.outputs_and_gradients();
    let outputs = flat(outputs).to_vec();
    flat_mut(gradients).copy_from_slice(weights);
    let mut gradient = N::zeroed();
    let mut by_inputs: Vec<Vec<f64>> = lens.iter().map(|&len| vec![f64::NAN; len]).collect();
    let mut places: Vec<&mut [f64]> = by_inputs.iter_mut().map(|v| &mut v[..]).collect();
    pass.backward_with_inputs(&mut gradient, &mut places).expect("room for all inputs");
    Passed { outputs, by_inputs, by_parameters: gradient.as_slice().to_vec() }
}

const LENGTHS: [usize; 4] = [1, 2, 7, 19];
const COUNT: usize = 37;

/// Compares a batch, prediction and single steps with each sequence alone, over its length.
macro_rules! compare {
    ($any:ident $batch:ident $state:ident $inputs:tt, $once:literal, $fixed:tt) => {
        compare! { @ $any $batch $state $inputs $inputs $once $fixed }
    };
    (@alone ($($input:ident: $ty:ty),*) $network:ident $x:ident $i:ident $own:ident $lens:ident $of:ident $of_batch:ident) => {{
        let mut fixed = $of::<f64>::zeroed();
        fixed.as_mut_slice().copy_from_slice($network.as_slice());
        let x = [SMatrix::from_columns(&$x[$i])];
        let batch = $of_batch { x: &x $(, $input: &$input[$i..$i + 1])* };
        pass(&*fixed, batch, Selection::All, &$lens, &$own)
    }};
    (@ $any:ident $batch:ident $state:ident $inputs:tt ($($input:ident: $ty:ty),*) $once:literal
        [$($of:ident $of_batch:ident $length:literal),*]) => {{
        let network = $any::<f64>::new(7);
        let x: Vec<Vec<SVector<f64, 5>>> = (0..COUNT).map(|i| drawn(LENGTHS[i * 7 % 9 % 4], i as u64)).collect();
        $(let $input: Vec<$ty> = drawn(COUNT, stringify!($input).len() as u64 + 40);)*
        let order: Vec<usize> = (0..COUNT).map(|i| (i * 5 + 1) % COUNT).collect();
        let (mut y, mut by_parameters) = (vec![], vec![0.0; network.as_slice().len()]);
        let (mut by_inputs, mut weights) = (Vec::<Vec<f64>>::new(), vec![]);
        let row = 3 + $once;
        for &i in &order {
            let steps = x[i].len();
            let own: Vec<f64> = (0..3 * steps + $once).map(|scalar| weight(i, scalar)).collect();
            let lens = [5 * steps $(, zeroed_vec::<$ty>(1).iter().map(|v| v.scalars().len()).sum())*];
            let one = match steps {
                $($length => compare!(@alone $inputs network x i own lens $of $of_batch),)*
                _ => unreachable!("no other length"),
            };
            // What is given once stands in all rows, and any of them may have a part of its gradient.
            let (each, once) = one.outputs.split_at(3 * steps);
            for step in 0..steps {
                y.extend_from_slice(&each[3 * step..3 * step + 3]);
                y.extend_from_slice(once);
                weights.extend_from_slice(&own[3 * step..3 * step + 3]);
                let share = match step {
                    _ if steps == 1 => 1.0,
                    0 => 0.25,
                    last if last + 1 == steps => 0.75,
                    _ => 0.0,
                };
                weights.extend(own[3 * steps..].iter().map(|w| share * w));
            }
            by_inputs.resize(lens.len(), vec![]);
            by_inputs.iter_mut().zip(&one.by_inputs).for_each(|(all, one)| all.extend_from_slice(one));
            by_parameters.iter_mut().zip(&one.by_parameters).for_each(|(sum, g)| *sum += g);
        }
        let lens: Vec<usize> = by_inputs.iter().map(Vec::len).collect();
        let batch = $batch { x: &x $(, $input: &$input)* };
        let found = pass(&*network, batch, Selection::Indices(&order), &lens, &weights);
        near("output", &found.outputs, &y);
        for (found, expected) in found.by_inputs.iter().zip(&by_inputs) {
            near("gradient by input", found, expected);
        }
        near("gradient by parameter", &found.by_parameters, &by_parameters);

        let predicted = network.predict_batch(batch).expect("good sequences");
        let mut rows = y.chunks(row);
        for &i in &order {
            let own: Vec<f64> = rows.by_ref().take(x[i].len()).flatten().copied().collect();
            near("prediction", flat(&predicted[i]), &own);
            let mut state = $state::default();
            for (step, x) in x[i].iter().enumerate() {
                let y = network.step(x $(, &$input[i])*, &mut state);
                // What would come out if the sequence ended here does so at its end.
                let known = if step + 1 == own.len() / row { row } else { 3 };
                near("step", &flat(&[y])[..known], &own[row * step..][..known]);
            }
            assert!(state != $state::default());
            state.reset();
            assert!(state == $state::default());
        }
    }};
}

/// Every seventh number of a network against central differences, over sequences of different lengths.
fn differences<'b, N: Network<Scalar = f64>>(batch: N::Batch<'b>) {
    let mut network = N::zeroed();
    draw_into(network.as_mut_slice(), 77);
    let mut workspace = Workspace::new();
    let mut sum = |network: &N, gradient: Option<&mut N>| -> f64 {
        let pass = network.forward(batch, Selection::All, Noise::default(), &mut workspace);
        let mut pass = pass.expect("a good batch");
        let (outputs, gradients) = pass.outputs_and_gradients();
        let outputs = flat(outputs).iter().enumerate();
        let sum = outputs.map(|(i, y)| y * weight(i / 5, i % 5)).sum();
        flat_mut(gradients).iter_mut().enumerate().for_each(|(i, g)| *g = weight(i / 5, i % 5));
        if let Some(gradient) = gradient {
            pass.backward(gradient);
        }
        sum
    };
    let mut gradient = N::zeroed();
    sum(&network, Some(&mut gradient));
    for i in (0..network.as_slice().len()).step_by(7) {
        let before = network.as_slice()[i];
        let mut at = |w| {
            network.as_mut_slice()[i] = w;
            sum(&network, None)
        };
        let slope = (at(before + 1e-5) - at(before - 1e-5)) / 2e-5;
        at(before);
        let found = gradient.as_slice()[i];
        assert!((found - slope).abs() < 1e-6 * slope.abs().max(1.0), "{i}: {found}, not {slope}");
    }
}

#[test]
fn gradients_are_those_of_differences() {
    let x: Vec<Vec<SVector<f64, 5>>> = (0..19).map(|i| drawn(1 + i * 5 % 8, i as u64)).collect();
    let (states, about): (Vec<Two<6>>, Vec<SVector<f64, 4>>) = (drawn(19, 1), drawn(19, 2));
    let two = drawn::<SVector<f64, 2>>(19, 3);
    differences::<Given<f64>>(GivenBatch { x: &x, h0: &states, c0: &states, about: &about });
    differences::<Ends<f64>>(EndsBatch { x: &x, about: &about });
    differences::<Rounds<f64>>(RoundsBatch { x: &x, about: &two });
}

type Two<const N: usize> = SMatrix<f64, N, 2>;

#[test]
fn given_states_start_each_sequence() {
    compare!(Given GivenBatch GivenState (h0: Two<6>, c0: Two<6>, about: SVector<f64, 4>), 2, [
        Given1 Given1Batch 1, Given2 Given2Batch 2, Given7 Given7Batch 7, Given19 Given19Batch 19
    ]);
}

#[test]
fn states_at_the_end_are_values_of_each_sequence() {
    compare!(Ends EndsBatch EndsState (about: SVector<f64, 4>), 12, [
        Ends1 Ends1Batch 1, Ends2 Ends2Batch 2, Ends7 Ends7Batch 7, Ends19 Ends19Batch 19
    ]);
}

#[test]
fn truncated_gradients_reach_what_was_given() {
    compare!(Cut CutBatch CutState (h0: SVector<f64, 6>, c0: SVector<f64, 6>, g0: Two<3>), 18, [
        Cut1 Cut1Batch 1, Cut2 Cut2Batch 2, Cut7 Cut7Batch 7, Cut19 Cut19Batch 19
    ]);
}

#[test]
fn rounds_carry_a_state_each() {
    compare!(Rounds RoundsBatch RoundsState (about: SVector<f64, 2>), 2, [
        Rounds1 Rounds1Batch 1, Rounds2 Rounds2Batch 2, Rounds7 Rounds7Batch 7, Rounds19 Rounds19Batch 19
    ]);
}

#[test]
fn a_number_is_the_same_at_all_steps() {
    let mut network = Scaled::<f64>::new(1);
    network.as_mut_slice()[0] = 0.5;
    let x: [Vec<SVector<f64, 3>>; 3] = [drawn(2, 1), drawn(5, 2), drawn(1, 3)];
    let scale = [2.0, 3.0, -1.0];
    let weights: Vec<f64> = (0..24).map(|i| weight(0, i)).collect();
    let batch = ScaledBatch { x: &x, scale: &scale };
    let found = pass(&*network, batch, Selection::All, &[24, 3], &weights);
    let (mut y, mut by_x, mut by_scale, mut at) = (vec![], vec![], vec![0.0; 3], 0);
    for (sample, x) in x.iter().enumerate() {
        for &x in x.iter().flat_map(|x| x.iter()) {
            y.push(x * scale[sample] + 0.5);
            by_x.push(weights[at] * scale[sample]);
            by_scale[sample] += weights[at] * x;
            at += 1;
        }
    }
    near("output", &found.outputs, &y);
    near("gradient by x", &found.by_inputs[0], &by_x);
    near("gradient by scale", &found.by_inputs[1], &by_scale);
    near("gradient by shift", &found.by_parameters[..1], &[weights.iter().sum()]);
    let predicted = network.predict_batch(batch).expect("good sequences");
    near("prediction", &predicted.iter().flat_map(|y| flat(y).to_vec()).collect::<Vec<_>>(), &y);
    let step = network.step(&x[1][0], &scale[1], &mut ScaledState::default());
    near("step", step.as_slice(), &y[6..9]);
}

#[test]
fn a_sequence_goes_on_where_another_ended() {
    let network = Onward::new(3);
    let x: Vec<SVector<f32, 2>> = (0..9).map(|i| SVector::from([0.1 * i as f32, 1.0])).collect();
    let (one, two) = (x[..4].to_vec(), x[4..].to_vec());
    let zero = [SVector::zeros()];
    let whole = &network
        .predict_batch(OnwardBatch { x: std::slice::from_ref(&x), h0: &zero })
        .expect("a sequence")[0];
    let first = &network.predict_batch(OnwardBatch { x: &[one], h0: &zero }).expect("a sequence")[0];
    assert!(first.iter().all(|step| step.h == first[0].h), "the state at the end stands at all steps");
    let h0 = [first[3].h];
    let second = &network.predict_batch(OnwardBatch { x: &[two], h0: &h0 }).expect("a sequence")[0];
    let parts = first.iter().chain(second);
    assert!(whole.iter().zip(parts).all(|(a, b)| (a.y - b.y).amax() < 1e-6));
    assert!((whole[0].h - second[0].h).amax() < 1e-6);
    // What a step is given to start from is read at the first alone.
    let mut state = OnwardState::default();
    assert!(state.gru1_state.is_new());
    let mut other = SVector::repeat(0.0);
    for (x, whole) in x.iter().zip(whole) {
        assert!((network.step(x, &other, &mut state).y - whole.y).amax() < 1e-6);
        other = SVector::repeat(9.0);
    }
    assert_eq!(state.gru1_state.c().len(), 0);
    assert!((SVector::from_column_slice(state.gru1_state.h()) - whole[0].h).amax() < 1e-6);
}
