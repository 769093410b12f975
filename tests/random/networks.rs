//! Drawn by `generator.rs`: not to be changed by hand.

use super::differences::{check_batch, places};
use super::{drawn, indices};
use formwork::prelude::*;

network! {
    struct Random0<T>(gain: [], image: [2, 6, 5]) -> (out0: [], out1: [129]) {
        let v2 = image -> Conv2d(2, kernel: 1);
        param table: [2, 4, 4] = glorot_uniform;
        let v4 = gain -> Tanh;
        let v5 = table -> Glu;
        let v6 = concat(v2, image, axis: 1);
        let (v7, v8) = split(v5, 2, axis: 1);
        let v9 = v6 -> LogSigmoid;
        let _v10 = v8 -> Hardtanh(min: -0.5, max: 0.7);
        let v11 = v7 -> GaussianNoise(0.25);
        let v12 = v9 * normal([2, 12, 5]);
        let v13 = pow(v12 * tanh(v12) + 0.5, sigmoid(v6));
        let v14 = v8 -> ZeroPad2d((0, 1, 1, 2));
        let v15 = v14 -> AvgPool2d((2, 3), stride: 3, padding: 0);
        let v16 = v15 -> GlobalAvgPool2d;
        let v17 = v16 - ones([1]);
        (v4, concat(reshape(v11, [8]), reshape(v13, [120]), v17, axis: 0))
    }
}

#[test]
fn random0() {
    let gain = drawn(3 + 2, 0);
    let image = drawn(3 + 2, 1);
    check_batch::<Random0<f64>>(Random0Batch { gain: &gain, image: &image }, &places(3));
}

network! {
    struct Random1<T>(x: [9], series: [6, 6], gain: []) -> (out0: [], out1: [4], out2: [37]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(6);
        param table: [3, 4] = glorot_uniform;
        let v6 = table -> Last;
        let v7 = v4 -> AlphaDropout(0.25);
        let v8 = matmul(tanh(v7), v7 / 6);
        let v9 = gain -> Softsign;
        layer shared10 = Dense(6);
        let v10 = (v8 -> shared10) - (0.5 * v7 -> shared10);
        let v11 = sin(v6);
        let v12 = min(v10, v10);
        let v13 = transpose(v12);
        let v14 = v3 -> Celu(0.7);
        let v15 = v14 + zeros([9]);
        let v16 = slice(v15, axis: 0, 6..7);
        let _v17 = sqrt(v13 * v13 + 0.5);
        let v18 = v16 -> Hardsigmoid;
        (v9, v11, concat(reshape(v13, [36]), v18, axis: 0))
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
    struct Random2<T>(x: [6], image: [1, 7, 6], volume: [1, 4, 4, 4]) -> [172] {
        let v3 = x -> Dense(6);
        let v4 = image -> Conv2d(1, kernel: 1);
        let v5 = volume -> Conv3d(1, kernel: 1);
        param table: [3, 4] = he_normal;
        let v7 = table -> AvgPool1d(2, stride: 1, padding: 0, count_include_pad: false);
        let v8 = sigmoid(v4);
        let v9 = tanh(v3 -> wv3_1833: Dense(2)) * wv3_1833.bias;
        let v10 = v7 -> PositionalEncoding;
        let v11 = v5 -> Relu6;
        let v12 = v8 -> AdaptiveMaxPool2d((7, 6));
        let v13 = v10 -> MultiHeadAttention(4);
        let v14 = v4 -> ConvTranspose2d(1, kernel: (1, 3), stride: 1, padding: 0, output_padding: 0, dilation: 1, groups: 1);
        let _v15 = v13 -> AdaptiveAvgPool1d(1);
        let v16 = v9 -> LeakyRelu;
        let v17 = sqrt(v13 * v13 + 0.5);
        let v18 = v12 -> Silu;
        let _v19 = expand(v18, [2, 1, 7, 6]);
        concat(reshape(v11, [64]), reshape(v14, [56]), v16, reshape(v17, [8]), reshape(v18, [42]), axis: 0)
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
    struct Random3<T>(x: [4], series: [6, 6], image: [1, 7, 6], gain: []) -> [88] {
        let v4 = x -> Dense(4);
        let v5 = series -> Dense(6);
        let v6 = image -> Conv2d(1, kernel: 1);
        param table: [3, 4] = he_normal;
        let (v8, v9) = v5 -> Gru(3, layers: 2, bidirectional: true);
        let (v10, v11, v12) = v9 -> Lstm(1, bidirectional: true);
        let v13 = v6 -> BatchNorm2d(eps: 0.05, momentum: cumulative);
        let v14 = v8 -> MaxPool1d(2);
        let v15 = v12 -> BatchNorm1d(eps: 0.05, affine: false);
        let _v16 = v14 -> PositionEmbedding(5);
        let v17 = v13 -> Dropout2d(0.25);
        let v18 = mean(v4, axis: 0);
        let v19 = v15 -> Gelu(approximate: tanh);
        let v20 = v14 / 2;
        let v21 = matmul(table -> wtable_4185: Dense(3), wtable_4185.weight);
        let v22 = v10 -> Softplus;
        let v23 = v19 -> Dense(2);
        concat(expand(gain, [1]), reshape(v11, [2]), reshape(v17, [42]), expand(v18, [1]), reshape(v20, [18]), reshape(v21, [12]), reshape(v22, [8]), reshape(v23, [4]), axis: 0)
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
    block Own17(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    block Own22(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    struct Random4<T>(x: [9], series: [6, 6], image: [2, 6, 5], volume: [1, 4, 4, 4], gain: []) -> (out0: [], out1: [181]) {
        let v5 = x -> Dense(9);
        let v6 = series -> Dense(6);
        let v7 = image -> Conv2d(2, kernel: 1);
        let v8 = volume -> Conv3d(1, kernel: 1);
        param table: [3, 4] = glorot_uniform;
        let _v10 = v6 -> PositionEmbedding(6);
        let v11 = table -> Flatten;
        let v12 = v8 -> Dropout(0.25);
        let v13 = max(v5, 0.5 - v5);
        let v14 = v11 -> RmsNorm(eps: 0.05);
        let v15 = permute(v12, [0, 2, 3, 1]);
        let v16 = v14 -> [Dense(12); 1];
        let v17 = v13 -> [Own17(10); 1];
        let v18 = v15 -> Elu;
        let _v19 = v7 -> Hardswish;
        let v20 = v18 -> Hardswish;
        let v21 = v20 -> Relu;
        let v22 = v17 -> Own22(10);
        (gain, concat(reshape(v6, [36]), reshape(v7, [60]), v16, reshape(v21, [64]), v22, axis: 0))
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
    struct Random5<T>(x: [6], gain: [], tokens: [3] in 0..6) -> (out0: [], out1: [5], out2: [15]) {
        let v3 = x -> Dense(6);
        let v4 = tokens -> Embedding(3);
        param table: [5] = he_normal;
        let v6 = exp(tanh(v4));
        let v7 = v6 -> Hardtanh(min: -0.5, max: 0.7);
        let v8 = table -> LogSoftmax(axis: 0);
        let v9 = ln(v7 * v7 + 0.5);
        let v10 = abs(v3);
        let v11 = sum(v9, axis: 0);
        let v12 = v11 -> Selu;
        let v13 = v10 * tanh(v3);
        let v14 = v13 -> Mish;
        let v15 = v6 -> AdaptiveMaxPool1d(2);
        let v16 = v15 -> AdaptiveAvgPool1d(2);
        let v17 = v12 -> map(|p| { let s = sin(p); s * s - p / 3 });
        let v18 = v16 -> LayerNorm(eps: 0.05);
        (gain, v8, concat(v14, v17, reshape(v18, [6]), axis: 0))
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
    block Own9(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    struct Random6<T>(x: [9], series: [9, 3], gain: []) -> (out0: [2], out1: [9], out2: [26]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = v4 -> PRelu(per_channel: true);
        let (v6, v7) = v5 -> Rnn(2);
        let v8 = reshape(v3, [3, 3]);
        layer shared9 = Own9(10);
        let v9 = (v3 -> shared9) + (tanh(x) -> shared9);
        let v10 = v8 -> ConvTranspose1d(3, kernel: 1, stride: 1, padding: 1, output_padding: 0, dilation: 2, groups: 1);
        let v11 = v10 + v10;
        let v12 = v11 / (v10 * v10 + 1);
        let v13 = v12 -> Conv1d(6, kernel: 2, stride: 2, padding: 2, dilation: 2, groups: 3, bias: false);
        let _v14 = expand(v9, [2, 9]);
        let v15 = v6 -> PositionEmbedding(10);
        let v16 = v15 -> Softmax(axis: 1);
        let v17 = expand(gain, [2]);
        let v18 = v13 -> GlobalMaxPool1d;
        (v7, v9, concat(reshape(v16, [18]), v17, v18, axis: 0))
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
    struct Random7<T>(series: [9, 3], image: [1, 7, 6], volume: [1, 4, 4, 4], gain: [], tokens: [1] in 0..7) -> (out0: [3], out1: [1], out2: [165]) {
        let v5 = series -> Dense(3);
        let v6 = image -> Conv2d(1, kernel: 1);
        let v7 = volume -> Conv3d(1, kernel: 1);
        let v8 = tokens -> Embedding(3);
        param table: [2, 4, 4] = glorot_uniform;
        let _v10 = v7 -> Conv3d(3, kernel: (1, 2, 2), stride: (1, 2, 2), padding: (2, 1, 1), dilation: (1, 2, 2));
        let v11 = v8 -> GlobalAvgPool1d;
        let v12 = v6 -> Upsample(size: (5, 4), mode: bilinear);
        let v13 = table -> InstanceNorm2d(eps: 0.05, affine: true);
        let v14 = cos(v5);
        let v15 = v12 -> GroupNorm(1, eps: 0.05);
        let v16 = v15 -> GlobalMaxPool2d;
        let v17 = v13 -> MaxPool2d(2, stride: 2, padding: (1, 0));
        let v18 = v12 -> Conv2d(1, kernel: 2, stride: (2, 1), padding: (2, 1), dilation: 2);
        let v19 = v14 - gain;
        let v20 = v7 -> Conv3d(3, kernel: (1, 3, 1), stride: (2, 1, 2), padding: (1, 1, 0), dilation: 1);
        let v21 = v18 -> Conv2d(4, kernel: 1) -> PixelShuffle(2);
        let v22 = v17 -> AdaptiveAvgPool2d(1);
        (v11, v16, concat(reshape(v19, [27]), reshape(v20, [72]), reshape(v21, [64]), reshape(v22, [2]), axis: 0))
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
    struct Random8<T>(x: [6], volume: [1, 4, 4, 4], gain: []) -> [136] {
        let v3 = x -> Dense(6);
        let v4 = volume -> Conv3d(1, kernel: 1);
        let v5 = v4 -> Mish;
        let v6 = sin(v3);
        let v7 = v6 -> Hardtanh(min: -0.5, max: 0.7);
        let v8 = v7 -> Glu;
        let v9 = v5 / (v5 * v5 + 1);
        let v10 = mean(v8);
        let v11 = v9 -> Dropout(0.25);
        let v12 = concat(v11, v11, axis: 3);
        let v13 = min(x, v3);
        let v14 = v10 - v10;
        let v15 = expand(v13, [2, 6]);
        let v16 = v15 -> Relu6;
        let v17 = v16 -> GlobalAvgPool1d;
        concat(expand(gain, [1]), reshape(v12, [128]), expand(v14, [1]), v17, axis: 0)
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
    struct Random9<T>(series: [6, 6], image: [1, 7, 6]) -> [133] {
        let v2 = series -> Dense(6);
        let v3 = image -> Conv2d(1, kernel: 1);
        param table: [2, 4, 4] = he_normal;
        let v5 = v2 -> Softplus(beta: 2.0);
        let v6 = v3 -> Softmax;
        layer shared7 = Dense(6);
        let v7 = (v5 -> shared7) - (0.5 * v5 -> shared7);
        let v8 = v7 -> map(|p| tanh(p) * cos(p) + 0.1);
        let (v9, v10) = v8 -> Rnn(3);
        let v11 = v6 * ones([1, 7, 6]);
        let v12 = table -> ZeroPad2d((2, 1, 1, 2));
        let v13 = exp(tanh(v11));
        let v14 = v9 -> Softsign;
        let v15 = slice(v13, axis: 2, 4..6);
        let v16 = v14 -> PRelu(per_channel: true);
        let v17 = v12 -> Hardsigmoid;
        let v18 = v10 -> Hardswish;
        concat(reshape(v15, [14]), reshape(v16, [18]), reshape(v17, [98]), v18, axis: 0)
    }
}

#[test]
fn random9() {
    let series = drawn(3 + 2, 90);
    let image = drawn(3 + 2, 91);
    check_batch::<Random9<f64>>(Random9Batch { series: &series, image: &image }, &places(3));
}

network! {
    struct Random10<T>(x: [9], series: [7, 4], gain: []) -> [58] {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(4);
        let v5 = v4 -> [Dense(4); 1];
        let v6 = abs(v3);
        let v7 = v4 + gain;
        let v8 = v5 -> Selu;
        let v9 = v6 -> Elu;
        let v10 = v8 -> Gru(2);
        let v11 = matmul(v7 -> wv7_7205: Dense(4), transpose(wv7_7205.weight));
        let v12 = v9 -> Silu;
        let v13 = v11 -> Dense(5);
        let v14 = v10 / 2;
        let v15 = reshape(v14, [7, 1, 2]);
        let v16 = v13 -> RmsNorm(eps: 0.05);
        let v17 = v15 -> LeakyRelu(0.2);
        concat(v12, reshape(v16, [35]), reshape(v17, [14]), axis: 0)
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
    block Own12(wide)(x: [t, f]) -> [t, f] {
        x + (x -> Dense(wide) -> Silu -> Dense(f))
    }
    struct Random11<T>(x: [9], series: [9, 3], tokens: [2] in 0..7) -> (out0: [9], out1: [3, 3], out2: [20]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = tokens -> Embedding(4);
        param table: [3, 4];
        let v7 = pow(v3 * tanh(v3) + 0.5, sigmoid(v3));
        let v8 = v5 -> BatchNorm1d(eps: 0.05, statistics: running);
        let v9 = tanh(v7);
        let v10 = v4 -> AvgPool1d(2, stride: 3, padding: 0, count_include_pad: false);
        let _v11 = v10 -> PositionalEncoding;
        let v12 = v8 -> Own12(5);
        let v13 = transpose(table);
        let v14 = v13 -> Flatten;
        let _v15 = v12 -> Last;
        let v16 = v12 -> LogSigmoid;
        let v17 = v10 + zeros([3, 3]);
        let v18 = v16 -> Lstm(2, bidirectional: true, bias: false);
        let v19 = v14 -> Sigmoid;
        (v9, v17, concat(reshape(v18, [8]), v19, axis: 0))
    }
}

#[test]
fn random11() {
    let x = drawn(3 + 2, 110);
    let series = drawn(3 + 2, 111);
    let tokens = indices::<7, 2>(3 + 2, 112);
    check_batch::<Random11<f64>>(Random11Batch { x: &x, series: &series, tokens: &tokens }, &places(3));
}
