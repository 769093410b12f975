//! Arithmetic, functions and structure between values: whole networks against finite differences, and against the same
//! written by hand.

mod common;

use common::differences::{self, check};
use formwork::prelude::*;
use nalgebra::{SMatrix, SVector};

network! {
    /// All operators between two values, one of which is used again and again.
    #[allow(formwork::unnamed_twins)]
    pub struct Operators<T>(x: [4]) -> [3] {
        let a = x -> Dense(3) -> Tanh;
        let b = x -> Dense(3) -> Softplus;
        let c = a * b - a / (b + 1.5) + b * b;
        -(c - 2.0 * a) / 4 + (1 - b) * a - 0.5 / (b + 1)
    }

    /// A value with a scalar, on either side of each operator.
    pub struct Scalars<T>(x: [5]) -> [2, 3] {
        let m = x -> Dense(6) -> reshape([2, 3]) -> Tanh;
        let s = mean(x -> Dense(3) -> Softplus) + 0.5;
        let t = sum(x -> Dense(2));
        m * s - s * m / 3 + m / s + s / (m + 2.0) + (t - m) + (m - t) * t + (s + m) + pow(s, m) + max(m, t) + min(t, m)
    }

    /// Two scalars, and a scalar that comes out.
    pub struct Score<T>(x: [3]) -> [] {
        let a = x -> Dense(4) -> sum;
        let b = mean(x -> Dense(2));
        a * b + sqrt(a * a + 1) / (2 + sin(b)) - a
    }

    pub struct Functions<T>(x: [4]) -> [7] {
        let a = x -> Dense(7);
        let p = softplus(a) + 0.3;
        exp(a / 2) + ln(p) * sqrt(p) + abs(a) - sin(a) * cos(a) + tanh(a) * sigmoid(a) + relu(a) * p
            + min(a, p) + max(a, 0.25) + min(0.1, a) + pow(a, 3) + pow(p, 1.7) + pow(p, a) + pow(2.0, a) + pow(a, 0)
    }

    pub struct Reductions<T>(image: [3, 4, 5]) -> [4, 5] {
        let y = image -> Conv2d(2, kernel: 3, padding: 1) -> Tanh;
        let rows = sum(y, axis: 2);
        let columns = mean(y, axis: 1);
        let both = mean(y, axis: (0, 2));
        let plane = sum(y, axis: 0);
        plane * sum(y) + matmul(transpose(rows), columns) + expand(reshape(both, [4, 1]), [4, 5])
    }

    /// Matrices: an attention written by hand.
    #[allow(formwork::unnamed_twins)]
    pub struct Products<T>(x: [3, 4]) -> [3, 5] {
        let q = x -> Dense(2);
        let k = x -> Dense(2);
        let v = x -> Dense(5);
        let scores = matmul(q, transpose(k)) / sqrt(mean(x -> Dense(1)) + 4);
        matmul(scores -> Softmax, v)
    }

    /// Images joined, cut and turned.
    pub struct Images<T>(image: [2, 4, 4]) -> [4, 4, 3] {
        let a = image -> Conv2d(3, kernel: 1) -> Silu;
        let b = image -> Conv2d(2, kernel: 3, padding: 1) -> Tanh;
        let c = concat(a, b, a, axis: 0);
        let (d, e) = split(c, 2, axis: 0);
        let f = concat(slice(d, axis: 1, 1..3), slice(e, axis: 1, 0..2), axis: 1);
        let g = concat(slice(f, axis: 2, 0..1), e -> slice(axis: 2, 1..4), axis: 2);
        g * (d -> permute([0, 2, 1])) - f -> slice(axis: 0, 1..4) -> permute([2, 1, 0])
    }

    /// Squeeze and excite: a gate for each channel.
    pub struct Excite<T>(image: [2, 5, 4]) -> [6, 5, 4] {
        let y = image -> Conv2d(6, kernel: 3, padding: 1);
        let gate = y -> GlobalAvgPool2d -> Dense(2) -> Relu -> Dense(6) -> Sigmoid;
        let bias = y -> Conv2d(1, kernel: 1);
        let width = mean(y, axis: (0, 1));
        y * expand(gate, [6, 5, 4]) + expand(bias, [6, 5, 4]) + expand(width, [6, 5, 4]) * expand(sum(y), [6, 5, 4])
    }

    /// A part of a split that nobody reads, vectors and matrices in pieces.
    pub struct Pieces<T>(x: [6], m: [4, 3]) -> (vector: [5], matrix: [5, 3]) {
        let (a, _, c) = split(x -> Dense(6), 3, axis: 0);
        let y = m -> Dense(3);
        let joined = concat(y, slice(y, axis: 0, 2..3) * 2, axis: 0);
        (concat(a, c, slice(a, axis: 0, 1..2), axis: 0), joined)
    }

    /// Volumes, whose channels lie innermost as those of images do.
    pub struct Volumes<T>(x: [2, 3, 2, 4]) -> [4, 3, 2] {
        let y = x -> Conv3d(3, kernel: 1) -> Tanh;
        let z = concat(y, x -> Conv3d(1, kernel: 1), axis: 0);
        let turned = permute(z, [3, 0, 1, 2]);
        let plane = sum(slice(turned, axis: 1, 1..4), axis: 2);
        plane * mean(y) + expand(mean(z, axis: (0, 1, 2)), [4, 3, 2])
    }

    /// The sampling of a variational autoencoder.
    #[allow(formwork::unnamed_twins)]
    pub struct Sampling<T>(x: [5], noise: [3]) -> (mean: [3], log_var: [3], z: [3]) {
        let hidden = x -> Dense(4) -> Tanh;
        let mean = hidden -> Dense(3);
        let log_var = hidden -> Dense(3);
        (mean, log_var, mean + exp(log_var / 2) * noise)
    }

    /// What only moves or only computes, without a weight.
    pub struct Plain(x: [2, 3]) -> (turned: [3, 2], doubled: [2, 3], rest: [2, 2], all: [2], total: []) {
        (transpose(x), 2 * x, slice(x, axis: 1, 1..3), sum(x, axis: 1), sum(x))
    }
}

fn drawn<V: Tensor<Scalar = f64>>(len: usize, seed: u64) -> Vec<V> {
    let mut values = formwork::tensor::zeroed_vec::<V>(len);
    differences::draw(formwork::tensor::flat_mut(&mut values), seed);
    values
}

#[test]
fn operators() {
    check::<Operators<f64>>(3);
}

#[test]
fn a_value_with_a_scalar() {
    check::<Scalars<f64>>(3);
}

#[test]
fn a_scalar_comes_out() {
    check::<Score<f64>>(3);
}

#[test]
fn functions() {
    check::<Functions<f64>>(3);
}

#[test]
fn reductions() {
    check::<Reductions<f64>>(2);
}

#[test]
fn products_of_matrices() {
    check::<Products<f64>>(3);
}

#[test]
fn images_in_pieces() {
    check::<Images<f64>>(2);
}

#[test]
fn volumes() {
    check::<Volumes<f64>>(2);
}

#[test]
fn gates() {
    check::<Excite<f64>>(2);
}

#[test]
fn pieces() {
    let (x, m) = (drawn(4, 22), drawn(4, 23));
    differences::check_batch::<Pieces<f64>>(PiecesBatch { x: &x, m: &m }, &differences::places(2));
}

#[test]
fn sampling() {
    let (x, noise) = (drawn(5, 24), drawn(5, 25));
    differences::check_batch::<Sampling<f64>>(
        SamplingBatch { x: &x, noise: &noise },
        &differences::places(3),
    );
}

#[test]
fn what_has_no_weights() {
    let network = Plain::new(1);
    // nalgebra's matrix is three rows by two columns: ours, row-major, two by three.
    let x = SMatrix::<f32, 3, 2>::from_column_slice(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let y = network.predict(&x);
    assert_eq!(y.turned.scalars(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    assert_eq!(y.doubled, 2.0 * x);
    assert_eq!(y.rest.scalars(), [2.0, 3.0, 5.0, 6.0]);
    assert_eq!(y.all, SVector::from([6.0, 15.0]));
    assert_eq!(y.total, 21.0);
    assert_eq!(Plain::PARAMETERS, 0);
}

/// Images are channels last inside; what comes out is row-major all the same.
#[test]
fn images_as_they_are_written() {
    network! {
        struct Turned(image: [2, 2, 3]) -> (turned: [3, 2, 2], joined: [4, 2, 3], cut: [2, 1, 3], high: [2, 3]) {
            (permute(image, [2, 0, 1]), concat(image, -image, axis: 0), slice(image, axis: 1, 1..2), sum(image, axis: 1))
        }
    }
    let mut image = [SMatrix::<f32, 3, 2>::zeros(); 2];
    image.scalars_mut().iter_mut().enumerate().for_each(|(i, x)| *x = i as f32);
    let y = Turned::new(1).predict(&image);
    for c in 0..2 {
        for h in 0..2 {
            for w in 0..3 {
                assert_eq!(y.turned.scalars()[(w * 2 + c) * 2 + h], image.scalars()[(c * 2 + h) * 3 + w]);
            }
        }
    }
    assert_eq!(y.joined.scalars()[..12], *image.scalars());
    assert_eq!(y.joined.scalars()[17], -5.0);
    assert_eq!(y.cut.scalars(), [3.0, 4.0, 5.0, 9.0, 10.0, 11.0]);
    assert_eq!(y.high.scalars(), [3.0, 5.0, 7.0, 15.0, 17.0, 19.0]);
}
