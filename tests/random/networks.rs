//! Drawn by `generator.rs`: not to be changed by hand.

use super::differences::{check_batch, places};
use super::{drawn, indices};
use formwork::prelude::*;

network! {
    block Own8(wide)(x: [c, h, w]) -> [c, h, w] {
        x + (x -> Conv2d(wide, kernel: 3, padding: 1) -> Tanh -> Conv2d(c, kernel: 1) -> BatchNorm2d(eps: 0.05))
    }
    struct Random0<T>(gain: [], image: [2, 6, 5]) -> (out0: [2, 2, 2], out1: [2, 6, 5], out2: [30]) {
        let v2 = image -> Conv2d(2, kernel: 1);
        param table: [2, 4, 4] = glorot_uniform;
        let v4 = v2 / 2;
        let v5 = v4 + v2;
        let v6 = v5 -> Relu;
        let v7 = v6 -> GroupNorm(1, eps: 0.05);
        layer shared8 = Own8(3);
        let v8 = (v5 -> shared8) + (tanh(v5) -> shared8);
        let v9 = table -> MaxPool2d((3, 2), stride: (1, 3), padding: (0, 1));
        let v10 = cos(v8);
        let v11 = v9 -> AdaptiveAvgPool2d(2);
        let v12 = v10 -> Glu;
        let v13 = gain -> Hardsigmoid;
        let v14 = v7 * tanh(v13);
        let v15 = v12 -> InstanceNorm2d(eps: 0.05);
        let v16 = sin(v15);
        (v11, v14, reshape(v16, [30]))
    }
}

#[test]
fn random0() {
    let gain = drawn(3 + 2, 0);
    let image = drawn(3 + 2, 1);
    check_batch::<Random0<f64>>(Random0Batch { gain: &gain, image: &image }, &places(3));
}

network! {
    struct Random1<T>(x: [9], series: [6, 6], gain: []) -> (out0: [9], out1: [1, 4], out2: [43]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(6);
        param table: [3, 4] = glorot_uniform;
        let v6 = gain -> Softsign;
        let v7 = table -> Conv1d(4, kernel: 2, stride: 2, padding: 0, dilation: 2);
        let v8 = v4 -> [Dense(6); 3];
        let v9 = v8 -> AvgPool1d(2, stride: 1, padding: 1);
        let v10 = ln(v9 * v9 + 0.5);
        let v11 = v6 -> LeakyRelu(0.2);
        let v12 = v10 / (gain * gain + 1);
        let _v13 = v12 -> PositionalEncoding;
        layer shared14 = Dense(6);
        let v14 = (v12 -> shared14) - (0.5 * v12 -> shared14);
        let (v15, v16, v17) = split(v14, 3, axis: 1);
        let v18 = v16 -> PositionalEncoding;
        let v19 = exp(tanh(v15));
        let v20 = concat(v18, v19, axis: 1);
        (v3, v7, concat(expand(v11, [1]), reshape(v17, [14]), reshape(v20, [28]), axis: 0))
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
    struct Random2<T>(x: [6], image: [1, 7, 6], volume: [1, 4, 4, 4]) -> (out0: [1, 4, 5], out1: [4, 4, 2, 2], out2: [14]) {
        let v3 = x -> Dense(6);
        let v4 = image -> Conv2d(1, kernel: 1);
        let v5 = volume -> Conv3d(1, kernel: 1);
        param table: [3, 4] = he_normal;
        let v7 = table -> MultiHeadAttention(2, causal: true);
        let v8 = v3 -> Silu;
        let v9 = v5 -> Celu;
        let v10 = v4 -> ZeroPad2d((0, 0, 0, 0));
        let v11 = v10 -> Upsample(size: (7, 7));
        let v12 = v7 -> LogSoftmax;
        let _v13 = v12 + zeros([3, 4]);
        let v14 = sqrt(v11 * v11 + 0.5);
        let v15 = v14 -> AvgPool2d((2, 3), stride: (2, 1), padding: (1, 0));
        let v16 = v12 -> AdaptiveAvgPool1d(1);
        let v17 = v9 -> Conv3d(4, kernel: (2, 3, 3), stride: (1, 2, 1), padding: (1, 2, 0), dilation: (2, 2, 1));
        let v18 = min(v8, v3);
        let v19 = expand(v16, [2, 1, 4]);
        (v15, v17, concat(v18, reshape(v19, [8]), axis: 0))
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
    struct Random3<T>(x: [4], series: [6, 6], image: [1, 7, 6], gain: []) -> (out0: [1, 7, 6], out1: [3, 4], out2: [39]) {
        let v4 = x -> Dense(4);
        let v5 = series -> Dense(6);
        let v6 = image -> Conv2d(1, kernel: 1);
        param table: [3, 4] = he_normal;
        let v8 = pow(v6 * tanh(v6) + 0.5, sigmoid(v6));
        let v9 = max(v8, 0.5 - v6);
        let v10 = v4 -> Dropout(0.25);
        let v11 = abs(v5);
        let v12 = v10 -> AlphaDropout(0.25);
        let _v13 = tanh(v11);
        let v14 = table -> PositionEmbedding(4);
        let _v15 = v9 -> LogSigmoid;
        let v16 = v14 -> Softplus;
        let v17 = tanh(v12 -> wv12_8215: Dense(2)) * wv12_8215.bias;
        let v18 = matmul(tanh(v11), v11 / 6);
        let v19 = v18 -> Sigmoid;
        let v20 = gain -> Elu(0.7);
        (v9, v16, concat(v17, reshape(v19, [36]), expand(v20, [1]), axis: 0))
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
    block Own18(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    struct Random4<T>(x: [9], series: [6, 6], image: [2, 6, 5], volume: [1, 4, 4, 4], gain: []) -> (out0: [], out1: [95]) {
        let v5 = x -> Dense(9);
        let v6 = series -> Dense(6);
        let v7 = image -> Conv2d(2, kernel: 1);
        let v8 = volume -> Conv3d(1, kernel: 1);
        param table: [3, 4] = glorot_uniform;
        let v10 = table -> BatchNorm1d(eps: 0.05, momentum: 0.3);
        let v11 = v10 -> Mish;
        let v12 = permute(v7, [1, 0, 2]);
        let v13 = reshape(v8, [64]);
        let v14 = v5 -> PRelu(per_channel: true);
        let v15 = v6 + ones([6, 6]);
        let v16 = v12 -> GlobalAvgPool2d;
        let _v17 = gain -> Gelu(approximate: tanh);
        let v18 = v14 -> Own18(10);
        let _v19 = v15 -> Selu;
        let v20 = v11 -> GlobalAvgPool1d;
        let v21 = v15 -> Dense(3, bias: false);
        let v22 = v21 -> MaxPool1d(3, stride: 1, padding: 0);
        (gain, concat(v13, v16, v18, v20, reshape(v22, [12]), axis: 0))
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
    struct Random5<T>(x: [6], gain: [], tokens: [3] in 0..6) -> (out0: [], out1: [], out2: [10]) {
        let v3 = x -> Dense(6);
        let v4 = tokens -> Embedding(3);
        param table: [5] = he_normal;
        let v6 = v3 -> Tanh;
        let v7 = table -> Relu6;
        let v8 = v6 -> GaussianNoise(0.25);
        let v9 = v8 - v3;
        let v10 = sum(v9, axis: 0);
        let v11 = v4 -> Hardswish;
        let v12 = v7 -> RmsNorm(eps: 0.05, affine: false);
        let _v13 = v12 -> LogSigmoid;
        let v14 = v12 -> Softmax;
        let v15 = v11 + zeros([3, 3]);
        let v16 = v15 -> LayerNorm(eps: 0.05);
        let v17 = mean(v14, axis: 0);
        let v18 = v17 -> map(|p| p * sigmoid(1.702 * p));
        (gain, v10, concat(reshape(v16, [9]), expand(v18, [1]), axis: 0))
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
    block Own13(wide)(x: [t, f]) -> [t, f] {
        x + (x -> Dense(wide) -> Silu -> Dense(f))
    }
    struct Random6<T>(x: [9], series: [9, 3], gain: []) -> (out0: [4], out1: [27], out2: [7]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = v4 -> LogSigmoid;
        let v6 = slice(v3, axis: 0, 5..9);
        let v7 = matmul(v5 -> wv5_1807: Dense(5), wv5_1807.weight);
        let v8 = transpose(v7);
        let _v9 = v8 -> Flatten;
        let _v10 = v8 -> Hardtanh(min: -0.5, max: 0.7);
        let v11 = v8 -> Selu;
        let v12 = v6 -> Hardtanh(min: -0.5, max: 0.7);
        let v13 = v11 -> [Own13(10); 2];
        let v14 = v13 -> Flatten;
        let _v15 = v13 -> ConvTranspose1d(3, kernel: 3, stride: 1, padding: 1, output_padding: 0, dilation: 1, groups: 3);
        let v16 = v11 -> ConvTranspose1d(2, kernel: 2, stride: 1, padding: 1, output_padding: 0, dilation: 2, groups: 1);
        let v17 = gain + normal([]);
        (v12, v14, concat(reshape(v16, [6]), expand(v17, [1]), axis: 0))
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
    struct Random7<T>(series: [9, 3], image: [1, 7, 6], volume: [1, 4, 4, 4], gain: [], tokens: [1] in 0..7) -> [246] {
        let v5 = series -> Dense(3);
        let v6 = image -> Conv2d(1, kernel: 1);
        let v7 = volume -> Conv3d(1, kernel: 1);
        let v8 = tokens -> Embedding(3);
        param table: [2, 4, 4] = glorot_uniform;
        let v10 = v6 -> ConvTranspose2d(2, kernel: (1, 2), stride: (1, 2), padding: (1, 0), output_padding: 0, dilation: 2, groups: 1);
        let v11 = table -> Conv2d(4, kernel: 1) -> PixelShuffle(2);
        let v12 = v8 -> AdaptiveMaxPool1d(1);
        let v13 = v11 -> Conv2d(3, kernel: (3, 1), stride: (1, 2), padding: 1, dilation: (2, 1));
        let v14 = v13 -> AdaptiveMaxPool2d((4, 1));
        let v15 = v5 -> GlobalMaxPool1d;
        let v16 = v15 -> Gelu(approximate: tanh);
        let v17 = v14 -> GlobalMaxPool2d;
        let v18 = v10 -> BatchNorm2d(eps: 0.05, statistics: running);
        let v19 = image -> Dropout2d(0.25);
        let v20 = gain -> PRelu;
        let v21 = v18 -> Dropout2d(0.25);
        let v22 = v21 -> map(|p| p * sigmoid(1.702 * p));
        concat(reshape(v7, [64]), reshape(v12, [3]), v16, v17, reshape(v19, [42]), expand(v20, [1]), reshape(v22, [130]), axis: 0)
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
    block Own17(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    struct Random8<T>(x: [6], volume: [1, 4, 4, 4], gain: []) -> [131] {
        let v3 = x -> Dense(6);
        let v4 = volume -> Conv3d(1, kernel: 1);
        let v5 = v4 * ones([1, 4, 4, 4]);
        let v6 = gain -> LeakyRelu;
        let v7 = ln(v6 * v6 + 0.5);
        let v8 = v3 -> AlphaDropout(0.25);
        let v9 = v8 -> BatchNorm1d(eps: 0.05);
        let v10 = expand(v9, [2, 6]);
        let v11 = v5 -> Relu;
        let v12 = transpose(v10);
        let v13 = v5 / (v6 * v6 + 1);
        let _v14 = v13 -> Elu(0.7);
        let v15 = v12 -> AdaptiveMaxPool1d(3);
        let v16 = v15 -> GlobalAvgPool1d;
        let v17 = v16 -> [Own17(3); 2];
        concat(expand(v7, [1]), reshape(v11, [64]), reshape(v13, [64]), v17, axis: 0)
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
    struct Random9<T>(series: [6, 6], image: [1, 7, 6]) -> (out0: [3, 6], out1: [53]) {
        let v2 = series -> Dense(6);
        let v3 = image -> Conv2d(1, kernel: 1);
        param table: [2, 4, 4] = he_normal;
        let (v5, v6) = split(v2, 2, axis: 0);
        let v7 = v5 -> PositionalEncoding;
        let v8 = min(v3, v3);
        let v9 = max(v6, 0.25);
        let v10 = table -> Hardtanh;
        let v11 = v7 -> Celu(0.7);
        let v12 = v9 - normal([3, 6]);
        let v13 = sum(v12, axis: 1);
        let v14 = v10 -> GaussianNoise(0.25);
        let v15 = v14 -> [Conv2d(2, kernel: 3, padding: 1); 3];
        let v16 = v8 -> Conv2d(2, kernel: 3, stride: (1, 2), padding: (2, 0), dilation: (1, 2));
        let v17 = v15 -> Hardsigmoid;
        let v18 = v13 -> LogSigmoid;
        (v11, concat(reshape(v16, [18]), reshape(v17, [32]), v18, axis: 0))
    }
}

#[test]
fn random9() {
    let series = drawn(3 + 2, 90);
    let image = drawn(3 + 2, 91);
    check_batch::<Random9<f64>>(Random9Batch { series: &series, image: &image }, &places(3));
}

network! {
    struct Random10<T>(x: [9], series: [7, 4], gain: []) -> (out0: [], out1: [50]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(4);
        let v5 = v3 -> Gelu(approximate: tanh);
        let v6 = exp(tanh(v5));
        let v7 = tanh(v4);
        let v8 = pow(v6 * tanh(v6) + 0.5, sigmoid(v6));
        let v9 = sqrt(gain * gain + 0.5);
        let v10 = v7 -> MaxPool1d(2, stride: 1, padding: 1);
        let v11 = matmul(v10 -> wv10_4756: Dense(4), transpose(wv10_4756.weight));
        let v12 = v8 -> Softmax;
        let v13 = v11 -> MultiHeadAttention(1, rotary: true, causal: true);
        let v14 = v12 -> Silu;
        let _v15 = v13 -> AvgPool1d(3, stride: 2, padding: 0);
        layer shared16 = Dense(9);
        let v16 = (v5 -> shared16) - (0.5 * v12 -> shared16);
        let _v17 = v16 -> Hardswish;
        (v9, concat(reshape(v13, [32]), v14, v16, axis: 0))
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
    block Own19(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    struct Random11<T>(x: [9], series: [9, 3], tokens: [2] in 0..7) -> (out0: [9, 3], out1: [8], out2: [24]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = tokens -> Embedding(4);
        param table: [3, 4];
        let v7 = sin(v5);
        let v8 = table -> Dense(5);
        let v9 = v7 -> PositionEmbedding;
        let v10 = v9 * tanh(v5);
        let v11 = v10 -> Flatten;
        let v12 = v11 -> RmsNorm(eps: 0.05);
        let _v13 = v4 -> Softplus(beta: 2.0);
        let v14 = v3 -> Elu(0.7);
        let v15 = v14 -> Mish;
        let v16 = v8 -> Hardswish;
        let v17 = v15 + zeros([9]);
        let _v18 = abs(v12);
        let v19 = v17 -> Own19(10);
        (v4, v12, concat(reshape(v16, [15]), v19, axis: 0))
    }
}

#[test]
fn random11() {
    let x = drawn(3 + 2, 110);
    let series = drawn(3 + 2, 111);
    let tokens = indices::<7, 2>(3 + 2, 112);
    check_batch::<Random11<f64>>(Random11Batch { x: &x, series: &series, tokens: &tokens }, &places(3));
}
