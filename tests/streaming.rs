//! Networks over sequences of any length: step by step they give what a network over that length gives at once.

use formwork::Parameters;
use formwork::noise::Stream;
use formwork::prelude::*;
use rand::RngExt;

network! {
    /// An effect for a guitar, a sample at a time.
    pub struct Amp(x: [.., 1]) -> [.., 1] {
        let wet = x -> lstm: Lstm(8) -> Dense(1);
        wet + x
    }

    /// The same over a thousand samples, which is what is trained.
    pub struct AmpWindow(x: [1000, 1]) -> [1000, 1] {
        let wet = x -> lstm: Lstm(8) -> Dense(1);
        wet + x
    }

    /// All that works step by step.
    pub struct Deep<T>(x: [.., 5]) -> [.., 3] {
        x -> Dense(6) -> LayerNorm -> Gelu -> Dropout(0.1)
            -> Gru(7, layers: 2, dropout: 0.1) -> RmsNorm -> Rnn(4, nonlinearity: relu, bias: false)
            -> map(|x| x * sigmoid(x)) -> [Dense(4); 2] -> Residual(5) -> Dense(3)
    }

    pub struct DeepWindow<T>(x: [23, 5]) -> [23, 3] {
        x -> Dense(6) -> LayerNorm -> Gelu -> Dropout(0.1)
            -> Gru(7, layers: 2, dropout: 0.1) -> RmsNorm -> Rnn(4, nonlinearity: relu, bias: false)
            -> map(|x| x * sigmoid(x)) -> [Dense(4); 2] -> Residual(5) -> Dense(3)
    }

    block Residual(n)(x: [t, f]) -> [t, f] {
        x + (x -> inner: Lstm(n) -> Dense(f))
    }

    /// What comes next, after letters of any number.
    pub struct Letters(letters: [..] in 0..27) -> [27] {
        letters -> Embedding(6) -> Lstm(9) -> Last -> Dense(27)
    }

    pub struct LettersWindow(letters: [12] in 0..27) -> [27] {
        letters -> Embedding(6) -> Lstm(9) -> Last -> Dense(27)
    }

    /// Two sequences side by side.
    pub struct Two(a: [.., 2], b: [.., 3]) -> [.., 2] {
        (a -> Rnn(2)) * (b -> Rnn(2))
    }

    /// Nothing to carry.
    pub struct Stateless(x: [.., 2]) -> [.., 2] {
        x -> Dense(2) -> Tanh
    }
}

fn drawn<V: Tensor<Scalar = T>, T: formwork::Real>(len: usize) -> Vec<V> {
    let mut stream = Stream::new(4, 0);
    let mut values = formwork::tensor::zeroed_vec::<V>(len);
    formwork::tensor::flat_mut(&mut values).fill_with(|| T::of(stream.random::<f64>() - 0.5));
    values
}

#[test]
fn steps_give_what_the_whole_sequence_does() {
    let window = AmpWindow::new(3);
    let mut amp = Amp::new(4);
    amp.as_mut_slice().copy_from_slice(window.as_slice());
    let x: Vec<SVector<f32, 1>> = drawn(1000);
    let whole = window.predict(&SMatrix::from_iterator(x.iter().map(|x| x[0])));
    let mut state = AmpState::default();
    for (step, x) in x.iter().enumerate() {
        let y = amp.step(x, &mut state);
        assert!((y[0] - whole[(0, step)]).abs() < 1e-6, "step {step}: {y} is not {}", whole[(0, step)]);
    }
    let again = amp.predict(&x);
    assert!((again[999][0] - whole[(0, 999)]).abs() < 1e-6);
    assert!(amp.predict(&[]).is_empty());
}

#[test]
fn whatever_works_step_by_step_does() {
    let window = DeepWindow::<f64>::new(5);
    let mut deep = Deep::<f64>::new(6);
    assert_eq!(Deep::<f64>::PARAMETERS, DeepWindow::<f64>::PARAMETERS);
    deep.as_mut_slice().copy_from_slice(window.as_slice());
    let x: Vec<SVector<f64, 5>> = drawn(23);
    let whole = window.predict(&SMatrix::from_columns(&x));
    for (step, y) in deep.predict(&x).iter().enumerate() {
        assert!((y - whole.column(step)).amax() < 1e-12, "step {step}");
    }
}

#[test]
fn a_state_is_a_plain_value() {
    let two = Two::new(1);
    let (a, b): (Vec<SVector<f32, 2>>, Vec<SVector<f32, 3>>) = (drawn(5), drawn(5));
    let mut state = TwoState::default();
    let first = two.step(&a[0], &b[0], &mut state);
    let kept = state;
    let second = two.step(&a[1], &b[1], &mut state);
    assert_ne!(kept, state);
    let mut kept = kept;
    assert_eq!(second, two.step(&a[1], &b[1], &mut kept));
    state.reset();
    assert_eq!(state, TwoState::default());
    assert_eq!(first, two.step(&a[0], &b[0], &mut state));
    // The state of either layer, under the layer's name.
    assert_eq!(first, state.rnn1_h.component_mul(&state.rnn2_h));
    let stateless = Stateless::new(1);
    assert_eq!(stateless.step(&a[0], &mut StatelessState::default()), stateless.predict(&a)[0]);
}

#[test]
fn the_last_step_counts() {
    let window = LettersWindow::new(2);
    let mut letters = Letters::new(3);
    letters.as_mut_slice().copy_from_slice(window.as_slice());
    let text: [Index<27>; 12] = core::array::from_fn(|i| Index::new(i * 7 % 27).expect("a letter"));
    let steps: Vec<[Index<27>; 1]> = text.iter().map(|&letter| [letter]).collect();
    let last = letters.predict(&steps).expect("there are steps");
    assert!((last - window.predict(&text)).amax() < 1e-6);
    assert!(letters.predict(&[]).is_none());
}
