//! Drawn by `generator.rs`: not to be changed by hand.

use super::differences::{check_batch, places};
use super::{drawn, indices};
use formwork::prelude::*;

network! {
    struct Random0<T>(gain: [], image: [2, 6, 5]) -> (out0: [2, 4, 4], out1: [83]) {
        let v2 = image -> Conv2d(2, kernel: 1);
        param table: [2, 4, 4] = glorot_uniform;
        let v4 = v2 -> LayerNorm(eps: 0.05, axis: 0);
        let v5 = v4 -> GroupNorm(2, eps: 0.05);
        let v6 = v5 -> Sigmoid;
        let v7 = v6 -> AdaptiveAvgPool2d((4, 5));
        let v8 = gain -> Mish;
        let v9 = cos(v8);
        let v10 = v7 -> GaussianNoise(0.25);
        let v11 = v10 -> Softplus(beta: 2.0);
        let (v12, v13, v14) = split(v5, 3, axis: 1);
        let v15 = permute(v11, [1, 2, 0]);
        let v16 = v14 -> Relu;
        let v17 = v13 -> GlobalMaxPool2d;
        let v18 = v16 * tanh(v16);
        (table, concat(expand(v9, [1]), reshape(v12, [20]), reshape(v15, [40]), v17, reshape(v18, [20]), axis: 0))
    }
}

#[test]
fn random0() {
    let gain = drawn(3 + 2, 0);
    let image = drawn(3 + 2, 1);
    check_batch::<Random0<f64>>(Random0Batch { gain: &gain, image: &image }, &places(3));
}

network! {
    block Own10(wide)(x: [t, f]) -> [t, f] {
        x + (x -> Dense(wide) -> Silu -> Dense(f))
    }
    struct Random1<T>(x: [9], series: [6, 6], gain: []) -> (out0: [], out1: [49]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(6);
        param table: [3, 4] = glorot_uniform;
        let v6 = matmul(v4 -> wv4_5523: Dense(5), wv4_5523.weight);
        let v7 = matmul(tanh(v6), v4 / 6);
        let v8 = expand(table, [2, 3, 4]);
        let v9 = v7 + v6;
        layer shared10 = Own10(7);
        let v10 = (v4 -> shared10) + (tanh(v4) -> shared10);
        let v11 = v3 -> Gelu(approximate: tanh);
        let v12 = v9 -> Softsign;
        let v13 = v10 -> AvgPool1d(2, stride: 3, padding: 0, count_include_pad: false);
        let v14 = v13 -> MaxPool1d(2, stride: 1, padding: 0);
        let v15 = v14 -> ConvTranspose1d(1, kernel: 2, stride: 2, padding: 1, output_padding: 1, dilation: 1, groups: 1);
        let v16 = mean(v12, axis: 1);
        let v17 = abs(v16);
        let v18 = concat(v11, v11, axis: 0);
        (gain, concat(reshape(v8, [24]), reshape(v15, [1]), v17, v18, axis: 0))
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
    struct Random2<T>(x: [6], image: [1, 7, 6], volume: [1, 4, 4, 4]) -> (out0: [1, 4, 4, 4], out1: [6], out2: [43]) {
        let v3 = x -> Dense(6);
        let v4 = image -> Conv2d(1, kernel: 1);
        let v5 = volume -> Conv3d(1, kernel: 1);
        param table: [3, 4] = he_normal;
        let v7 = v3 -> RmsNorm(eps: 0.05, affine: false);
        let v8 = table -> Tanh;
        let v9 = v4 -> PRelu;
        let v10 = sum(v8, axis: 1);
        let v11 = v9 -> BatchNorm2d(eps: 0.05, affine: false);
        let v12 = pow(v10 * tanh(v10) + 0.5, sigmoid(v10));
        let v13 = v11 -> Silu;
        let v14 = v7 -> AlphaDropout(0.25);
        let _v15 = v14 -> Hardsigmoid;
        let v16 = v12 -> BatchNorm1d(eps: 0.05);
        let v17 = min(v13, v11);
        let v18 = v17 -> MaxPool2d(2, stride: 1, padding: (1, 0));
        let v19 = v18 -> Elu(0.7);
        (v5, v14, concat(v16, reshape(v19, [40]), axis: 0))
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
    block Own12(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    struct Random3<T>(x: [4], series: [6, 6], image: [1, 7, 6], gain: []) -> (out0: [], out1: [36], out2: [182]) {
        let v4 = x -> Dense(4);
        let v5 = series -> Dense(6);
        let v6 = image -> Conv2d(1, kernel: 1);
        param table: [3, 4] = he_normal;
        let v8 = v5 -> Flatten;
        let v9 = v6 -> Conv2d(3, kernel: (1, 2), stride: 2, padding: (2, 0), dilation: (2, 1));
        layer shared10 = Conv2d(1, kernel: 3, padding: 1);
        let v10 = (v6 -> shared10) - (0.5 * v6 -> shared10);
        let v11 = v9 -> Conv2d(4, kernel: 1) -> PixelShuffle(2);
        let v12 = v4 -> [Own12(5); 1];
        let v13 = v10 / (v6 * v6 + 1);
        let _v14 = v12 -> Dense(4);
        let v15 = v11 -> Selu;
        let v16 = sqrt(table * table + 0.5);
        let v17 = v10 -> ConvTranspose2d(1, kernel: 1, stride: (2, 1), padding: (0, 1), output_padding: 0, dilation: (1, 2), groups: 1);
        let v18 = v15 -> Hardtanh;
        let v19 = transpose(v16);
        let v20 = v17 -> InstanceNorm2d(eps: 0.05, affine: true);
        (gain, v8, concat(v12, reshape(v13, [42]), reshape(v18, [72]), reshape(v19, [12]), reshape(v20, [52]), axis: 0))
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
    struct Random4<T>(x: [9], series: [6, 6], image: [2, 6, 5], volume: [1, 4, 4, 4], gain: []) -> (out0: [6, 6], out1: [95]) {
        let v5 = x -> Dense(9);
        let v6 = series -> Dense(6);
        let v7 = image -> Conv2d(2, kernel: 1);
        let v8 = volume -> Conv3d(1, kernel: 1);
        param table: [3, 4] = glorot_uniform;
        let v10 = v7 -> AvgPool2d(3, stride: (1, 3), padding: (1, 0));
        let v11 = sin(table);
        let v12 = slice(v10, axis: 1, 3..5);
        let v13 = v12 * ones([2, 2, 1]);
        let v14 = v5 -> Dense(2);
        let v15 = exp(tanh(gain));
        let v16 = v14 -> LogSoftmax(axis: 0);
        let v17 = v13 -> ZeroPad2d((0, 1, 1, 0));
        let v18 = pow(v16, 2);
        let v19 = v11 -> GlobalAvgPool1d;
        let v20 = v17 -> Glu;
        let v21 = v18 -> LeakyRelu(0.2);
        let v22 = v20 -> Upsample(2, mode: bilinear, align_corners: true);
        (v6, concat(reshape(v8, [64]), expand(v15, [1]), v19, v21, reshape(v22, [24]), axis: 0))
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
    block Own9(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    struct Random5<T>(x: [6], gain: [], tokens: [3] in 0..6) -> [25] {
        let v3 = x -> Dense(6);
        let v4 = tokens -> Embedding(3);
        param table: [5] = he_normal;
        let v6 = ln(v4 * v4 + 0.5);
        let v7 = v6 -> map(|p| p * sigmoid(1.702 * p));
        let v8 = tanh(v3 -> wv3_1821: Dense(5)) * wv3_1821.bias;
        let v9 = v8 -> Own9(6);
        let v10 = v7 -> Conv1d(3, kernel: 1, padding: same, groups: 3);
        let v11 = gain -> Hardswish;
        let v12 = v8 - gain;
        let v13 = v11 -> Relu6;
        let v14 = v9 -> Softmax;
        let v15 = v10 -> [Dense(3); 3];
        let v16 = max(v13, 0.5 - v13);
        let v17 = v12 -> Hardsigmoid;
        let v18 = v17 + zeros([5]);
        concat(table, v14, reshape(v15, [9]), expand(v16, [1]), v18, axis: 0)
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
    block Own10(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    struct Random6<T>(x: [9], series: [9, 3], gain: []) -> [36] {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = gain * normal([]);
        let v6 = reshape(v4, [27]);
        let v7 = v3 -> Dropout(0.25);
        let v8 = v7 -> LogSigmoid;
        let v9 = v5 -> Celu(0.7);
        let v10 = v8 -> Own10(10);
        let v11 = v9 -> Tanh;
        let v12 = -v11;
        let v13 = v6 - v12;
        let v14 = v13 + zeros([27]);
        let v15 = v14 -> Silu;
        let v16 = v10 -> [Dense(9); 2];
        let v17 = v16 -> LeakyRelu(0.2);
        concat(v15, v17, axis: 0)
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
    struct Random7<T>(series: [9, 3], image: [1, 7, 6], volume: [1, 4, 4, 4], gain: [], tokens: [1] in 0..7) -> (out0: [], out1: [2, 8, 3, 1], out2: [149]) {
        let v5 = series -> Dense(3);
        let v6 = image -> Conv2d(1, kernel: 1);
        let v7 = volume -> Conv3d(1, kernel: 1);
        let v8 = tokens -> Embedding(3);
        param table: [2, 4, 4] = glorot_uniform;
        let v10 = v6 -> Dropout2d(0.25);
        let v11 = v7 -> Conv3d(2, kernel: (1, 1, 3), stride: (1, 2, 2), padding: (2, 1, 0), dilation: (1, 2, 1));
        let v12 = v10 -> GlobalAvgPool2d;
        let v13 = v5 -> Hardswish;
        let v14 = v13 -> GaussianNoise(0.25);
        let v15 = table -> ZeroPad2d((0, 1, 2, 0));
        let _v16 = cos(v12);
        let v17 = v14 -> BatchNorm1d(eps: 0.05, momentum: 0.3);
        let v18 = v15 -> Conv2d(4, kernel: 1) -> PixelShuffle(2);
        let v19 = reshape(v8, [1, 3]);
        let v20 = v19 -> Dense(6);
        let _v21 = v11 -> Conv3d(2, kernel: (2, 1, 2), padding: same, bias: false);
        let v22 = mean(v20);
        (gain, v11, concat(v12, reshape(v17, [27]), reshape(v18, [120]), expand(v22, [1]), axis: 0))
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
    block Own7(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    struct Random8<T>(x: [6], volume: [1, 4, 4, 4], gain: []) -> (out0: [], out1: [70]) {
        let v3 = x -> Dense(6);
        let v4 = volume -> Conv3d(1, kernel: 1);
        let v5 = v3 -> Sigmoid;
        let v6 = v5 -> Hardtanh(min: -0.5, max: 0.7);
        layer shared7 = Own7(7);
        let v7 = (v6 -> shared7) + (tanh(v6) -> shared7);
        let v8 = v7 * tanh(v7);
        let v9 = v8 -> Hardsigmoid;
        let v10 = v9 -> RmsNorm(eps: 0.05);
        let v11 = v4 -> Mish;
        let v12 = v10 -> LogSoftmax(axis: 0);
        let v13 = v11 -> Dropout(0.25);
        let v14 = v12 -> PRelu;
        let (v15, v16, v17) = split(v14, 3, axis: 0);
        let v18 = v16 -> Elu;
        let v19 = v17 -> LayerNorm(eps: 0.05);
        (gain, concat(reshape(v13, [64]), v15, v18, v19, axis: 0))
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
    struct Random9<T>(series: [6, 6], image: [1, 7, 6]) -> (out0: [5], out1: [6, 6], out2: [94]) {
        let v2 = series -> Dense(6);
        let v3 = image -> Conv2d(1, kernel: 1);
        param table: [2, 4, 4] = he_normal;
        let v5 = v3 -> ConvTranspose2d(2, kernel: 2, stride: 1, padding: (0, 1), output_padding: 0, dilation: 1, groups: 1);
        let v6 = abs(v2);
        let v7 = matmul(tanh(v6), v6 / 6);
        let v8 = permute(v5, [2, 1, 0]);
        let v9 = sum(table, axis: 2);
        let v10 = v8 -> AdaptiveAvgPool2d((5, 2));
        let v11 = sin(v7);
        let v12 = v10 -> GlobalAvgPool2d;
        let v13 = pow(v11 * tanh(v11) + 0.5, sigmoid(v11));
        let v14 = v9 -> Softmax(axis: 1);
        let v15 = v14 -> GlobalAvgPool1d;
        let v16 = v5 -> Conv2d(3, kernel: (2, 1), stride: (2, 1), padding: (2, 0), dilation: (1, 2));
        let v17 = v15 -> LogSigmoid;
        (v12, v13, concat(reshape(v16, [90]), v17, axis: 0))
    }
}

#[test]
fn random9() {
    let series = drawn(3 + 2, 90);
    let image = drawn(3 + 2, 91);
    check_batch::<Random9<f64>>(Random9Batch { series: &series, image: &image }, &places(3));
}

network! {
    struct Random10<T>(x: [9], series: [7, 4], gain: []) -> [50] {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(4);
        let v5 = matmul(v4 -> wv4_354: Dense(2), wv4_354.weight);
        let v6 = v3 + gain;
        let v7 = v5 -> AvgPool1d(2, stride: 2, padding: 1);
        let v8 = v7 -> Flatten;
        let v9 = v6 -> AlphaDropout(0.25);
        let v10 = v9 -> Selu;
        layer shared11 = Dense(9);
        let _v11 = (v3 -> shared11) - (0.5 * v9 -> shared11);
        let v12 = concat(v8, v10, axis: 0);
        let v13 = v12 -> map(|p| { let s = sin(p); s * s - p / 3 });
        let v14 = v13 -> Relu6;
        let _v15 = v14 -> Softsign;
        let v16 = expand(v14, [2, 25]);
        let v17 = v16 + ones([2, 25]);
        reshape(v17, [50])
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
    block Own7(wide)(x: [t, f]) -> [t, f] {
        x + (x -> Dense(wide) -> Silu -> Dense(f))
    }
    struct Random11<T>(x: [9], series: [9, 3], tokens: [2] in 0..7) -> (out0: [9], out1: [2, 4], out2: [63]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = tokens -> Embedding(4);
        param table: [3, 4];
        let v7 = v5 -> [Own7(5); 3];
        let v8 = ln(v3 * v3 + 0.5);
        layer shared9 = Dense(4);
        let v9 = (table -> shared9) - (0.5 * table -> shared9);
        let _v10 = min(v4, v4);
        let v11 = slice(v4, axis: 1, 0..3);
        let v12 = cos(v11);
        let v13 = v5 / (v5 * v5 + 1);
        let v14 = v9 -> Softplus(beta: 2.0);
        let v15 = v7 -> ConvTranspose1d(3, kernel: 3, stride: 2, padding: 0, output_padding: 1, dilation: 2, groups: 1);
        let _v16 = sqrt(v14 * v14 + 0.5);
        let v17 = v15 -> Gelu;
        let v18 = v17 -> Relu;
        let v19 = transpose(v12);
        (v8, v13, concat(reshape(v14, [12]), reshape(v18, [24]), reshape(v19, [27]), axis: 0))
    }
}

#[test]
fn random11() {
    let x = drawn(3 + 2, 110);
    let series = drawn(3 + 2, 111);
    let tokens = indices::<7, 2>(3 + 2, 112);
    check_batch::<Random11<f64>>(Random11Batch { x: &x, series: &series, tokens: &tokens }, &places(3));
}
