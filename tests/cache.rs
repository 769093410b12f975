//! Causal attention step by step: the same numbers as the whole sequence at once.

use formwork::noise::Stream;
use formwork::prelude::*;
use rand::RngExt;

const LENGTH: usize = 12;

network! {
    use formwork::sets::transformer;

    /// A small language model, as it is usually built.
    pub struct Letters<T>(text: [64] in 0..27) -> [64, 27] {
        text -> Embedding(16) -> PositionEmbedding -> [DecoderOnlyLayer(4, 24, 0.1); 3] -> LayerNorm -> Dense(27)
    }

    /// Rows in the place of letters, turned by their position, and numbers of the program.
    pub struct Rotary<T>(x: [LENGTH, 6]) -> [LENGTH, 5] {
        x -> Dense(8) -> [PreNorm(2); 2] -> RmsNorm -> Dense(5)
    }

    block PreNorm(heads)(x: [t, f]) -> [t, f] {
        let y = x + (x -> RmsNorm -> MultiHeadAttention(heads, causal: true, rotary: true, bias: false));
        y + (y -> RmsNorm -> Dense(2 * 2 * f) -> Glu -> Dropout(0.1) -> Dense(f))
    }

    /// Normalised behind each part, with sines for positions, and blocks in blocks.
    pub struct PostNorm<T>(x: [70, 9]) -> [70, 6] {
        x -> PositionalEncoding -> [Pair(3); 2] -> Dense(6) -> Softmax
    }

    block Pair(heads)(x: [t, f]) -> [t, f] {
        x -> [PostNormPart(heads); 2] -> Behind(heads)
    }

    block PostNormPart(heads)(x: [t, f]) -> [t, f] {
        let y = x + (x -> MultiHeadAttention(heads, causal: true)) -> LayerNorm;
        y + (y -> Dense(7) -> Gelu -> Dense(f)) -> LayerNorm
    }

    block Behind(heads)(x: [t, f]) -> [t, f] {
        param gate: [] = 0.5;
        let (a, b) = split(x -> Dense(2 * f), 2, axis: 1);
        let y = concat(gate * a, b, axis: 1) -> Dense(f) -> map(|x| x * sigmoid(x));
        exp(-y) -> MultiHeadAttention(heads, causal: true, dropout: 0.3) -> PRelu
    }

    /// Tied and shared weights.
    pub struct Tied<T>(text: [10] in 0..13) -> [10, 13] {
        layer attend = MultiHeadAttention(2, causal: true, rotary: true);
        let x = text -> embed: Embedding(8) -> PositionEmbedding(20);
        let y = x + (x -> attend) -> LayerNorm -> attend;
        matmul(y, transpose(embed.weight))
    }
}

network! {
    use formwork::sets::transformer;

    /// From one language into another, all of which is read at each step.
    pub struct Translate<T>(from: [7] in 0..50, to: [9] in 0..40) -> [9, 40] {
        let memory = from -> Embedding(8) -> PositionalEncoding -> [EncoderLayer(2, 12, 0.1); 2];
        let y = to -> Embedding(8) -> PositionEmbedding;
        let (y, _) = (y, memory) -> [DecoderLayer(2, 12, 0.1); 2];
        y -> Dense(40)
    }

    /// What is read has other features, as keys and as values, and numbers flow in beside.
    pub struct Writer<T>(keys: [5, 3], to: [6, 4], values: [5, 2], scale: []) -> [6, 4] {
        let y = scale * to + (to -> MultiHeadAttention(2, causal: true, rotary: true));
        y * (scale + 1) + ((y, keys, values) -> MultiHeadAttention(2, bias: false)) -> LayerNorm
    }

    /// Not all of what is read is there.
    pub struct Padded<T>(to: [6, 4], memory: [5, 4], there: [5] in 0..2) -> [6, 4] {
        let y = to + (to -> MultiHeadAttention(2, causal: true));
        y + ((y, memory) -> MultiHeadAttention(2, mask: there))
    }
}

#[test]
fn what_is_attended_to_may_be_another_sequence() {
    let network = Translate::<f64>::new(3);
    let (from, to) = (letters::<7, 50>(1), letters::<9, 40>(2));
    let (whole, mut state) = (network.predict(&from, &to), TranslateState::new());
    for round in 0..2 {
        for (i, letter) in to.iter().enumerate() {
            let y = network.step(&from, letter, &mut state).expect("room for 9");
            assert!((y - whole.column(i)).amax() < 1e-12, "step {i} of round {round}");
        }
        assert!(network.step(&from, &to[0], &mut state).is_err());
        state.reset();
    }
    // A state forgets what was read.
    let other = letters::<7, 50>(4);
    let whole = network.predict(&other, &to);
    assert!((network.step(&other, &to[0], &mut state).expect("a step") - whole.column(0)).amax() < 1e-12);

    let network = Writer::<f64>::new(4);
    let (keys, to, values) = (rows::<f64, 3, 5>(1), rows::<f64, 4, 6>(2), rows::<f64, 2, 5>(3));
    let (whole, mut state) = (network.predict(&keys, &to, &values, &0.7), WriterState::new());
    for (i, row) in to.column_iter().enumerate() {
        let y = network.step(&keys, &row.into_owned(), &values, &0.7, &mut state).expect("room for 6");
        assert!((y - whole.column(i)).amax() < 1e-12, "step {i}");
    }

    let network = Padded::<f64>::new(5);
    let (memory, there) = (rows::<f64, 4, 5>(4), letters::<5, 2>(6));
    assert!(there.iter().any(|there| there.get() == 0) && there.iter().any(|there| there.get() == 1));
    let (whole, mut state) = (network.predict(&to, &memory, &there), PaddedState::new());
    for (i, row) in to.column_iter().enumerate() {
        let y = network.step(&row.into_owned(), &memory, &there, &mut state).expect("room for 6");
        assert!((y - whole.column(i)).amax() < 1e-12, "step {i}");
    }
}

fn letters<const N: usize, const B: usize>(seed: u64) -> [Index<B>; N] {
    let mut stream = Stream::new(seed, 0);
    core::array::from_fn(|_| Index::new(stream.random_range(0..B)).expect("below the bound"))
}

fn rows<T: formwork::Real, const F: usize, const N: usize>(seed: u64) -> SMatrix<T, F, N> {
    let mut stream = Stream::new(seed, 0);
    SMatrix::from_fn(|_, _| T::of(stream.random::<f64>() - 0.5))
}

#[test]
fn steps_give_what_the_whole_sequence_does() {
    let (network, text) = (Letters::<f64>::new(3), letters::<64, 27>(1));
    let (whole, mut state) = (network.predict(&text), LettersState::new());
    for (i, letter) in text.iter().enumerate() {
        let y = network.step(letter, &mut state).expect("room for 64");
        assert!((y - whole.column(i)).amax() < 1e-12, "step {i}");
    }
    let (network, x) = (Rotary::<f64>::new(4), rows::<f64, 6, LENGTH>(2));
    let (whole, mut state) = (network.predict(&x), RotaryState::new());
    for (i, row) in x.column_iter().enumerate() {
        let y = network.step(&row.into_owned(), &mut state).expect("room for 12");
        assert!((y - whole.column(i)).amax() < 1e-12, "step {i}");
    }
    let (network, x) = (PostNorm::<f64>::new(5), rows::<f64, 9, 70>(3));
    let (whole, mut state) = (network.predict(&x), PostNormState::new());
    for (i, row) in x.column_iter().enumerate() {
        let y = network.step(&row.into_owned(), &mut state).expect("room for 70");
        assert!((y - whole.column(i)).amax() < 1e-12, "step {i}");
    }
    let (network, text) = (Tied::<f64>::new(6), letters::<10, 13>(4));
    let (whole, mut state) = (network.predict(&text), TiedState::new());
    for (i, letter) in text.iter().enumerate() {
        let y = network.step(letter, &mut state).expect("room for 10");
        assert!((y - whole.column(i)).amax() < 1e-12, "step {i}");
    }
}

#[test]
fn so_they_do_in_single_precision() {
    let (network, text) = (Letters::<f32>::new(3), letters::<64, 27>(1));
    let (whole, mut state) = (network.predict(&text), LettersState::new());
    for (i, letter) in text.iter().enumerate() {
        let y = network.step(letter, &mut state).expect("room for 64");
        assert!((y - whole.column(i)).amax() < 1e-4, "step {i}");
    }
}

#[test]
fn the_same_letters_are_written() {
    let network = Letters::<f64>::new(8);
    let beginning = letters::<5, 27>(2);
    // The whole sequence at once: what is not written yet is seen by nobody.
    let mut whole = beginning.to_vec();
    while whole.len() < 64 {
        let text = core::array::from_fn(|i| *whole.get(i).unwrap_or(&whole[0]));
        let likely = network.predict(&text).column(whole.len() - 1).imax();
        whole.push(Index::new(likely).expect("a letter"));
    }
    let (mut text, mut state) = (beginning.to_vec(), LettersState::new());
    for i in 0..63 {
        let likely = network.step(&text[i], &mut state).expect("room for 64").imax();
        if i + 1 == text.len() {
            text.push(Index::new(likely).expect("a letter"));
        }
    }
    assert_eq!(text, whole);
    assert!(text.iter().collect::<std::collections::BTreeSet<_>>().len() > 3, "{text:?}");
}

#[test]
fn a_state_is_a_plain_value() {
    let (network, text) = (Tied::<f64>::new(6), letters::<10, 13>(4));
    let mut state = TiedState::<f64>::default();
    let step = |i: usize, state: &mut TiedState<f64>| network.step(&text[i], state).expect("room");
    let first = step(0, &mut state);
    assert_eq!((state.steps(), state.is_full()), (1, false));
    let mut copy = state.clone();
    let second = step(1, &mut state);
    let third = step(2, &mut state);
    assert_eq!(copy.steps(), 1);
    assert_eq!((second, third), (step(1, &mut copy), step(2, &mut copy)));
    // Another letter before makes other scores.
    let mut other = TiedState::new();
    step(text.iter().position(|&letter| letter != text[0]).expect("another letter"), &mut other);
    assert_ne!(second, step(1, &mut other));
    state.reset();
    assert_eq!(state.steps(), 0);
    assert_eq!((first, second), (step(0, &mut state), step(1, &mut state)));
    assert_eq!(format!("{state:?}"), "Cache<Tied>(2 of 10 steps)");
}

#[test]
fn behind_the_declared_length_there_is_no_step() {
    let (network, text) = (Tied::<f32>::new(6), letters::<10, 13>(4));
    let mut state = TiedState::new();
    assert!(text.iter().all(|letter| network.step(letter, &mut state).is_ok()));
    assert!(state.is_full());
    let error = network.step(&text[0], &mut state).expect_err("no eleventh step").to_string();
    assert_eq!(
        error,
        "`Tied` is declared for 10 steps, which its state has seen all: `reset` it and begin anew, with what came last \
         if that should count, or declare a longer sequence"
    );
    assert_eq!(state.steps(), 10);
    state.reset();
    assert!(network.step(&text[0], &mut state).is_ok());
}

/// What has no step has none, whatever its causal attention: each is a legal network whose rows hang on something else.
mod without {
    use formwork::prelude::*;

    /// Has one implementation for what has no steps, and two for what has.
    pub trait Stepless<Which> {
        const COUNT: usize = 1;
    }
    impl<N> Stepless<()> for N {}
    impl<N: formwork::Steps> Stepless<formwork::Cache<N>> for N {}

    network! {
        /// Looks ahead.
        pub struct Ahead(x: [6, 4]) -> [6, 4] { x -> MultiHeadAttention(2, causal: true) -> MultiHeadAttention(2) }
        /// One output for all.
        pub struct Mean(x: [6, 4]) -> [4] { mean(x -> MultiHeadAttention(2, causal: true), axis: 0) }
        /// Takes steps for features.
        pub struct Turned(x: [4, 4]) -> [4, 4] { x -> MultiHeadAttention(2, causal: true) -> transpose -> Dense(4) }
        /// What is added hangs on the step.
        pub struct Added(x: [6, 4]) -> [6, 4] {
            param by_step: [6, 4] = 0.1;
            (x -> MultiHeadAttention(2, causal: true)) + by_step
        }
        /// A distribution over steps.
        pub struct Along(x: [6, 4]) -> [6, 4] { x -> MultiHeadAttention(2, causal: true) -> Softmax(axis: 0) }
        /// A memory beside.
        pub struct Beside(x: [6, 4], y: [6, 4]) -> [6, 4] { (x -> MultiHeadAttention(2, causal: true)) + y }
        /// Steps that only move.
        pub struct Moved(x: [6, 4]) -> [6, 4] {
            let (a, b) = split(x -> MultiHeadAttention(2, causal: true), 2, axis: 0);
            concat(b, a, axis: 0)
        }
    }

    macro_rules! stepless {
        ($($name:ident)*) => {
            /// With two it would be unclear which one is meant.
            pub fn all() -> usize {
                0 $(+ <$name as Stepless<_>>::COUNT)*
            }
        };
    }
    stepless! { Ahead Mean Turned Added Along Beside Moved }
}

#[test]
fn there_is_no_step_where_something_else_counts() {
    assert_eq!(without::all(), 7);
}
