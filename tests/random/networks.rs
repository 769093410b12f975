//! Drawn by `generator.rs`: not to be changed by hand.

use super::differences::{check_batch, places};
use super::{drawn, indices};
use formwork::prelude::*;

network! {
    struct Random0<T>(gain: [], image: [2, 6, 5]) -> (out0: [], out1: [152]) {
        let v2 = image -> Conv2d(2, kernel: 1);
        param table: [2, 4, 4] = glorot_uniform;
        let v4 = v2 -> BatchNorm2d(eps: 0.05, momentum: cumulative);
        let v5 = v4 -> AlphaDropout(0.25);
        let v6 = v5 -> Conv2d(4, kernel: 1) -> PixelShuffle(2);
        let v7 = tanh(gain);
        let v8 = permute(table, [1, 0, 2]);
        let v9 = cos(v6);
        let v10 = sqrt(v7 * v7 + 0.5);
        let v11 = v9 -> LayerNorm(eps: 0.05, affine: false);
        let v12 = relu(v8);
        let v13 = v11 -> LogSoftmax;
        let v14 = exp(tanh(v13));
        let v15 = max(v8, 0.5 - v12);
        let v16 = sigmoid(v14);
        (v10, concat(reshape(v15, [32]), reshape(v16, [120]), axis: 0))
    }
}

#[test]
fn random0() {
    let gain = drawn(3 + 2, 0);
    let image = drawn(3 + 2, 1);
    check_batch::<Random0<f64>>(Random0Batch { gain: &gain, image: &image }, &places(3));
}

network! {
    struct Random1<T>(x: [9], series: [6, 6], gain: []) -> (out0: [9], out1: [3, 6], out2: [20]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(6);
        param table: [3, 4] = glorot_uniform;
        let v6 = min(v4, v4);
        let v7 = slice(table, axis: 1, 3..4);
        let v8 = gain -> Hardtanh(min: -0.5, max: 0.7);
        let v9 = v6 -> AvgPool1d(2, stride: 2, padding: 0, count_include_pad: false);
        let v10 = series * tanh(v6);
        let v11 = v7 -> MaxPool1d(3);
        let v12 = v9 -> Elu;
        let v13 = ln(v12 * v12 + 0.5);
        let v14 = v8 -> Silu;
        let v15 = v10 -> Softmax(axis: 1);
        let v16 = v15 -> Glu;
        let v17 = v11 + zeros([1, 1]);
        let v18 = pow(v17 * tanh(v17) + 0.5, sigmoid(v11));
        (v3, v13, concat(expand(v14, [1]), reshape(v16, [18]), reshape(v18, [1]), axis: 0))
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
    struct Random2<T>(x: [6], image: [1, 7, 6], volume: [1, 4, 4, 4]) -> (out0: [6], out1: [192]) {
        let v3 = x -> Dense(6);
        let v4 = image -> Conv2d(1, kernel: 1);
        let v5 = volume -> Conv3d(1, kernel: 1);
        param table: [3, 4] = he_normal;
        let v7 = v4 -> Dropout2d(0.25);
        let v8 = v3 -> LeakyRelu;
        let v9 = transpose(table);
        let v10 = concat(v4, v4, axis: 2);
        let v11 = v9 -> Mish;
        let v12 = mean(v5, axis: 3);
        let v13 = sin(v11);
        let v14 = v10 -> ConvTranspose2d(1, kernel: 3, stride: 1, padding: (0, 1), output_padding: 0, dilation: (2, 1), groups: 1);
        let v15 = v13 -> GlobalAvgPool1d;
        let v16 = v12 - ones([1, 4, 4]);
        let v17 = v3 + v3;
        let v18 = v7 - image;
        let v19 = v16 -> MaxPool2d(2, stride: 1, padding: 0);
        (v8, concat(reshape(v14, [132]), v15, v17, reshape(v18, [42]), reshape(v19, [9]), axis: 0))
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
    struct Random3<T>(x: [4], series: [6, 6], image: [1, 7, 6], gain: []) -> [89] {
        let v4 = x -> Dense(4);
        let v5 = series -> Dense(6);
        let v6 = image -> Conv2d(1, kernel: 1);
        param table: [3, 4] = he_normal;
        let v8 = v6 -> AdaptiveAvgPool2d((5, 1));
        let _v9 = v8 -> Upsample(size: (2, 1), mode: bilinear);
        let _v10 = v8 -> LogSigmoid;
        let v11 = v8 -> Dropout(0.25);
        let v12 = v11 -> Upsample(2, mode: bilinear, align_corners: true);
        let v13 = reshape(v5, [36]);
        let v14 = v12 -> Flatten;
        let v15 = table -> Celu;
        let v16 = v15 -> Relu6;
        let v17 = abs(v14);
        let (v18, v19, v20) = split(v16, 3, axis: 0);
        let v21 = v18 -> Hardswish;
        let v22 = v6 -> AvgPool2d(3, stride: (2, 1), padding: (1, 0), count_include_pad: false);
        concat(expand(gain, [1]), v4, v13, v17, reshape(v19, [4]), reshape(v20, [4]), reshape(v21, [4]), reshape(v22, [16]), axis: 0)
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
    struct Random4<T>(x: [9], series: [6, 6], image: [2, 6, 5], volume: [1, 4, 4, 4], gain: []) -> (out0: [], out1: [244]) {
        let v5 = x -> Dense(9);
        let v6 = series -> Dense(6);
        let v7 = image -> Conv2d(2, kernel: 1);
        let v8 = volume -> Conv3d(1, kernel: 1);
        param table: [3, 4] = glorot_uniform;
        let v10 = v6 -> ConvTranspose1d(2, kernel: 2, stride: 1, padding: 0, output_padding: 0, dilation: 1, groups: 2);
        let v11 = v7 -> ZeroPad2d((1, 0, 1, 2));
        let v12 = v8 -> Conv3d(2, kernel: (2, 3, 3), stride: (1, 2, 1), padding: 1, dilation: 1);
        let v13 = v12 -> Softsign;
        let v14 = max(v11, 0.25);
        let v15 = v14 -> PRelu;
        let v16 = v13 -> LogSigmoid;
        let _v17 = v10 -> Conv1d(1, kernel: 2, stride: 1, padding: 2, dilation: 2);
        let v18 = v15 -> GroupNorm(2, eps: 0.05);
        let v19 = v10 -> Dense(5, bias: false);
        let _v20 = v18 -> Conv2d(4, kernel: (2, 3), stride: (2, 1), padding: (0, 1), dilation: 2);
        let _v21 = v16 -> map(|p| tanh(p) * cos(p) + 0.1);
        let v22 = table -> RmsNorm(eps: 0.05);
        (gain, concat(v5, reshape(v16, [80]), reshape(v18, [108]), reshape(v19, [35]), reshape(v22, [12]), axis: 0))
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
    struct Random5<T>(x: [6], gain: [], tokens: [3] in 0..6) -> (out0: [], out1: [2, 6], out2: [5]) {
        let v3 = x -> Dense(6);
        let v4 = tokens -> Embedding(3);
        param table: [5] = he_normal;
        let v6 = v4 -> Hardsigmoid;
        let v7 = expand(v3, [2, 6]);
        let v8 = v6 / (gain * gain + 1);
        let v9 = v8 -> Softplus(beta: 2.0);
        let v10 = table -> Gelu;
        let v11 = v10 -> map(|p| { let s = sin(p); s * s - p / 3 });
        let v12 = v9 -> BatchNorm1d(eps: 0.05, momentum: 0.3);
        let v13 = v12 -> GaussianNoise(0.25);
        let v14 = matmul(tanh(v13), v12 / 3);
        let v15 = v11 - normal([5]);
        let v16 = sum(v15);
        let v17 = v7 -> Selu;
        let v18 = v14 -> Conv1d(1, kernel: 3, stride: 1, padding: 2, dilation: 1);
        (v16, v17, reshape(v18, [5]))
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
    struct Random6<T>(x: [9], series: [9, 3], gain: []) -> (out0: [], out1: [82]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = v3 -> RmsNorm(eps: 0.05);
        let v6 = pow(v5 * tanh(v5) + 0.5, sigmoid(v3));
        let v7 = v4 -> ConvTranspose1d(3, kernel: 2, stride: 2, padding: 1, output_padding: 0, dilation: 2, groups: 3);
        let v8 = v7 - normal([17, 3]);
        let _v9 = v8 -> Gelu;
        let v10 = sum(v6, axis: 0);
        let v11 = v8 -> Flatten;
        let v12 = 2 / (v10 * v10 + 1);
        let v13 = gain + v10;
        let v14 = v11 - gain;
        let _v15 = abs(v12);
        let v16 = v13 -> Hardswish;
        let v17 = v7 -> Conv1d(3, kernel: 1, stride: 2, padding: 1, dilation: 1, groups: 3, bias: false);
        (v12, concat(v14, expand(v16, [1]), reshape(v17, [30]), axis: 0))
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
    struct Random7<T>(series: [9, 3], image: [1, 7, 6], volume: [1, 4, 4, 4], gain: [], tokens: [1] in 0..7) -> (out0: [], out1: [1, 3], out2: [147]) {
        let v5 = series -> Dense(3);
        let v6 = image -> Conv2d(1, kernel: 1);
        let v7 = volume -> Conv3d(1, kernel: 1);
        let v8 = tokens -> Embedding(3);
        param table: [2, 4, 4] = glorot_uniform;
        let v10 = table -> InstanceNorm2d(eps: 0.05);
        let v11 = v6 -> GlobalMaxPool2d;
        let v12 = v10 -> Conv2d(1, kernel: (3, 1), stride: (2, 1), padding: (1, 0), dilation: (2, 1));
        let v13 = v12 -> GlobalAvgPool2d;
        let _v14 = table -> GlobalAvgPool2d;
        let v15 = v8 -> GaussianNoise(0.25);
        let v16 = v15 -> Hardsigmoid;
        let v17 = v7 -> Selu;
        let v18 = v13 -> PRelu;
        let v19 = v11 -> Hardtanh;
        let v20 = reshape(v18, [1, 1]);
        let v21 = matmul(tanh(v5), transpose(v5 / 3));
        let v22 = v19 * tanh(v13);
        (gain, v16, concat(reshape(v17, [64]), reshape(v20, [1]), reshape(v21, [81]), v22, axis: 0))
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
    struct Random8<T>(x: [6], volume: [1, 4, 4, 4], gain: []) -> [71] {
        let v3 = x -> Dense(6);
        let v4 = volume -> Conv3d(1, kernel: 1);
        let v5 = v3 + ones([6]);
        let v6 = v4 -> Relu6;
        let v7 = v6 -> Silu;
        let v8 = sigmoid(gain);
        let v9 = v7 -> Relu;
        let v10 = slice(v5, axis: 0, 2..5);
        let v11 = sin(v9);
        let v12 = v8 -> map(|p| { let s = sin(p); s * s - p / 3 });
        let _v13 = v10 -> Softmax(axis: 0);
        let v14 = concat(v10, v10, axis: 0);
        let v15 = v14 -> Dense(6);
        let v16 = exp(tanh(v12));
        let v17 = v16 -> Softsign;
        concat(reshape(v11, [64]), v15, expand(v17, [1]), axis: 0)
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
    struct Random9<T>(series: [6, 6], image: [1, 7, 6]) -> [86] {
        let v2 = series -> Dense(6);
        let v3 = image -> Conv2d(1, kernel: 1);
        param table: [2, 4, 4] = he_normal;
        let v5 = permute(v3, [2, 0, 1]);
        let v6 = v5 -> Softplus;
        let v7 = v6 -> Celu(0.7);
        let v8 = sqrt(v7 * v7 + 0.5);
        let v9 = v8 -> Conv2d(4, kernel: 1) -> PixelShuffle(2);
        let v10 = table -> LogSigmoid;
        let v11 = abs(v2);
        let v12 = min(v11, v11);
        let v13 = v9 -> Upsample(size: (2, 2), mode: bilinear);
        let v14 = v12 -> GlobalAvgPool1d;
        let v15 = v13 -> ConvTranspose2d(1, kernel: 1, stride: (2, 1), padding: 0, output_padding: (1, 0), dilation: 2, groups: 1);
        let v16 = v14 -> Mish;
        let v17 = v10 -> Conv2d(3, kernel: 3, stride: 1, padding: 2, dilation: (1, 2), bias: false);
        concat(reshape(v15, [8]), v16, reshape(v17, [72]), axis: 0)
    }
}

#[test]
fn random9() {
    let series = drawn(3 + 2, 90);
    let image = drawn(3 + 2, 91);
    check_batch::<Random9<f64>>(Random9Batch { series: &series, image: &image }, &places(3));
}

network! {
    struct Random10<T>(x: [9], series: [7, 4], gain: []) -> (out0: [9], out1: [9]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(4);
        let v5 = v4 -> MaxPool1d(3);
        let v6 = v5 -> LeakyRelu(0.2);
        let v7 = v6 + zeros([2, 4]);
        let v8 = ln(v7 * v7 + 0.5);
        let v9 = v3 -> Tanh;
        let v10 = v8 / (v8 * v8 + 1);
        let v11 = v9 -> AlphaDropout(0.25);
        let v12 = expand(gain, [2]);
        let _v13 = v10 -> Glu;
        let v14 = v11 -> Elu;
        let v15 = v12 -> Gelu(approximate: tanh);
        let v16 = v10 -> LogSoftmax(axis: 1);
        let v17 = v15 -> Glu;
        (v14, concat(reshape(v16, [8]), v17, axis: 0))
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
    struct Random11<T>(x: [9], series: [9, 3], tokens: [2] in 0..7) -> (out0: [9], out1: [36]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = tokens -> Embedding(4);
        param table: [3, 4];
        let v7 = v3 -> BatchNorm1d(eps: 0.05, momentum: 0.3);
        let v8 = table -> AvgPool1d(3);
        let v9 = v5 -> LayerNorm(eps: 0.05);
        let _v10 = mean(v8, axis: 0);
        let v11 = v8 -> Dropout(0.25);
        let _v12 = v7 -> Softmax;
        let (v13, v14, v15) = split(v4, 3, axis: 0);
        let v16 = cos(v9);
        let v17 = v11 -> Softmax;
        let v18 = mean(v17);
        let v19 = transpose(v13);
        let v20 = sqrt(v15 * v15 + 0.5);
        let v21 = max(v19, 0.5 - v19);
        (v7, concat(reshape(v14, [9]), reshape(v16, [8]), expand(v18, [1]), reshape(v20, [9]), reshape(v21, [9]), axis: 0))
    }
}

#[test]
fn random11() {
    let x = drawn(3 + 2, 110);
    let series = drawn(3 + 2, 111);
    let tokens = indices::<7, 2>(3 + 2, 112);
    check_batch::<Random11<f64>>(Random11Batch { x: &x, series: &series, tokens: &tokens }, &places(3));
}
