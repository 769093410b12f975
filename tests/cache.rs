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
