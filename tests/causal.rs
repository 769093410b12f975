//! Convolutions along a sequence that read nothing to come.

mod common;

use common::differences::{check, draw};
use formwork::Parameters;
use formwork::prelude::*;

network! {
    /// A small WaveNet (van den Oord et al., 2016).
    pub struct Wave<T>(x: [17, 2]) -> [17, 1] {
        let a = x -> Conv1d(4, kernel: 2, padding: causal) -> Tanh;
        let b = a + (a -> Conv1d(4, kernel: 2, padding: causal, dilation: 2) -> Tanh);
        let c = b + (b -> Conv1d(4, kernel: 3, padding: causal, dilation: 4, groups: 2) -> Tanh);
        c -> LayerNorm -> Dense(1)
    }

    pub struct Causal<T>(x: [9, 3]) -> [9, 2] { x -> Conv1d(2, kernel: 3, padding: causal, dilation: 2) }

    /// Zeros on both sides; the first outputs are those of zeros before alone.
    pub struct Padded<T>(x: [9, 3]) -> [13, 2] { x -> Conv1d(2, kernel: 3, padding: 4, dilation: 2) }

    pub struct Strided<T>(x: [9, 3]) -> [5, 2] { x -> Conv1d(2, kernel: 3, padding: causal, stride: 2) }
}

#[test]
fn gradients_agree_with_differences() {
    check::<Wave<f64>>(3);
    check::<Causal<f64>>(2);
    check::<Strided<f64>>(2);
}

#[test]
fn nothing_to_come_is_read() {
    let wave = Wave::<f64>::new(1);
    let mut x = SMatrix::<f64, 2, 17>::zeros();
    draw(x.as_mut_slice(), 2);
    let before = wave.predict(&x);
    for step in 0..17 {
        let mut other = x;
        other[(0, step)] += 1.0;
        let after = wave.predict(&other);
        assert_eq!(before.columns(0, step), after.columns(0, step));
        assert_ne!(before[(0, step)], after[(0, step)]);
    }
}

#[test]
fn it_is_a_convolution_with_zeros_before() {
    let (causal, mut padded) = (Causal::<f64>::new(1), Padded::<f64>::new(2));
    padded.as_mut_slice().copy_from_slice(causal.as_slice());
    let mut x = SMatrix::<f64, 3, 9>::zeros();
    draw(x.as_mut_slice(), 3);
    let (y, longer) = (causal.predict(&x), padded.predict(&x));
    assert!((y - longer.fixed_columns::<9>(0)).amax() < 1e-14);
}
