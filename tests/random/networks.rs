//! Drawn by `generator.rs`: not to be changed by hand.

use super::differences::{check_batch, places};
use super::{drawn, indices};
use formwork::prelude::*;

network! {
    struct Random0<T>(gain: [], image: [2, 6, 5]) -> [134] {
        let v2 = image -> Conv2d(2, kernel: 1);
        let v3 = v2 -> InstanceNorm2d(eps: 0.05, affine: true);
        let v4 = ln(gain * gain + 0.5);
        let v5 = mean(v3);
        let v6 = v4 -> Tanh;
        let v7 = permute(v2, [0, 2, 1]);
        let v8 = v7 / (v6 * v6 + 1);
        let v9 = v5 -> Hardtanh;
        let v10 = min(v9, v4);
        let v11 = expand(v10, [2]);
        let v12 = v8 -> Flatten;
        let v13 = v11 + v11;
        let v14 = v7 -> ConvTranspose2d(2, kernel: (1, 3), stride: (1, 2), padding: 1, output_padding: (0, 1), dilation: 1, groups: 1);
        let _v15 = v12 -> LeakyRelu;
        concat(v12, v13, reshape(v14, [72]), axis: 0)
    }
}

#[test]
fn random0() {
    let gain = drawn(3 + 2, 0);
    let image = drawn(3 + 2, 1);
    check_batch::<Random0<f64>>(Random0Batch { gain: &gain, image: &image }, &places(3));
}

network! {
    struct Random1<T>(x: [9], series: [6, 6], gain: []) -> (out0: [9], out1: [19]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(6);
        let v5 = v3 -> Gelu;
        let v6 = v5 -> LayerNorm(eps: 0.05, affine: false);
        let v7 = matmul(tanh(v4), v4 / 6);
        let v8 = v7 -> ConvTranspose1d(6, kernel: 2, stride: 2, padding: 0, output_padding: 0, dilation: 2, groups: 6);
        let v9 = v8 -> Selu;
        let v10 = v6 * tanh(v5);
        let v11 = v9 -> MaxPool1d(2, stride: 3, padding: 1);
        let v12 = v11 -> GlobalAvgPool1d;
        let v13 = cos(gain);
        let _v14 = abs(v10);
        let _v15 = v12 -> LogSigmoid;
        let v16 = v13 -> LeakyRelu(0.2);
        let v17 = v11 -> Conv1d(2, kernel: 2, stride: 1, padding: 1, dilation: 1, bias: false);
        (v10, concat(v12, expand(v16, [1]), reshape(v17, [12]), axis: 0))
    }
}

#[test]
fn random1() {
    let x = drawn(3 + 2, 10);
    let series = drawn(3 + 2, 11);
    let gain = drawn(3 + 2, 12);
    check_batch::<Random1<f64>>(Random1Batch { x: &x, series: &series, gain: &gain }, &places(3));
}

network! {
    struct Random2<T>(x: [6], image: [1, 7, 6], volume: [1, 4, 4, 4]) -> (out0: [1, 4, 4, 4], out1: [88]) {
        let v3 = x -> Dense(6);
        let v4 = image -> Conv2d(1, kernel: 1);
        let v5 = volume -> Conv3d(1, kernel: 1);
        let v6 = v3 -> Glu;
        let v7 = v4 -> GlobalAvgPool2d;
        let v8 = v7 -> GaussianNoise(0.25);
        let v9 = v4 -> GroupNorm(1, eps: 0.05);
        let v10 = sin(v5);
        let (v11, v12) = split(v9, 2, axis: 2);
        let v13 = concat(v12, v9, axis: 2);
        let v14 = v10 -> Hardswish;
        let v15 = v6 -> LogSoftmax;
        let v16 = exp(tanh(v8));
        let v17 = slice(v16, axis: 0, 0..1);
        let v18 = v11 -> Relu6;
        let v19 = v13 -> Softmax;
        (v14, concat(v15, v17, reshape(v18, [21]), reshape(v19, [63]), axis: 0))
    }
}

#[test]
fn random2() {
    let x = drawn(3 + 2, 20);
    let image = drawn(3 + 2, 21);
    let volume = drawn(3 + 2, 22);
    check_batch::<Random2<f64>>(Random2Batch { x: &x, image: &image, volume: &volume }, &places(3));
}

network! {
    struct Random3<T>(x: [4], series: [6, 6], image: [1, 7, 6], gain: []) -> [112] {
        let v4 = x -> Dense(4);
        let v5 = series -> Dense(6);
        let v6 = image -> Conv2d(1, kernel: 1);
        let v7 = softplus(v4);
        let v8 = gain -> Relu;
        let v9 = v6 -> Silu;
        let v10 = v9 -> AvgPool2d(2);
        let v11 = v7 -> RmsNorm(eps: 0.05);
        let v12 = v10 -> MaxPool2d(2);
        let v13 = pow(v6 * tanh(v6) + 0.5, sigmoid(v6));
        let v14 = map(v11, v7, |p, q| p * sigmoid(q) - 0.5 * q);
        let v15 = v14 -> Dense(5);
        let v16 = v8 -> LogSigmoid;
        let v17 = v12 -> ZeroPad2d((1, 2, 2, 0));
        let v18 = v13 -> AdaptiveAvgPool2d((4, 4));
        let v19 = max(v9, 0.5 - v9);
        concat(reshape(v5, [36]), v15, expand(v16, [1]), reshape(v17, [12]), reshape(v18, [16]), reshape(v19, [42]), axis: 0)
    }
}

#[test]
fn random3() {
    let x = drawn(3 + 2, 30);
    let series = drawn(3 + 2, 31);
    let image = drawn(3 + 2, 32);
    let gain = drawn(3 + 2, 33);
    check_batch::<Random3<f64>>(Random3Batch { x: &x, series: &series, image: &image, gain: &gain }, &places(3));
}

network! {
    struct Random4<T>(x: [9], series: [6, 6], image: [2, 6, 5], volume: [1, 4, 4, 4], gain: []) -> (out0: [], out1: [6], out2: [177]) {
        let v5 = x -> Dense(9);
        let v6 = series -> Dense(6);
        let v7 = image -> Conv2d(2, kernel: 1);
        let v8 = volume -> Conv3d(1, kernel: 1);
        let v9 = v8 -> Dropout(0.25);
        let v10 = sum(v6, axis: 1);
        let v11 = v10 -> BatchNorm1d(eps: 0.05, statistics: running);
        let v12 = v5 -> Celu(0.7);
        let v13 = abs(v9);
        let v14 = v13 -> Conv3d(2, kernel: (1, 2, 3), stride: (2, 2, 1), padding: (1, 2, 2), dilation: (1, 1, 2), bias: false);
        let v15 = v7 -> AlphaDropout(0.25);
        let v16 = v15 -> Softsign;
        let v17 = v16 -> GlobalMaxPool2d;
        let v18 = v14 -> Elu(0.7);
        let v19 = v18 -> Hardsigmoid;
        let v20 = v15 -> Conv2d(4, kernel: 1) -> PixelShuffle(2);
        let v21 = v20 -> Conv2d(1, kernel: 2, stride: (1, 2), padding: (2, 1), dilation: 2);
        (gain, v11, concat(v12, v17, reshape(v19, [96]), reshape(v21, [70]), axis: 0))
    }
}

#[test]
fn random4() {
    let x = drawn(3 + 2, 40);
    let series = drawn(3 + 2, 41);
    let image = drawn(3 + 2, 42);
    let volume = drawn(3 + 2, 43);
    let gain = drawn(3 + 2, 44);
    check_batch::<Random4<f64>>(Random4Batch { x: &x, series: &series, image: &image, volume: &volume, gain: &gain }, &places(3));
}

network! {
    struct Random5<T>(x: [6], gain: [], tokens: [3] in 0..6) -> (out0: [3, 3], out1: [6], out2: [4]) {
        let v3 = x -> Dense(6);
        let v4 = tokens -> Embedding(3);
        let v5 = sqrt(v4 * v4 + 0.5);
        let v6 = v5 -> AvgPool1d(3);
        let v7 = v5 - v5;
        let v8 = 2 / (v7 * v7 + 1);
        let v9 = reshape(v8, [3, 3]);
        let _v10 = transpose(v6);
        let v11 = v3 -> Mish;
        let v12 = transpose(v9);
        let v13 = sigmoid(v11);
        let _v14 = v12 -> PRelu(per_channel: true);
        let v15 = gain -> PRelu;
        let v16 = v6 -> LeakyRelu(0.2);
        let v17 = tanh(v15);
        (v12, v13, concat(reshape(v16, [3]), expand(v17, [1]), axis: 0))
    }
}

#[test]
fn random5() {
    let x = drawn(3 + 2, 50);
    let gain = drawn(3 + 2, 51);
    let tokens = indices::<6, 3>(3 + 2, 52);
    check_batch::<Random5<f64>>(Random5Batch { x: &x, gain: &gain, tokens: &tokens }, &places(3));
}

network! {
    struct Random6<T>(x: [9], series: [9, 3], gain: []) -> (out0: [], out1: [11]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = v4 -> AlphaDropout(0.25);
        let v6 = slice(v5, axis: 0, 7..9);
        let v7 = v6 -> Conv1d(6, kernel: 2, stride: 2, padding: 0, dilation: 1, groups: 3);
        let v8 = v3 -> Softmax(axis: 0);
        let _v9 = v6 + gain;
        let v10 = cos(v7);
        let v11 = transpose(v10);
        let v12 = exp(tanh(v8));
        let v13 = gain + gain;
        let v14 = v11 -> BatchNorm1d(eps: 0.05, statistics: running);
        let v15 = mean(v12);
        let v16 = sum(v14, axis: 0);
        let v17 = concat(v16, v8, axis: 0);
        (v13, concat(expand(v15, [1]), v17, axis: 0))
    }
}

#[test]
fn random6() {
    let x = drawn(3 + 2, 60);
    let series = drawn(3 + 2, 61);
    let gain = drawn(3 + 2, 62);
    check_batch::<Random6<f64>>(Random6Batch { x: &x, series: &series, gain: &gain }, &places(3));
}

network! {
    struct Random7<T>(series: [9, 3], image: [1, 7, 6], volume: [1, 4, 4, 4], gain: [], tokens: [1] in 0..7) -> (out0: [9, 3], out1: [196]) {
        let v5 = series -> Dense(3);
        let v6 = image -> Conv2d(1, kernel: 1);
        let v7 = volume -> Conv3d(1, kernel: 1);
        let v8 = tokens -> Embedding(3);
        let v9 = v6 -> BatchNorm2d(eps: 0.05, affine: false);
        let v10 = v9 -> Dropout2d(0.25);
        let v11 = v7 -> PRelu;
        let v12 = v10 -> Upsample(size: (2, 1));
        let v13 = sqrt(v11 * v11 + 0.5);
        let v14 = v8 -> LayerNorm(eps: 0.05);
        let v15 = permute(v13, [1, 3, 0, 2]);
        let v16 = gain -> Relu;
        let v17 = v16 -> LogSigmoid;
        let v18 = 1 - v15;
        let v19 = v17 -> map(|p| { let s = sin(p); s * s - p / 3 });
        let v20 = v10 -> Conv2d(3, kernel: (1, 2), padding: same);
        let _v21 = v5 -> AvgPool1d(2, stride: 3, padding: 0);
        (v5, concat(reshape(v12, [2]), reshape(v14, [3]), reshape(v18, [64]), expand(v19, [1]), reshape(v20, [126]), axis: 0))
    }
}

#[test]
fn random7() {
    let series = drawn(3 + 2, 70);
    let image = drawn(3 + 2, 71);
    let volume = drawn(3 + 2, 72);
    let gain = drawn(3 + 2, 73);
    let tokens = indices::<7, 1>(3 + 2, 74);
    check_batch::<Random7<f64>>(Random7Batch { series: &series, image: &image, volume: &volume, gain: &gain, tokens: &tokens }, &places(3));
}

network! {
    struct Random8<T>(x: [6], volume: [1, 4, 4, 4], gain: []) -> (out0: [2], out1: [4], out2: [204]) {
        let v3 = x -> Dense(6);
        let v4 = volume -> Conv3d(1, kernel: 1);
        let v5 = gain -> Hardtanh(min: -0.5, max: 0.7);
        let v6 = abs(v3);
        let v7 = v4 / (v5 * v5 + 1);
        let v8 = reshape(v7, [4, 1, 16]);
        let v9 = sin(v6);
        let (v10, v11, v12) = split(v9, 3, axis: 0);
        let v13 = v8 -> GlobalMaxPool2d;
        let _v14 = pow(v12 * tanh(v12) + 0.5, sigmoid(v11));
        let v15 = v8 -> Flatten;
        let v16 = v12 -> RmsNorm(eps: 0.05);
        let v17 = v11 -> Dropout(0.25);
        let v18 = v8 -> ConvTranspose2d(4, kernel: 2, stride: (2, 1), padding: 0, output_padding: 0, dilation: 1, groups: 2);
        let v19 = v18 -> BatchNorm2d(eps: 0.05, affine: false);
        (v10, v13, concat(v15, v16, v17, reshape(v19, [136]), axis: 0))
    }
}

#[test]
fn random8() {
    let x = drawn(3 + 2, 80);
    let volume = drawn(3 + 2, 81);
    let gain = drawn(3 + 2, 82);
    check_batch::<Random8<f64>>(Random8Batch { x: &x, volume: &volume, gain: &gain }, &places(3));
}

network! {
    struct Random9<T>(series: [6, 6], image: [1, 7, 6]) -> [98] {
        let v2 = series -> Dense(6);
        let v3 = image -> Conv2d(1, kernel: 1);
        let v4 = v3 -> GroupNorm(1, eps: 0.05);
        let v5 = v4 -> Elu;
        let v6 = max(v5, 0.5 - v5);
        let v7 = v6 -> Selu;
        let v8 = expand(v2, [2, 6, 6]);
        let v9 = softplus(v8);
        let v10 = v9 -> LogSoftmax(axis: 0);
        let _v11 = v10 -> AdaptiveAvgPool2d((3, 5));
        let v12 = v7 -> AdaptiveAvgPool2d((6, 4));
        let v13 = pow(v8 * tanh(v8) + 0.5, sigmoid(v9));
        let v14 = v10 -> Sigmoid;
        let v15 = v14 -> GlobalAvgPool2d;
        let v16 = min(v13, v8);
        concat(reshape(v12, [24]), v15, reshape(v16, [72]), axis: 0)
    }
}

#[test]
fn random9() {
    let series = drawn(3 + 2, 90);
    let image = drawn(3 + 2, 91);
    check_batch::<Random9<f64>>(Random9Batch { series: &series, image: &image }, &places(3));
}

network! {
    struct Random10<T>(x: [9], series: [7, 4], gain: []) -> [35] {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(4);
        let v5 = v4 -> GlobalAvgPool1d;
        let v6 = gain -> Hardswish;
        let v7 = v4 -> ConvTranspose1d(4, kernel: 3, stride: 1, padding: 0, output_padding: 0, dilation: 1, groups: 4);
        let v8 = v5 -> Dense(5);
        let v9 = v7 -> Glu;
        let v10 = v9 -> AvgPool1d(2);
        let v11 = v10 -> MaxPool1d(3);
        let v12 = v11 -> GaussianNoise(0.25);
        let v13 = v8 -> Softsign;
        let v14 = v3 -> Gelu(approximate: tanh);
        let v15 = v14 -> Relu6;
        let v16 = v15 -> Celu(0.7);
        let v17 = matmul(tanh(v7), v10 / 4);
        concat(expand(v6, [1]), reshape(v12, [2]), v13, v16, reshape(v17, [18]), axis: 0)
    }
}

#[test]
fn random10() {
    let x = drawn(3 + 2, 100);
    let series = drawn(3 + 2, 101);
    let gain = drawn(3 + 2, 102);
    check_batch::<Random10<f64>>(Random10Batch { x: &x, series: &series, gain: &gain }, &places(3));
}

network! {
    struct Random11<T>(x: [9], series: [9, 3], tokens: [2] in 0..7) -> (out0: [4, 2], out1: [144]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = tokens -> Embedding(4);
        let v6 = v4 -> Silu;
        let v7 = v6 * tanh(v4);
        let v8 = v5 - v5;
        let v9 = v7 -> Mish;
        let v10 = ln(v9 * v9 + 0.5);
        let v11 = v8 -> Hardsigmoid;
        let v12 = v10 -> Silu;
        let _v13 = v3 -> Hardswish;
        let v14 = transpose(v11);
        let v15 = v3 -> Hardswish;
        let v16 = pow(v7 * tanh(v7) + 0.5, sigmoid(v10));
        let v17 = expand(v12, [2, 9, 3]);
        let v18 = v17 -> Conv2d(4, kernel: 1) -> PixelShuffle(2);
        (v14, concat(v15, reshape(v16, [27]), reshape(v18, [108]), axis: 0))
    }
}

#[test]
fn random11() {
    let x = drawn(3 + 2, 110);
    let series = drawn(3 + 2, 111);
    let tokens = indices::<7, 2>(3 + 2, 112);
    check_batch::<Random11<f64>>(Random11Batch { x: &x, series: &series, tokens: &tokens }, &places(3));
}
