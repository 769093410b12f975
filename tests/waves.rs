//! Causal convolutions over sequences of any length: a sample at a time they give what the whole does.

use formwork::Parameters;
use formwork::layers::past::Past;
use formwork::noise::Stream;
use formwork::prelude::*;
use formwork::tensor::{flat, flat_mut};
use rand::RngExt;

const FAR: usize = 8;
const ROUNDS: usize = 3;

network! {
    /// A small WaveNet (van den Oord et al., 2016): each block doubles how far the network looks back.
    pub struct Wave<T>(x: [.., 1]) -> [.., 1] {
        x -> Conv1d(6, kernel: 2, padding: causal)
            -> Gated(1) -> Gated(2) -> Gated(4) -> Gated(FAR) -> Relu -> Dense(1)
    }

    /// The same over a fixed length.
    pub struct WaveWindow<T>(x: [200, 1]) -> [200, 1] {
        x -> Conv1d(6, kernel: 2, padding: causal)
            -> Gated(1) -> Gated(2) -> Gated(4) -> Gated(8) -> Relu -> Dense(1)
    }

    /// Two stacks of blocks, one after the other, and rounds in rounds.
    pub struct Stacks<T>(x: [.., 3]) -> [.., 3] {
        x -> Conv1d(4, kernel: 2, padding: causal) -> stacks: [Stack(2); ROUNDS] -> [Deeper; 2] -> Dense(3)
    }

    pub struct StacksWindow<T>(x: [60, 3]) -> [60, 3] {
        x -> Conv1d(4, kernel: 2, padding: causal) -> stacks: [Stack(2); 3] -> [Deeper; 2] -> Dense(3)
    }

    /// Two values at each step, and the same as one.
    pub struct Two<T>(x: [.., 3]) -> (next: [.., 2], loud: [.., 1]) {
        let (a, b) = split(x -> Conv1d(6, kernel: 3, padding: causal), 2, axis: 1);
        (concat(a, b -> Gru(3), axis: 1) -> Dense(4) -> Glu, slice(b, 1..2, axis: 1) -> Tanh)
    }

    pub struct One<T>(x: [.., 3]) -> [.., 3] {
        let (a, b) = split(x -> Conv1d(6, kernel: 3, padding: causal), 2, axis: 1);
        concat(concat(a, b -> Gru(3), axis: 1) -> Dense(4) -> Glu, slice(b, 1..2, axis: 1) -> Tanh, axis: 1)
    }

    pub struct OneWindow<T>(x: [40, 3]) -> [40, 3] {
        let (a, b) = split(x -> Conv1d(6, kernel: 3, padding: causal), 2, axis: 1);
        concat(concat(a, b -> Gru(3), axis: 1) -> Dense(4) -> Glu, slice(b, 1..2, axis: 1) -> Tanh, axis: 1)
    }

    block Stack(far)(x: [t, f]) -> [t, f] {
        x -> Gated(1) -> Gated(far)
    }

    block Deeper(x: [t, f]) -> [t, f] {
        x + (x -> [Conv1d(f, kernel: 2, padding: causal, groups: f); 2] -> Dense(f))
    }

    block Gated(far)(x: [t, f]) -> [t, f] {
        let a = x -> filter: Conv1d(f, kernel: 3, padding: causal, dilation: far);
        let b = x -> gate: Conv1d(f, kernel: 3, padding: causal, dilation: far);
        x + (tanh(a) * sigmoid(b) -> Conv1d(f, kernel: 1))
    }

    /// Looks far back: a step must not move what lies between.
    pub struct Echo(x: [.., 16]) -> [.., 16] {
        x -> echo: Conv1d(16, kernel: 3, padding: causal, dilation: 512)
    }

    pub struct EchoWindow(x: [1500, 16]) -> [1500, 16] {
        x -> echo: Conv1d(16, kernel: 3, padding: causal, dilation: 512)
    }

    /// One layer twice, and one of each channel by itself, before a state of another kind.
    pub struct Shared<T>(x: [.., 4]) -> [.., 2] {
        layer smooth = Conv1d(4, kernel: 2, padding: causal, groups: 4);
        x -> smooth -> smooth -> Lstm(3) -> Conv1d(2, kernel: 4, padding: causal, dilation: 2)
    }

    pub struct SharedWindow<T>(x: [40, 4]) -> [40, 2] {
        layer smooth = Conv1d(4, kernel: 2, padding: causal, groups: 4);
        x -> smooth -> smooth -> Lstm(3) -> Conv1d(2, kernel: 4, padding: causal, dilation: 2)
    }
}

fn drawn<V: Tensor<Scalar = T>, T: formwork::Real>(len: usize) -> Vec<V> {
    let mut stream = Stream::new(9, 0);
    let mut values = formwork::tensor::zeroed_vec::<V>(len);
    flat_mut(&mut values).fill_with(|| T::of(stream.random::<f64>() - 0.5));
    values
}

#[test]
fn a_sample_at_a_time_gives_what_the_whole_does() {
    let window = WaveWindow::<f64>::new(3);
    let mut wave = Wave::<f64>::new(4);
    wave.as_mut_slice().copy_from_slice(window.as_slice());
    let x: Vec<SVector<f64, 1>> = drawn(200);
    let whole = window.predict(&SMatrix::from_iterator(x.iter().map(|x| x[0])));
    let mut state = WaveState::default();
    for (step, x) in x.iter().enumerate() {
        let y = wave.step(x, &mut state);
        assert!((y[0] - whole[(0, step)]).abs() < 1e-12, "step {step}: {y}, not {}", whole[(0, step)]);
    }
    let batch = wave.predict_batch(&[x]).expect("a sequence");
    for (step, y) in batch[0].iter().enumerate() {
        assert!((y[0] - whole[(0, step)]).abs() < 1e-12, "step {step} of a batch");
    }
}

#[test]
fn far_back_is_as_good_as_near() {
    let window = EchoWindow::new(3);
    let mut echo = Echo::new(4);
    echo.as_mut_slice().copy_from_slice(window.as_slice());
    let x: Vec<SVector<f32, 16>> = drawn(1500);
    let whole = window.predict(&SMatrix::from_columns(&x));
    let mut state = EchoState::default();
    for (step, x) in x.iter().enumerate() {
        let y = echo.step(x, &mut state);
        assert!((y - whole.column(step)).amax() < 1e-6, "step {step}");
    }
    // What came last, the oldest first.
    assert_eq!(state.echo_past.steps().count(), 1024);
    assert!(state.echo_past.steps().eq(x[476..].iter().map(|x| x.as_slice())));
}

#[test]
fn layers_used_twice_remember_twice() {
    let window = SharedWindow::<f64>::new(3);
    let mut shared = Shared::<f64>::new(4);
    shared.as_mut_slice().copy_from_slice(window.as_slice());
    let x: Vec<SVector<f64, 4>> = drawn(40);
    let whole = window.predict(&SMatrix::from_columns(&x));
    for (step, y) in shared.predict(&x).iter().enumerate() {
        assert!((y - whole.column(step)).amax() < 1e-12, "step {step}");
    }
}

#[test]
fn each_round_has_a_memory_of_its_own() {
    let window = StacksWindow::<f64>::new(3);
    let mut stacks = Stacks::<f64>::new(4);
    stacks.as_mut_slice().copy_from_slice(window.as_slice());
    let x: Vec<SVector<f64, 3>> = drawn(60);
    let whole = window.predict(&SMatrix::from_columns(&x));
    let mut state = StacksState::default();
    for (step, x) in x.iter().enumerate() {
        let y = stacks.step(x, &mut state);
        assert!((y - whole.column(step)).amax() < 1e-12, "step {step}");
    }
    assert_ne!(state, StacksState::default());
    state.reset();
    assert_eq!(state, StacksState::default());
}

/// What comes out for some samples, and the gradient by the parameters of a sum of it all.
fn learnt<N: Network<Scalar = f64>>(network: &N, batch: N::Batch<'_>) -> (Vec<f64>, Box<N>) {
    let (mut workspace, mut gradient) = (Workspace::new(), N::zeroed());
    let noise = formwork::Noise::default();
    let mut pass = network.forward(batch, Selection::All, noise, &mut workspace).expect("a good batch");
    let (outputs, gradients) = pass.outputs_and_gradients();
    let outputs = flat(outputs).to_vec();
    flat_mut(gradients).iter_mut().enumerate().for_each(|(i, g)| *g = ((i * 17) % 23) as f64 / 11.0 - 1.0);
    pass.backward(&mut gradient);
    (outputs, gradient)
}

fn near(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let close = (found - expected).abs() < 1e-11 * expected.abs().max(1.0);
        assert!(close, "{what} {i}: {found}, not {expected}");
    }
}

#[test]
fn rounds_learn_what_a_fixed_length_does() {
    let window = StacksWindow::<f64>::new(3);
    let mut stacks = Stacks::<f64>::new(4);
    stacks.as_mut_slice().copy_from_slice(window.as_slice());
    let first: Vec<SVector<f64, 3>> = drawn(60);
    let x = [first.clone(), first.iter().map(|x| 2.0 * x).collect()];
    let whole: Vec<_> = x.iter().map(|x| SMatrix::from_columns(x)).collect();
    let ((y, found), (whole, expected)) = (learnt(&*stacks, &x), learnt(&*window, &whole));
    near("output", &y, &whole);
    near("gradient", found.as_slice(), expected.as_slice());
}

#[test]
fn two_values_are_one_with_the_parts_of_both() {
    let window = OneWindow::<f64>::new(3);
    let (mut one, mut two) = (One::<f64>::new(4), Two::<f64>::new(5));
    one.as_mut_slice().copy_from_slice(window.as_slice());
    two.as_mut_slice().copy_from_slice(window.as_slice());
    let x: [Vec<SVector<f64, 3>>; 1] = [drawn(40)];
    let (outputs, expected) = learnt(&*window, &[SMatrix::from_columns(&x[0])]);
    let (y, gradient) = learnt(&*one, &x);
    near("output", &y, &outputs);
    near("gradient", gradient.as_slice(), expected.as_slice());
    let (y, gradient) = learnt(&*two, &x);
    near("outputs", &y, &outputs);
    near("gradient of both", gradient.as_slice(), expected.as_slice());
    let mut state = TwoState::default();
    let batch = two.predict_batch(&x).expect("a sequence");
    for ((x, y), given) in x[0].iter().zip(outputs.chunks(3)).zip(&batch[0]) {
        let step = two.step(x, &mut state);
        near("a step", &[step.next[0], step.next[1], step.loud[0]], y);
        near("a step of a batch", &[given.next[0], given.next[1], given.loud[0]], y);
    }
}

#[test]
fn a_state_is_a_value_of_its_own() {
    let wave = Wave::<f32>::new(1);
    let x: Vec<SVector<f32, 1>> = drawn(30);
    let mut state = WaveState::default();
    let first: Vec<_> = x.iter().map(|x| wave.step(x, &mut state)).collect();
    let mut kept = state.clone();
    let next = wave.step(&x[3], &mut state);
    assert_ne!(kept, state);
    assert_eq!(wave.step(&x[3], &mut kept), next);
    assert_eq!(kept, state);
    state.reset();
    assert_eq!(state, WaveState::default());
    let again: Vec<_> = x.iter().map(|x| wave.step(x, &mut state)).collect();
    assert_eq!(first, again);
    let none = Past::<f32>::new(0, 3);
    assert_eq!(none.steps().count(), 0);
}
