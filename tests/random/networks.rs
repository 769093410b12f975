//! Drawn by `generator.rs`: not to be changed by hand.

use super::differences::{check_batch, places};
use super::{drawn, indices};
use formwork::prelude::*;

network! {
    struct Random0<T>(gain: [], image: [2, 6, 5]) -> (out0: [2], out1: [], out2: [28]) {
        let v2 = image -> Conv2d(2, kernel: 1);
        param table: [2, 4, 4] = glorot_uniform;
        let v4 = table -> [Conv2d(2, kernel: 3, padding: 1); 1];
        let v5 = v2 -> AlphaDropout(0.25);
        let v6 = v5 -> GlobalMaxPool2d;
        let v7 = v4 -> GlobalAvgPool2d;
        let v8 = v6 -> Silu;
        let v9 = min(gain, gain);
        let v10 = v8 -> BatchNorm1d(eps: 0.05, affine: false);
        let v11 = table -> Upsample(size: (7, 2), mode: bilinear, align_corners: true);
        layer shared12 = Dense(2);
        let v12 = (v10 -> shared12) - (0.5 * v7 -> shared12);
        let v13 = v9 -> Hardtanh;
        let v14 = v11 -> GaussianNoise(0.25);
        let _v15 = v12 -> LeakyRelu;
        let _v16 = v14 -> Hardswish;
        (v12, v13, reshape(v14, [28]))
    }
}

#[test]
fn random0() {
    let gain = drawn(3 + 2, 0);
    let image = drawn(3 + 2, 1);
    check_batch::<Random0<f64>>(Random0Batch { gain: &gain, image: &image }, &places(3));
}

network! {
    struct Random1<T>(x: [9], series: [6, 6], gain: []) -> (out0: [], out1: [3], out2: [45]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(6);
        param table: [3, 4] = glorot_uniform;
        let v6 = table -> LogSigmoid;
        let v7 = v6 -> GlobalAvgPool1d;
        let v8 = v7 -> Softmax(axis: 0);
        let _v9 = v8 -> Hardswish;
        let v10 = mean(v3, axis: 0);
        let v11 = v8 + v10;
        let v12 = matmul(tanh(v6), transpose(table / 4));
        let v13 = slice(v11, axis: 0, 0..3);
        let v14 = sqrt(v13 * v13 + 0.5);
        let _v15 = v14 -> map(|p| { let s = sin(p); s * s - p / 3 });
        let v16 = sigmoid(v4);
        let v17 = v16 -> Hardsigmoid;
        let v18 = v12 -> LogSoftmax;
        (gain, v14, concat(reshape(v17, [36]), reshape(v18, [9]), axis: 0))
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
    block Own8(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    struct Random2<T>(x: [6], image: [1, 7, 6], volume: [1, 4, 4, 4]) -> [86] {
        let v3 = x -> Dense(6);
        let v4 = image -> Conv2d(1, kernel: 1);
        let v5 = volume -> Conv3d(1, kernel: 1);
        param table: [3, 4] = he_normal;
        let v7 = v4 -> GroupNorm(1, eps: 0.05);
        let v8 = v3 -> Own8(7);
        let v9 = v7 -> BatchNorm2d(eps: 0.05, statistics: running);
        let v10 = permute(v5, [0, 2, 3, 1]);
        let v11 = v9 * normal([1, 7, 6]);
        let v12 = tanh(v8);
        let v13 = v11 -> MaxPool2d((2, 3), stride: (1, 3), padding: (0, 1));
        let v14 = v13 -> AvgPool2d((2, 3), stride: 3, padding: 1, count_include_pad: false);
        let v15 = table -> Celu(0.7);
        let v16 = v14 -> Conv2d(4, kernel: 1) -> PixelShuffle(2);
        let v17 = v15 -> MaxPool1d(2, stride: 3, padding: 0);
        let v18 = ln(v10 * v10 + 0.5);
        let v19 = v17 * tanh(v17);
        concat(v12, reshape(v16, [12]), reshape(v18, [64]), reshape(v19, [4]), axis: 0)
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
    block Own12(wide)(x: [t, f]) -> [t, f] {
        x + (x -> Dense(wide) -> Silu -> Dense(f))
    }
    struct Random3<T>(x: [4], series: [6, 6], image: [1, 7, 6], gain: []) -> [58] {
        let v4 = x -> Dense(4);
        let v5 = series -> Dense(6);
        let v6 = image -> Conv2d(1, kernel: 1);
        param table: [3, 4] = he_normal;
        let v8 = gain -> Selu;
        let _v9 = v5 / (gain * gain + 1);
        let _v10 = v6 -> AdaptiveAvgPool2d((3, 6));
        let v11 = v6 -> LeakyRelu(0.2);
        layer shared12 = Own12(5);
        let v12 = (table -> shared12) + (tanh(table) -> shared12);
        let v13 = v12 - v12;
        let v14 = v13 -> Softsign;
        let v15 = v14 -> Hardswish;
        let v16 = v4 -> Glu;
        let _v17 = v11 -> AdaptiveAvgPool2d((6, 2));
        let v18 = v8 -> Relu;
        let v19 = reshape(v5, [9, 1, 4, 1]);
        let v20 = sum(v11, axis: (0, 2));
        concat(reshape(v15, [12]), v16, expand(v18, [1]), reshape(v19, [36]), v20, axis: 0)
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
    struct Random4<T>(x: [9], series: [6, 6], image: [2, 6, 5], volume: [1, 4, 4, 4], gain: []) -> (out0: [], out1: [2, 3, 4], out2: [101]) {
        let v5 = x -> Dense(9);
        let v6 = series -> Dense(6);
        let v7 = image -> Conv2d(2, kernel: 1);
        let v8 = volume -> Conv3d(1, kernel: 1);
        param table: [3, 4] = glorot_uniform;
        let v10 = table -> Mish;
        let v11 = v10 -> PRelu;
        let v12 = expand(v11, [2, 3, 4]);
        let v13 = v5 -> Relu6;
        let _v14 = 1 - v13;
        let v15 = v6 -> ConvTranspose1d(3, kernel: 2, stride: 2, padding: 0, output_padding: 0, dilation: 1, groups: 3);
        let v16 = v8 -> Flatten;
        let v17 = v13 -> LayerNorm(eps: 0.05);
        let (v18, v19) = split(v16, 2, axis: 0);
        let v20 = v15 -> Conv1d(2, kernel: 3, padding: same);
        let v21 = v20 + ones([12, 2]);
        let v22 = v7 -> AdaptiveAvgPool2d((1, 2));
        let v23 = v22 -> InstanceNorm2d(eps: 0.05, track_running_stats: true);
        (gain, v12, concat(v17, v18, v19, reshape(v21, [24]), reshape(v23, [4]), axis: 0))
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
    struct Random5<T>(x: [6], gain: [], tokens: [3] in 0..6) -> (out0: [], out1: [23]) {
        let v3 = x -> Dense(6);
        let v4 = tokens -> Embedding(3);
        param table: [5] = he_normal;
        let v6 = v4 -> map(|p| { let s = sin(p); s * s - p / 3 });
        let v7 = v3 + zeros([6]);
        let v8 = transpose(v6);
        let _v9 = v7 -> Gelu;
        let v10 = table -> RmsNorm(eps: 0.05);
        let _v11 = v7 -> Gelu(approximate: tanh);
        let v12 = sin(v7);
        let v13 = v10 -> Dense(4);
        let _v14 = concat(v12, v13, axis: 0);
        let v15 = concat(v10, table, axis: 0);
        let v16 = v12 / (v3 * v3 + 1);
        let _v17 = v13 -> Gelu;
        let v18 = v8 -> AvgPool1d(3, stride: 3, padding: 0, count_include_pad: false);
        (gain, concat(v13, v15, v16, reshape(v18, [3]), axis: 0))
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
    block Own13(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    struct Random6<T>(x: [9], series: [9, 3], gain: []) -> [46] {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = cos(v3);
        let v6 = pow(v5 * tanh(v5) + 0.5, sigmoid(v3));
        let v7 = exp(tanh(gain));
        let v8 = v6 -> Elu;
        let v9 = abs(v7);
        let v10 = v8 -> Dropout(0.25);
        let v11 = v4 -> Softplus(beta: 2.0);
        let v12 = v9 -> Gelu;
        let v13 = v10 -> [Own13(10); 3];
        let v14 = max(v6, 0.5 - v8);
        let _v15 = pow(v12, 2);
        let _v16 = max(v14, 0.25);
        let v17 = 1 - v13;
        concat(reshape(v11, [27]), expand(v12, [1]), v14, v17, axis: 0)
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
    struct Random7<T>(series: [9, 3], image: [1, 7, 6], volume: [1, 4, 4, 4], gain: [], tokens: [1] in 0..7) -> [188] {
        let v5 = series -> Dense(3);
        let v6 = image -> Conv2d(1, kernel: 1);
        let v7 = volume -> Conv3d(1, kernel: 1);
        let v8 = tokens -> Embedding(3);
        param table: [2, 4, 4] = glorot_uniform;
        let _v10 = table -> ZeroPad2d((0, 0, 0, 0));
        let v11 = table -> Conv2d(4, kernel: (2, 1), stride: 1, padding: (2, 0), dilation: 1);
        let v12 = image -> ConvTranspose2d(1, kernel: 1, stride: 1, padding: 1, output_padding: 0, dilation: (2, 1), groups: 1);
        let v13 = v7 -> Conv3d(1, kernel: 3, stride: (2, 2, 1), padding: (0, 1, 1), dilation: (1, 2, 2), bias: false);
        let v14 = v11 -> Dropout2d(0.25);
        let v15 = v6 -> ZeroPad2d((1, 1, 1, 2));
        let (v16, v17) = split(v12, 2, axis: 2);
        let v18 = sin(v8);
        let v19 = v13 - gain;
        let _v20 = v17 -> InstanceNorm2d(eps: 0.05, track_running_stats: true);
        let v21 = v18 -> Sigmoid;
        let v22 = v21 -> GlobalAvgPool1d;
        let v23 = v14 -> Glu;
        concat(reshape(v5, [27]), reshape(v15, [80]), reshape(v16, [10]), reshape(v17, [10]), reshape(v19, [2]), v22, reshape(v23, [56]), axis: 0)
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
    struct Random8<T>(x: [6], volume: [1, 4, 4, 4], gain: []) -> (out0: [], out1: [134]) {
        let v3 = x -> Dense(6);
        let v4 = volume -> Conv3d(1, kernel: 1);
        let v5 = v4 + v4;
        let v6 = v3 -> BatchNorm1d(eps: 0.05, momentum: cumulative);
        let v7 = concat(v5, v4, axis: 0);
        let v8 = v6 -> RmsNorm(eps: 0.05);
        let v9 = v8 * tanh(v6);
        let v10 = max(gain, 0.5 - gain);
        let v11 = cos(v7);
        let v12 = v10 -> Softplus(beta: 2.0);
        let v13 = 1 - v9;
        let _v14 = v11 * ones([2, 4, 4, 4]);
        let v15 = relu(v13);
        let v16 = v11 -> LeakyRelu(0.2);
        let v17 = v16 -> Softsign;
        (v12, concat(v15, reshape(v17, [128]), axis: 0))
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
    block Own7(wide)(x: [c, h, w]) -> [c, h, w] {
        x + (x -> Conv2d(wide, kernel: 3, padding: 1) -> Tanh -> Conv2d(c, kernel: 1) -> BatchNorm2d(eps: 0.05))
    }
    struct Random9<T>(series: [6, 6], image: [1, 7, 6]) -> (out0: [1, 7, 6], out1: [2, 6], out2: [100]) {
        let v2 = series -> Dense(6);
        let v3 = image -> Conv2d(1, kernel: 1);
        param table: [2, 4, 4] = he_normal;
        let v5 = v3 -> map(|p| p * sigmoid(1.702 * p));
        let v6 = v5 -> Mish;
        let v7 = v6 -> Own7(2);
        let v8 = v7 -> GaussianNoise(0.25);
        let v9 = table -> Upsample(2, mode: bilinear, align_corners: true);
        let v10 = v2 -> Flatten;
        let v11 = slice(v9, axis: 0, 1..2);
        let v12 = v8 -> Dropout(0.25);
        let v13 = v2 -> MaxPool1d(3, stride: 3, padding: 1);
        let v14 = v11 -> Hardsigmoid;
        let v15 = v14 -> Elu(0.7);
        let v16 = v10 -> Softmax;
        let v17 = reshape(v15, [64]);
        (v12, v13, concat(v16, v17, axis: 0))
    }
}

#[test]
fn random9() {
    let series = drawn(3 + 2, 90);
    let image = drawn(3 + 2, 91);
    check_batch::<Random9<f64>>(Random9Batch { series: &series, image: &image }, &places(3));
}

network! {
    block Own11(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    struct Random10<T>(x: [9], series: [7, 4], gain: []) -> [65] {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(4);
        let v5 = v4 -> Conv1d(3, kernel: 3, padding: same);
        let v6 = mean(v5, axis: 0);
        let v7 = v6 -> AlphaDropout(0.25);
        let v8 = v3 + zeros([9]);
        let v9 = v7 -> Silu;
        let v10 = ln(gain * gain + 0.5);
        layer shared11 = Own11(10);
        let _v11 = (v8 -> shared11) + (tanh(v8) -> shared11);
        let v12 = v8 -> LayerNorm(eps: 0.05, affine: false);
        let v13 = v4 -> ConvTranspose1d(4, kernel: 2, stride: 2, padding: 1, output_padding: 1, dilation: 1, groups: 4);
        let v14 = exp(tanh(v12));
        let v15 = v14 -> Selu;
        let v16 = v9 -> Hardtanh;
        let v17 = v13 -> Hardswish;
        concat(expand(v10, [1]), v15, v16, reshape(v17, [52]), axis: 0)
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
    block Own11(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    struct Random11<T>(x: [9], series: [9, 3], tokens: [2] in 0..7) -> [214] {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = tokens -> Embedding(4);
        param table: [3, 4];
        layer shared7 = Own7(5);
        let v7 = (v5 -> shared7) + (tanh(v5) -> shared7);
        let v8 = v4 - ones([9, 3]);
        let v9 = sum(v7);
        let v10 = v8 -> Relu6;
        let v11 = v3 -> [Own11(10); 3];
        let _v12 = v10 -> Gelu(approximate: tanh);
        let _v13 = v11 -> Dense(4);
        let v14 = matmul(tanh(v10), transpose(v10 / 3));
        let v15 = abs(v14);
        let v16 = v4 / (v8 * v8 + 1);
        let v17 = v16 -> Dense(2);
        let v18 = min(v14, v14);
        let v19 = expand(table, [2, 3, 4]);
        concat(expand(v9, [1]), v11, reshape(v15, [81]), reshape(v17, [18]), reshape(v18, [81]), reshape(v19, [24]), axis: 0)
    }
}

#[test]
fn random11() {
    let x = drawn(3 + 2, 110);
    let series = drawn(3 + 2, 111);
    let tokens = indices::<7, 2>(3 + 2, 112);
    check_batch::<Random11<f64>>(Random11Batch { x: &x, series: &series, tokens: &tokens }, &places(3));
}
