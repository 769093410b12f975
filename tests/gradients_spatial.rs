//! Networks over sequences, images and volumes against finite differences, in f64.

mod common;

use common::differences::check;
use formwork::prelude::*;

network! {
    pub struct Sequence<T>(x: [13, 3]) -> [2] {
        let a = x -> Conv1d(4, kernel: 3, padding: same) -> BatchNorm1d -> Tanh;
        let b = a -> Conv1d(4, kernel: 3, padding: 2, dilation: 2, groups: 2, bias: false) -> Silu;
        let c = b -> Conv1d(4, kernel: 3, groups: 4, padding: 1);
        a + c
            -> MaxPool1d(3, stride: 2, padding: 1)
            -> Conv1d(6, kernel: 2, stride: 2) -> Gelu
            -> AvgPool1d(2, stride: 1)
            -> GlobalAvgPool1d
            -> Dense(2)
    }
}

#[test]
fn sequences() {
    check::<Sequence<f64>>(3);
}
