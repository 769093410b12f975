//! Drawn by `generator.rs`: not to be changed by hand.

use super::differences::{check_batch, places};
use super::{drawn, indices};
use formwork::prelude::*;

network! {
    struct Random0<T>(gain: [], image: [2, 6, 5]) -> (out0: [2], out1: [156]) {
        let v2 = image -> Conv2d(2, kernel: 1);
        param table: [2, 4, 4] = glorot_uniform;
        let v4 = table -> GlobalMaxPool2d;
        let v5 = v4 -> BatchNorm1d(eps: 0.05, momentum: cumulative);
        let v6 = softplus(gain);
        let v7 = v5 -> map(|p| { let s = sin(p); s * s - p / 3 });
        let v8 = v2 -> Hardsigmoid;
        let v9 = slice(v7, axis: 0, 0..2);
        let v10 = v8 / (v6 * v6 + 1);
        let v11 = -v10;
        let v12 = v9 -> Softmax(axis: 0);
        let v13 = table -> Upsample(2, mode: bilinear, align_corners: true);
        let v14 = v11 -> GroupNorm(1, eps: 0.05);
        let v15 = v13 -> Relu;
        let v16 = v15 -> Conv2d(4, kernel: (3, 1), stride: 2, padding: 2, dilation: (2, 1), groups: 2, bias: false);
        (v12, concat(reshape(v14, [60]), reshape(v16, [96]), axis: 0))
    }
}

#[test]
fn random0() {
    let gain = drawn(3 + 2, 0);
    let image = drawn(3 + 2, 1);
    check_batch::<Random0<f64>>(Random0Batch { gain: &gain, image: &image }, &places(3));
}

network! {
    struct Random1<T>(x: [9], series: [6, 6], gain: []) -> [31] {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(6);
        param table: [3, 4] = glorot_uniform;
        let v6 = min(gain, gain);
        let v7 = v4 -> GlobalAvgPool1d;
        let v8 = v7 -> GaussianNoise(0.25);
        let _v9 = v8 -> Hardswish;
        let v10 = cos(v3);
        let v11 = v6 + ones([]);
        let v12 = table -> ConvTranspose1d(3, kernel: 3, stride: 1, padding: 0, output_padding: 0, dilation: 1, groups: 1);
        let v13 = v11 -> Silu;
        let v14 = v12 -> LayerNorm(eps: 0.05);
        let v15 = matmul(v14 -> wv14_2976: Dense(3), transpose(wv14_2976.weight));
        let v16 = v15 -> Hardtanh;
        let v17 = v16 + gain;
        let (v18, v19, v20) = split(v10, 3, axis: 0);
        concat(v8, expand(v13, [1]), reshape(v17, [15]), v18, v19, v20, axis: 0)
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
    struct Random2<T>(x: [6], image: [1, 7, 6], volume: [1, 4, 4, 4]) -> [124] {
        let v3 = x -> Dense(6);
        let v4 = image -> Conv2d(1, kernel: 1);
        let v5 = volume -> Conv3d(1, kernel: 1);
        param table: [3, 4] = he_normal;
        let v7 = v5 -> LogSigmoid;
        let v8 = v4 -> BatchNorm2d(eps: 0.05, momentum: 0.3);
        let v9 = sum(v3);
        let v10 = transpose(table);
        let v11 = table -> Glu;
        let v12 = v11 -> Hardswish;
        let v13 = v5 - v7;
        let v14 = v13 -> Flatten;
        let v15 = v10 -> LeakyRelu;
        let v16 = v15 * tanh(v9);
        let v17 = v14 -> Dropout(0.25);
        let v18 = exp(tanh(v12));
        let v19 = v17 -> LogSoftmax;
        concat(reshape(v8, [42]), reshape(v16, [12]), reshape(v18, [6]), v19, axis: 0)
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
    struct Random3<T>(x: [4], series: [6, 6], image: [1, 7, 6], gain: []) -> [111] {
        let v4 = x -> Dense(4);
        let v5 = series -> Dense(6);
        let v6 = image -> Conv2d(1, kernel: 1);
        param table: [3, 4] = he_normal;
        let v8 = v5 -> Gelu(approximate: tanh);
        let _v9 = v4 -> Dense(3);
        let v10 = concat(v4, v4, axis: 0);
        let v11 = table + normal([3, 4]);
        let v12 = v6 -> AdaptiveAvgPool2d((1, 4));
        let v13 = v11 -> AlphaDropout(0.25);
        let v14 = abs(v10);
        let v15 = v13 -> Conv1d(3, kernel: 3, stride: 2, padding: 1, dilation: 1, bias: false);
        let v16 = permute(v12, [1, 0, 2]);
        let v17 = v12 -> ConvTranspose2d(3, kernel: (2, 1), stride: 2, padding: (1, 0), output_padding: 1, dilation: 2, groups: 1);
        let v18 = tanh(v16);
        let v19 = mean(v15, axis: 1);
        let v20 = v18 -> Conv2d(4, kernel: 1) -> PixelShuffle(2);
        concat(expand(gain, [1]), reshape(v8, [36]), v14, reshape(v17, [48]), v19, reshape(v20, [16]), axis: 0)
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
    struct Random4<T>(x: [9], series: [6, 6], image: [2, 6, 5], volume: [1, 4, 4, 4], gain: []) -> [165] {
        let v5 = x -> Dense(9);
        let v6 = series -> Dense(6);
        let v7 = image -> Conv2d(2, kernel: 1);
        let v8 = volume -> Conv3d(1, kernel: 1);
        param table: [3, 4] = glorot_uniform;
        let v10 = table -> Dense(4, bias: false);
        let v11 = v7 -> GlobalAvgPool2d;
        let v12 = ln(v5 * v5 + 0.5);
        let v13 = v7 -> AvgPool2d(3, stride: (3, 2), padding: (1, 0));
        let v14 = v13 -> Selu;
        let v15 = v14 -> MaxPool2d(2, stride: (3, 1), padding: (0, 1));
        let v16 = pow(v6 * tanh(v6) + 0.5, sigmoid(v6));
        let v17 = tanh(v11 -> wv11_2354: Dense(3)) * wv11_2354.bias;
        let v18 = v15 -> InstanceNorm2d(eps: 0.05);
        let v19 = v8 -> Celu(0.7);
        let _v20 = v18 -> ZeroPad2d((0, 0, 2, 2));
        let v21 = v18 -> ZeroPad2d((2, 0, 2, 1));
        let v22 = reshape(v10, [2, 6]);
        concat(expand(gain, [1]), v12, reshape(v16, [36]), v17, reshape(v19, [64]), reshape(v21, [40]), reshape(v22, [12]), axis: 0)
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
    struct Random5<T>(x: [6], gain: [], tokens: [3] in 0..6) -> (out0: [2], out1: [31]) {
        let v3 = x -> Dense(6);
        let v4 = tokens -> Embedding(3);
        param table: [5] = he_normal;
        let v6 = table -> Relu6;
        let v7 = v4 -> MaxPool1d(2);
        let v8 = expand(gain, [2]);
        let v9 = v7 -> PRelu(per_channel: true);
        let v10 = v6 + zeros([5]);
        let v11 = v10 -> Sigmoid;
        let v12 = v11 -> RmsNorm(eps: 0.05, affine: false);
        let v13 = v3 -> Elu(0.7);
        let v14 = v12 -> Mish;
        let v15 = max(v10, 0.5 - v6);
        let v16 = sqrt(v9 * v9 + 0.5);
        let v17 = v4 -> AvgPool1d(2, stride: 1, padding: 1, count_include_pad: false);
        let v18 = sin(v14);
        (v8, concat(v13, v15, reshape(v16, [3]), reshape(v17, [12]), v18, axis: 0))
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
    struct Random6<T>(x: [9], series: [9, 3], gain: []) -> (out0: [8, 9], out1: [9, 9], out2: [2]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = v4 -> Softsign;
        let v6 = matmul(tanh(v5), transpose(v5 / 3));
        let v7 = gain -> Hardsigmoid;
        let v8 = v3 - x;
        let _v9 = v6 -> Hardtanh;
        let v10 = slice(v6, axis: 0, 1..9);
        let v11 = v8 * tanh(v7);
        let v12 = v10 -> Softsign;
        let v13 = v12 -> Dropout(0.25);
        let v14 = matmul(tanh(v4), transpose(v4 / 3));
        let v15 = v11 -> Hardswish;
        let v16 = v14 -> map(|p| tanh(p) * cos(p) + 0.1);
        let v17 = tanh(v15 -> wv15_9477: Dense(2)) * wv15_9477.bias;
        (v13, v16, v17)
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
    struct Random7<T>(series: [9, 3], image: [1, 7, 6], volume: [1, 4, 4, 4], gain: [], tokens: [1] in 0..7) -> (out0: [1, 3], out1: [3, 5, 4], out2: [112]) {
        let v5 = series -> Dense(3);
        let v6 = image -> Conv2d(1, kernel: 1);
        let v7 = volume -> Conv3d(1, kernel: 1);
        let v8 = tokens -> Embedding(3);
        param table: [2, 4, 4] = glorot_uniform;
        let v10 = table -> Dropout2d(0.25);
        let v11 = v7 -> Conv3d(3, kernel: (2, 2, 3), stride: (1, 2, 2), padding: (0, 0, 2), dilation: 2, bias: false);
        let v12 = v6 -> Conv2d(3, kernel: 2, stride: 2, padding: 2, dilation: 2);
        let v13 = v10 -> Gelu;
        let v14 = ln(v11 * v11 + 0.5);
        let v15 = max(table, 0.5 - v10);
        let v16 = v14 -> Flatten;
        let v17 = v16 -> LogSoftmax;
        let v18 = transpose(v5);
        let v19 = v17 -> LogSigmoid;
        let v20 = pow(v16 * tanh(v16) + 0.5, sigmoid(v16));
        let v21 = v13 -> Upsample(size: (7, 2), mode: bilinear);
        let v22 = gain -> Elu;
        (v8, v12, concat(reshape(v15, [32]), reshape(v18, [27]), v19, v20, reshape(v21, [28]), expand(v22, [1]), axis: 0))
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
    struct Random8<T>(x: [6], volume: [1, 4, 4, 4], gain: []) -> (out0: [], out1: [1, 4, 4], out2: [10]) {
        let v3 = x -> Dense(6);
        let v4 = volume -> Conv3d(1, kernel: 1);
        let v5 = expand(gain, [2]);
        let v6 = sum(v4, axis: 3);
        let v7 = v6 -> Softplus(beta: 2.0);
        let v8 = sigmoid(v3);
        let v9 = -v5;
        let v10 = concat(v5, v8, axis: 0);
        let v11 = sin(v7);
        let v12 = v10 -> Softmax(axis: 0);
        let v13 = mean(v12, axis: 0);
        let v14 = v11 -> RmsNorm(eps: 0.05);
        let v15 = v9 + zeros([2]);
        let v16 = v15 -> Celu(0.7);
        let (v17, v18) = split(v10, 2, axis: 0);
        (v13, v14, concat(v16, v17, v18, axis: 0))
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
    struct Random9<T>(series: [6, 6], image: [1, 7, 6]) -> (out0: [6, 5], out1: [77]) {
        let v2 = series -> Dense(6);
        let v3 = image -> Conv2d(1, kernel: 1);
        param table: [2, 4, 4] = he_normal;
        let v5 = abs(v2);
        let v6 = v3 -> ZeroPad2d((2, 2, 1, 2));
        let v7 = table + ones([2, 4, 4]);
        let v8 = reshape(v7, [32]);
        let v9 = v5 -> Dense(5);
        let v10 = v6 -> Silu;
        let v11 = min(v10, v10);
        let v12 = v8 -> Selu;
        let v13 = v11 -> GroupNorm(1, eps: 0.05);
        let _v14 = v12 -> Mish;
        let v15 = v12 -> LeakyRelu(0.2);
        let _v16 = exp(tanh(v13));
        let v17 = v13 -> AdaptiveAvgPool2d((9, 5));
        (v9, concat(v15, reshape(v17, [45]), axis: 0))
    }
}

#[test]
fn random9() {
    let series = drawn(3 + 2, 90);
    let image = drawn(3 + 2, 91);
    check_batch::<Random9<f64>>(Random9Batch { series: &series, image: &image }, &places(3));
}

network! {
    struct Random10<T>(x: [9], series: [7, 4], gain: []) -> [41] {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(4);
        let v5 = gain -> Tanh;
        let v6 = v3 -> BatchNorm1d(eps: 0.05, momentum: cumulative);
        let v7 = v6 -> Relu;
        let v8 = v4 -> GlobalAvgPool1d;
        let v9 = v8 / (gain * gain + 1);
        let v10 = v7 -> Mish;
        let v11 = v10 -> AlphaDropout(0.25);
        let v12 = v4 -> AvgPool1d(2);
        let _v13 = v11 -> LayerNorm(eps: 0.05);
        let v14 = v12 -> ConvTranspose1d(3, kernel: 2, stride: 2, padding: 0, output_padding: 1, dilation: 1, groups: 1);
        let v15 = sqrt(v11 * v11 + 0.5);
        let v16 = v9 -> LayerNorm(eps: 0.05);
        let v17 = v14 -> Conv1d(3, kernel: 3, stride: 1, padding: 2, dilation: 1);
        concat(expand(v5, [1]), v15, v16, reshape(v17, [27]), axis: 0)
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
    struct Random11<T>(x: [9], series: [9, 3], tokens: [2] in 0..7) -> (out0: [9], out1: [41]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = tokens -> Embedding(4);
        param table: [3, 4];
        let v7 = v5 -> Relu6;
        let v8 = v4 -> GaussianNoise(0.25);
        let v9 = v7 + v5;
        let v10 = v9 -> Glu;
        let v11 = matmul(v8 -> wv8_6939: Dense(5), wv8_6939.weight);
        let v12 = exp(tanh(v10));
        let v13 = v12 -> MaxPool1d(3, stride: 3, padding: 1);
        let v14 = v13 -> Hardtanh;
        let _v15 = v3 -> PRelu(per_channel: true);
        let _v16 = table -> PRelu(per_channel: true);
        let v17 = table - normal([3, 4]);
        let v18 = cos(v14);
        let v19 = v17 -> PRelu(per_channel: true);
        (v3, concat(reshape(v11, [27]), reshape(v18, [2]), reshape(v19, [12]), axis: 0))
    }
}

#[test]
fn random11() {
    let x = drawn(3 + 2, 110);
    let series = drawn(3 + 2, 111);
    let tokens = indices::<7, 2>(3 + 2, 112);
    check_batch::<Random11<f64>>(Random11Batch { x: &x, series: &series, tokens: &tokens }, &places(3));
}
