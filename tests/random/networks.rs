//! Drawn by `generator.rs`: not to be changed by hand.

use super::differences::{check_batch, places};
use super::drawn;
use formwork::prelude::*;

network! {
    struct Random0<T>(gain: [], image: [2, 6, 5]) -> (out0: [], out1: [2], out2: [255]) {
        let v2 = image -> Conv2d(2, kernel: 1);
        let v3 = v2 -> Flatten;
        let v4 = sum(v3);
        let v5 = v3 / (v4 * v4 + 1);
        let v6 = cos(v5);
        let v7 = exp(tanh(gain));
        let v8 = v7 -> Mish;
        let v9 = v6 -> Glu;
        let v10 = v2 -> GlobalAvgPool2d;
        let v11 = v10 -> Softplus(beta: 2.0);
        let v12 = v11 -> LogSigmoid;
        let v13 = v2 -> Conv2d(4, kernel: 1) -> PixelShuffle(2);
        let v14 = v9 -> Softmax(axis: 0);
        let v15 = v2 -> ConvTranspose2d(3, kernel: (2, 1), stride: 1, padding: 0, output_padding: 0, dilation: 1, groups: 1);
        (v8, v12, concat(reshape(v13, [120]), v14, reshape(v15, [105]), axis: 0))
    }
}

#[test]
fn random0() {
    let gain = drawn(3 + 2, 0);
    let image = drawn(3 + 2, 1);
    check_batch::<Random0<f64>>(Random0Batch { gain: &gain, image: &image }, &places(3));
}

network! {
    struct Random1<T>(x: [9], series: [6, 6], gain: []) -> [25] {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(6);
        let v5 = v3 -> Dropout(0.25);
        let v6 = abs(v5);
        let v7 = concat(v5, v6, axis: 0);
        let v8 = v7 -> Dense(6);
        let v9 = reshape(v8, [2, 1, 3, 1]);
        let v10 = v4 -> Hardswish;
        let v11 = v9 -> Hardtanh(min: -0.5, max: 0.7);
        let v12 = v10 -> GlobalAvgPool1d;
        let v13 = v12 + v8;
        let v14 = v11 -> Hardsigmoid;
        let v15 = v10 -> AvgPool1d(3);
        let v16 = v14 -> Tanh;
        let v17 = sin(v13);
        concat(expand(gain, [1]), reshape(v15, [12]), reshape(v16, [6]), v17, axis: 0)
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
    struct Random2<T>(x: [6], image: [1, 7, 6], volume: [1, 4, 4, 4]) -> (out0: [1, 4, 4, 4], out1: [4, 2, 4], out2: [17]) {
        let v3 = x -> Dense(6);
        let v4 = image -> Conv2d(1, kernel: 1);
        let v5 = volume -> Conv3d(1, kernel: 1);
        let v6 = mean(v3, axis: 0);
        let v7 = v4 -> GroupNorm(1, eps: 0.05);
        let v8 = min(v7, v4);
        let v9 = v8 - v4;
        let v10 = v9 -> GaussianNoise(0.25);
        let v11 = v10 -> Dropout2d(0.25);
        let v12 = v11 -> Conv2d(4, kernel: 3, stride: 2, padding: (0, 2), dilation: (2, 1), bias: false);
        let v13 = v6 -> Relu6;
        let _v14 = v12 -> AvgPool2d((3, 2), stride: (1, 3), padding: (1, 0));
        let v15 = v10 -> Upsample(size: (2, 5), mode: bilinear);
        let v16 = v15 -> PRelu;
        let _v17 = v12 * tanh(v12);
        let v18 = v3 -> BatchNorm1d(eps: 0.05, momentum: 0.3);
        (v5, v12, concat(expand(v13, [1]), reshape(v16, [10]), v18, axis: 0))
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
    struct Random3<T>(x: [4], series: [6, 6], image: [1, 7, 6], gain: []) -> (out0: [], out1: [172]) {
        let v4 = x -> Dense(4);
        let v5 = series -> Dense(6);
        let v6 = image -> Conv2d(1, kernel: 1);
        let v7 = v4 -> Sigmoid;
        let v8 = expand(v6, [2, 1, 7, 6]);
        let v9 = gain -> Silu;
        let v10 = sqrt(v7 * v7 + 0.5);
        let v11 = v8 -> Conv3d(4, kernel: 1, stride: (2, 1, 2), padding: (0, 0, 2), dilation: (1, 1, 2), groups: 2);
        let v12 = v10 -> Relu;
        let (v13, v14) = split(v12, 2, axis: 0);
        let v15 = v5 -> Conv1d(2, kernel: 1, padding: same, bias: false);
        let v16 = v13 -> LayerNorm(eps: 0.05, affine: false);
        let v17 = v6 -> MaxPool2d(3);
        let _v18 = permute(v11, [1, 3, 0, 2]);
        let _v19 = v17 -> ZeroPad2d((1, 0, 2, 0));
        let v20 = v15 -> ConvTranspose1d(2, kernel: 1, stride: 2, padding: 0, output_padding: 1, dilation: 1, groups: 1);
        (v9, concat(reshape(v11, [140]), v14, v16, reshape(v17, [4]), reshape(v20, [24]), axis: 0))
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
    struct Random4<T>(x: [9], series: [6, 6], image: [2, 6, 5], volume: [1, 4, 4, 4], gain: []) -> [154] {
        let v5 = x -> Dense(9);
        let v6 = series -> Dense(6);
        let v7 = image -> Conv2d(2, kernel: 1);
        let v8 = volume -> Conv3d(1, kernel: 1);
        let v9 = v5 -> Gelu;
        let _v10 = v6 -> RmsNorm(eps: 0.05);
        let v11 = permute(v7, [2, 1, 0]);
        let v12 = v11 -> InstanceNorm2d(eps: 0.05, affine: true);
        let v13 = v12 -> BatchNorm2d(eps: 0.05, affine: false);
        let v14 = v13 -> AdaptiveAvgPool2d((6, 1));
        let v15 = ln(gain * gain + 0.5);
        let v16 = transpose(v6);
        let v17 = v14 * tanh(v15);
        let v18 = v9 -> Elu;
        let v19 = v17 -> Celu;
        let v20 = v11 -> AvgPool2d(2, stride: 3, padding: (1, 0));
        let v21 = v18 -> Softsign;
        concat(reshape(v8, [64]), reshape(v16, [36]), reshape(v19, [30]), reshape(v20, [15]), v21, axis: 0)
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
    struct Random5<T>(x: [6], gain: []) -> [8] {
        let v2 = x -> Dense(6);
        let v3 = slice(v2, axis: 0, 5..6);
        let v4 = gain -> Selu;
        let v5 = v3 -> LogSoftmax(axis: 0);
        let v6 = v5 -> AlphaDropout(0.25);
        let v7 = v2 -> RmsNorm(eps: 0.05);
        let v8 = v7 -> LeakyRelu(0.2);
        let v9 = v6 / 2;
        let v10 = pow(v8 * tanh(v8) + 0.5, sigmoid(v2));
        let v11 = max(v10, 0.5 - v2);
        let v12 = pow(v3 * tanh(v3) + 0.5, sigmoid(v9));
        let v13 = v4 -> LeakyRelu(0.2);
        let v14 = sqrt(v13 * v13 + 0.5);
        let v15 = v12 -> Softmax(axis: 0);
        concat(v11, expand(v14, [1]), v15, axis: 0)
    }
}

#[test]
fn random5() {
    let x = drawn(3 + 2, 50);
    let gain = drawn(3 + 2, 51);
    check_batch::<Random5<f64>>(Random5Batch { x: &x, gain: &gain }, &places(3));
}

network! {
    struct Random6<T>(x: [9], series: [9, 3], gain: []) -> (out0: [4], out1: [2]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = v4 -> MaxPool1d(2);
        let v6 = matmul(tanh(v5), transpose(v5 / 3));
        let v7 = v6 -> ConvTranspose1d(1, kernel: 1, stride: 2, padding: 1, output_padding: 1, dilation: 1, groups: 1);
        let v8 = v7 -> AvgPool1d(2);
        let v9 = gain -> Selu;
        let v10 = v3 -> BatchNorm1d(eps: 0.05, statistics: running);
        let v11 = v8 -> LogSigmoid;
        let v12 = sum(v11);
        let v13 = mean(v10);
        let v14 = v3 -> Dense(4);
        let v15 = v13 -> Mish;
        let v16 = v9 -> Gelu;
        let v17 = v15 - v12;
        (v14, concat(expand(v16, [1]), expand(v17, [1]), axis: 0))
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
    struct Random7<T>(series: [9, 3], image: [1, 7, 6], volume: [1, 4, 4, 4], gain: []) -> (out0: [9, 3], out1: [145]) {
        let v4 = series -> Dense(3);
        let v5 = image -> Conv2d(1, kernel: 1);
        let v6 = volume -> Conv3d(1, kernel: 1);
        let v7 = v5 -> GlobalMaxPool2d;
        let v8 = v5 -> ZeroPad2d((1, 1, 1, 2));
        let v9 = gain -> Silu;
        let _v10 = v8 -> Hardswish;
        let v11 = sin(v8);
        let v12 = v11 * tanh(v8);
        let v13 = v7 -> Elu(0.7);
        let v14 = expand(v13, [2, 1]);
        let v15 = v12 -> RmsNorm(eps: 0.05);
        let v16 = v9 -> Hardswish;
        let v17 = v14 -> Dropout(0.25);
        let v18 = v6 -> Conv3d(2, kernel: (1, 1, 3), stride: (2, 1, 2), padding: (1, 2, 1), dilation: (2, 1, 2));
        let v19 = v17 -> Conv1d(4, kernel: 1, stride: 1, padding: 1, dilation: 2);
        (v4, concat(reshape(v15, [80]), expand(v16, [1]), reshape(v18, [48]), reshape(v19, [16]), axis: 0))
    }
}

#[test]
fn random7() {
    let series = drawn(3 + 2, 70);
    let image = drawn(3 + 2, 71);
    let volume = drawn(3 + 2, 72);
    let gain = drawn(3 + 2, 73);
    check_batch::<Random7<f64>>(Random7Batch { series: &series, image: &image, volume: &volume, gain: &gain }, &places(3));
}

network! {
    struct Random8<T>(x: [6], volume: [1, 4, 4, 4], gain: []) -> [113] {
        let v3 = x -> Dense(6);
        let v4 = volume -> Conv3d(1, kernel: 1);
        let v5 = v4 -> PRelu;
        let v6 = reshape(v5, [16, 4]);
        let v7 = concat(v3, x, axis: 0);
        let v8 = v7 / (v7 * v7 + 1);
        let v9 = slice(v6, axis: 0, 11..16);
        let v10 = v7 + gain;
        let v11 = permute(v5, [0, 2, 3, 1]);
        let v12 = abs(v9);
        let v13 = v12 -> Sigmoid;
        let v14 = matmul(tanh(v13), transpose(v13 / 4));
        let v15 = v8 -> Hardtanh(min: -0.5, max: 0.7);
        let v16 = v10 -> Relu;
        let v17 = v16 -> AlphaDropout(0.25);
        concat(reshape(v11, [64]), reshape(v14, [25]), v15, v17, axis: 0)
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
    struct Random9<T>(series: [6, 6], image: [1, 7, 6]) -> (out0: [6, 6], out1: [1, 10, 8], out2: [10]) {
        let v2 = series -> Dense(6);
        let v3 = image -> Conv2d(1, kernel: 1);
        let v4 = v3 -> Celu(0.7);
        let v5 = v4 -> Softsign;
        let v6 = min(v5, v4);
        let v7 = v6 -> ZeroPad2d((1, 0, 1, 1));
        let v8 = v7 -> MaxPool2d(3, stride: 2, padding: 0);
        let v9 = 1 - v2;
        let v10 = v8 -> AvgPool2d(2, stride: (2, 1), padding: 0, count_include_pad: false);
        let _v11 = exp(tanh(v9));
        let v12 = v10 -> ConvTranspose2d(1, kernel: (3, 1), stride: 2, padding: (1, 0), output_padding: (0, 1), dilation: (2, 1), groups: 1);
        let v13 = v12 -> Relu6;
        let v14 = cos(v13);
        let v15 = v14 -> Conv2d(4, kernel: 1) -> PixelShuffle(2);
        let v16 = v13 -> Upsample(size: (5, 2));
        (v9, v15, reshape(v16, [10]))
    }
}

#[test]
fn random9() {
    let series = drawn(3 + 2, 90);
    let image = drawn(3 + 2, 91);
    check_batch::<Random9<f64>>(Random9Batch { series: &series, image: &image }, &places(3));
}

network! {
    struct Random10<T>(x: [9], series: [7, 4], gain: []) -> (out0: [], out1: [39]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(4);
        let v5 = ln(v3 * v3 + 0.5);
        let v6 = v4 -> Glu;
        let v7 = transpose(v6);
        let v8 = softplus(gain);
        let v9 = exp(tanh(v8));
        let v10 = v7 -> GlobalAvgPool1d;
        let v11 = tanh(v10);
        let v12 = v6 -> Flatten;
        let v13 = v5 -> LayerNorm(eps: 0.05);
        let _v14 = v9 -> Hardsigmoid;
        let v15 = max(v3, 0.5 - v3);
        let v16 = v12 -> Hardsigmoid;
        let (v17, v18, v19) = split(v13, 3, axis: 0);
        (v9, concat(v11, v15, v16, v17, v18, v19, axis: 0))
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
    struct Random11<T>(x: [9], series: [9, 3]) -> (out0: [], out1: [9]) {
        let v2 = x -> Dense(9);
        let v3 = series -> Dense(3);
        let v4 = v3 -> GaussianNoise(0.25);
        let v5 = v2 -> LogSoftmax(axis: 0);
        let v6 = v4 -> MaxPool1d(3);
        let v7 = v5 -> Dense(5, bias: false);
        let v8 = max(v6, 0.25);
        let v9 = sin(v8);
        let v10 = sum(v7, axis: 0);
        let v11 = v9 -> Dropout(0.25);
        let v12 = sqrt(v10 * v10 + 0.5);
        let v13 = v6 * tanh(v11);
        let v14 = v13 + v10;
        let v15 = v14 -> Elu;
        let _v16 = v15 -> Selu;
        (v12, reshape(v15, [9]))
    }
}

#[test]
fn random11() {
    let x = drawn(3 + 2, 110);
    let series = drawn(3 + 2, 111);
    check_batch::<Random11<f64>>(Random11Batch { x: &x, series: &series }, &places(3));
}
