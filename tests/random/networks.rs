//! Drawn by `generator.rs`: not to be changed by hand.

use super::differences::{check_batch, places};
use super::{drawn, indices};
use formwork::prelude::*;

network! {
    struct Random0<T>(gain: [], image: [2, 6, 5]) -> (out0: [], out1: [4, 2, 4, 4], out2: [156]) {
        let v2 = image -> Conv2d(2, kernel: 1);
        param table: [2, 4, 4] = glorot_uniform;
        let v4 = softplus(gain);
        let v5 = table -> InstanceNorm2d(eps: 0.05);
        let v6 = expand(v5, [3, 2, 4, 4]);
        let v7 = v2 -> LeakyRelu;
        let v8 = v6 / (gain * gain + 1);
        let v9 = v8 + normal([3, 2, 4, 4]);
        let v10 = v6 -> Conv3d(4, kernel: (2, 2, 1), padding: same);
        let v11 = v7 -> Relu6;
        let v12 = v4 -> Softsign;
        let v13 = abs(v10);
        let v14 = v11 -> GroupNorm(2, eps: 0.05);
        let _v15 = v14 -> AvgPool2d((3, 2), stride: (2, 1), padding: 0, count_include_pad: false);
        let v16 = v9 -> Sigmoid;
        (v12, v13, concat(reshape(v14, [60]), reshape(v16, [96]), axis: 0))
    }
}

#[test]
fn random0() {
    let gain = drawn(3 + 2, 0);
    let image = drawn(3 + 2, 1);
    check_batch::<Random0<f64>>(Random0Batch { gain: &gain, image: &image }, &places(3));
}

network! {
    struct Random1<T>(x: [9], series: [6, 6], gain: []) -> [49] {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(6);
        param table: [3, 4] = glorot_uniform;
        let v6 = v3 -> GaussianNoise(0.25);
        let v7 = transpose(v4);
        let v8 = v7 -> Flatten;
        let v9 = table -> GlobalMaxPool1d;
        let v10 = max(gain, 0.5 - gain);
        let (_v11, _v12) = split(v8, 2, axis: 0);
        let v13 = v8 + v10;
        let _v14 = v6 * tanh(gain);
        let v15 = v6 -> Elu;
        let _v16 = v15 -> LogSigmoid;
        let v17 = v13 -> AlphaDropout(0.25);
        let v18 = ln(v17 * v17 + 0.5);
        let v19 = v15 -> Relu;
        concat(v9, v18, v19, axis: 0)
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
    struct Random2<T>(x: [6], image: [1, 7, 6], volume: [1, 4, 4, 4]) -> (out0: [4], out1: [64], out2: [140]) {
        let v3 = x -> Dense(6);
        let v4 = image -> Conv2d(1, kernel: 1);
        let v5 = volume -> Conv3d(1, kernel: 1);
        param table: [3, 4] = he_normal;
        let v7 = reshape(v5, [64, 1, 1]);
        let v8 = table -> MaxPool1d(3, stride: 3, padding: 1);
        let v9 = v7 -> Dropout(0.25);
        let v10 = v3 -> Dense(4);
        let v11 = v9 -> RmsNorm(eps: 0.05, axis: 0);
        let v12 = v11 -> Dropout2d(0.25);
        let v13 = v8 -> AdaptiveMaxPool1d(1);
        let v14 = v12 -> GlobalAvgPool2d;
        let (v15, v16, v17) = split(v4, 3, axis: 2);
        let v18 = v13 -> GlobalAvgPool1d;
        let v19 = v5 - v5;
        let v20 = v13 -> ConvTranspose1d(4, kernel: 3, stride: 1, padding: 1, output_padding: 0, dilation: 2, groups: 2);
        let v21 = v17 -> Conv2d(4, kernel: (3, 1), stride: 2, padding: (2, 1), dilation: (2, 1));
        (v10, v14, concat(reshape(v15, [14]), reshape(v16, [14]), v18, reshape(v19, [64]), reshape(v20, [12]), reshape(v21, [32]), axis: 0))
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
    struct Random3<T>(x: [4], series: [6, 6], image: [1, 7, 6], gain: []) -> (out0: [], out1: [23]) {
        let v4 = x -> Dense(4);
        let v5 = series -> Dense(6);
        let v6 = image -> Conv2d(1, kernel: 1);
        param table: [3, 4] = he_normal;
        let v8 = v4 -> Glu;
        let v9 = table -> Gelu;
        let v10 = mean(v5, axis: 1);
        let v11 = v6 -> AdaptiveAvgPool2d((3, 2));
        let v12 = v10 -> [Dense(6); 2];
        let v13 = v11 -> AdaptiveMaxPool2d((3, 1));
        let v14 = v9 -> AvgPool1d(2, stride: 2, padding: 0, count_include_pad: false);
        let v15 = v13 -> Mish;
        let v16 = v13 -> ConvTranspose2d(2, kernel: (2, 3), stride: (1, 2), padding: (0, 1), output_padding: 0, dilation: 1, groups: 1);
        let v17 = v15 -> LogSoftmax(axis: 1);
        let v18 = v8 -> Hardtanh(min: -0.5, max: 0.7);
        let v19 = matmul(v14 -> wv14_4928: Dense(4), wv14_4928.weight);
        let v20 = sum(v17, axis: 2);
        (gain, concat(v12, reshape(v16, [8]), v18, reshape(v19, [4]), reshape(v20, [3]), axis: 0))
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
    block Own12(wide)(x: [n]) -> [n] {
        x + (x -> Dense(wide) -> Tanh -> Dense(n))
    }
    block Own16(wide)(x: [t, f]) -> [t, f] {
        x + (x -> Dense(wide) -> Silu -> Dense(f))
    }
    struct Random4<T>(x: [9], series: [6, 6], image: [2, 6, 5], volume: [1, 4, 4, 4], gain: []) -> [117] {
        let v5 = x -> Dense(9);
        let v6 = series -> Dense(6);
        let v7 = image -> Conv2d(2, kernel: 1);
        let v8 = volume -> Conv3d(1, kernel: 1);
        param table: [3, 4] = glorot_uniform;
        let v10 = table -> Hardswish;
        let v11 = tanh(v5 -> wv5_4392: Dense(2)) * wv5_4392.bias;
        let v12 = v11 -> Own12(3);
        let v13 = v6 -> PRelu;
        let v14 = v10 + zeros([3, 4]);
        let v15 = matmul(tanh(v6), v13 / 6);
        layer shared16 = Own16(5);
        let v16 = (table -> shared16) + (tanh(v14) -> shared16);
        let v17 = cos(v12);
        let v18 = exp(tanh(gain));
        let v19 = v16 -> map(|p| tanh(p) * cos(p) + 0.1);
        let _v20 = concat(v16, v10, axis: 1);
        let v21 = v7 -> GlobalMaxPool2d;
        let _v22 = slice(v21, axis: 0, 1..2);
        concat(reshape(v8, [64]), reshape(v15, [36]), v17, expand(v18, [1]), reshape(v19, [12]), v21, axis: 0)
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
    block Own6(wide)(x: [t, f]) -> [t, f] {
        x + (x -> Dense(wide) -> Silu -> Dense(f))
    }
    struct Random5<T>(x: [6], gain: [], tokens: [3] in 0..6) -> [20] {
        let v3 = x -> Dense(6);
        let v4 = tokens -> Embedding(3);
        param table: [5] = he_normal;
        let v6 = v4 -> [Own6(4); 2];
        let v7 = v6 * tanh(gain);
        let v8 = sin(table);
        let v9 = -v7;
        let v10 = v8 -> Celu;
        let v11 = min(v4, v6);
        let v12 = v9 -> AdaptiveAvgPool1d(2);
        let v13 = v12 -> Softmax;
        let v14 = slice(v11, axis: 1, 2..3);
        let v15 = sqrt(v13 * v13 + 0.5);
        let v16 = v10 -> BatchNorm1d(eps: 0.05, statistics: running);
        let v17 = v14 + ones([3, 1]);
        let v18 = v17 -> LogSigmoid;
        concat(v3, reshape(v15, [6]), v16, reshape(v18, [3]), axis: 0)
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
    struct Random6<T>(x: [9], series: [9, 3], gain: []) -> [55] {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = v3 -> Selu;
        let v6 = v4 -> Silu;
        layer shared7 = Dense(3);
        let v7 = (v6 -> shared7) - (0.5 * v4 -> shared7);
        let v8 = v7 -> Tanh;
        let _v9 = pow(v8 * tanh(v8) + 0.5, sigmoid(v8));
        let v10 = pow(v8 * tanh(v8) + 0.5, sigmoid(v4));
        let v11 = v10 -> Conv1d(1, kernel: 2, padding: same);
        let v12 = v5 -> LayerNorm(eps: 0.05);
        let v13 = concat(v12, v5, axis: 0);
        let v14 = v13 -> Hardsigmoid;
        let _v15 = v14 -> Relu6;
        let v16 = max(v10, 0.5 - v7);
        let _v17 = cos(v16);
        concat(expand(gain, [1]), reshape(v11, [9]), v14, reshape(v16, [27]), axis: 0)
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
    struct Random7<T>(series: [9, 3], image: [1, 7, 6], volume: [1, 4, 4, 4], gain: [], tokens: [1] in 0..7) -> (out0: [9, 3], out1: [82]) {
        let v5 = series -> Dense(3);
        let v6 = image -> Conv2d(1, kernel: 1);
        let v7 = volume -> Conv3d(1, kernel: 1);
        let v8 = tokens -> Embedding(3);
        param table: [2, 4, 4] = glorot_uniform;
        let v10 = permute(v7, [1, 3, 0, 2]);
        let v11 = table -> Upsample(size: (4, 2));
        let v12 = v6 -> BatchNorm2d(eps: 0.05, affine: false);
        let v13 = v12 -> ZeroPad2d((1, 1, 1, 2));
        let v14 = v11 -> Conv2d(4, kernel: 1) -> PixelShuffle(2);
        let v15 = v13 -> AvgPool2d((2, 3));
        let v16 = v14 -> MaxPool2d((2, 3));
        let v17 = v16 * normal([1, 4, 1]);
        let v18 = relu(gain);
        let v19 = v8 -> GlobalMaxPool1d;
        let v20 = v19 -> LayerNorm(eps: 0.05, affine: false);
        let v21 = v17 -> Hardswish;
        let v22 = abs(v15);
        (v5, concat(reshape(v10, [64]), expand(v18, [1]), v20, reshape(v21, [4]), reshape(v22, [10]), axis: 0))
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
    struct Random8<T>(x: [6], volume: [1, 4, 4, 4], gain: []) -> (out0: [4], out1: [2], out2: [64]) {
        let v3 = x -> Dense(6);
        let v4 = volume -> Conv3d(1, kernel: 1);
        let v5 = v4 - ones([1, 4, 4, 4]);
        let v6 = tanh(v3 -> wv3_4430: Dense(2)) * wv3_4430.bias;
        let v7 = pow(v5 * tanh(v5) + 0.5, sigmoid(v4));
        let v8 = permute(v7, [0, 2, 3, 1]);
        let v9 = v8 -> Hardsigmoid;
        let v10 = reshape(v6, [1, 2]);
        let v11 = matmul(v10 -> wv10_2782: Dense(4), wv10_2782.weight);
        let v12 = v11 -> Conv1d(4, kernel: 1, padding: same);
        let v13 = v12 -> Flatten;
        let v14 = v13 -> Selu;
        let v15 = v14 -> Elu(0.7);
        let v16 = expand(gain, [2]);
        let v17 = v9 + volume;
        (v15, v16, reshape(v17, [64]))
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
    struct Random9<T>(series: [6, 6], image: [1, 7, 6]) -> (out0: [2, 8, 8], out1: [3, 6], out2: [106]) {
        let v2 = series -> Dense(6);
        let v3 = image -> Conv2d(1, kernel: 1);
        param table: [2, 4, 4] = he_normal;
        let v5 = v2 -> Dropout(0.25);
        let v6 = v3 -> LeakyRelu(0.2);
        let v7 = v6 -> [Conv2d(1, kernel: 3, padding: 1); 3];
        let v8 = table -> Upsample(2);
        let v9 = v5 -> Relu6;
        let v10 = v7 -> ZeroPad2d((1, 1, 2, 2));
        let v11 = sin(v9);
        let (v12, v13) = split(v11, 2, axis: 0);
        let v14 = v12 -> BatchNorm1d(eps: 0.05, statistics: running);
        let v15 = v14 -> AdaptiveMaxPool1d(3);
        let _v16 = v8 * tanh(v8);
        let v17 = v10 -> Tanh;
        let v18 = transpose(v15);
        (v8, v13, concat(reshape(v17, [88]), reshape(v18, [18]), axis: 0))
    }
}

#[test]
fn random9() {
    let series = drawn(3 + 2, 90);
    let image = drawn(3 + 2, 91);
    check_batch::<Random9<f64>>(Random9Batch { series: &series, image: &image }, &places(3));
}

network! {
    block Own6(wide)(x: [t, f]) -> [t, f] {
        x + (x -> Dense(wide) -> Silu -> Dense(f))
    }
    struct Random10<T>(x: [9], series: [7, 4], gain: []) -> (out0: [7, 8], out1: [11]) {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(4);
        let v5 = v4 / (gain * gain + 1);
        let v6 = v5 -> [Own6(5); 1];
        let v7 = v6 -> AlphaDropout(0.25);
        let v8 = v7 -> Gelu;
        let v9 = v8 -> ConvTranspose1d(3, kernel: 1, stride: 1, padding: 0, output_padding: 0, dilation: 2, groups: 1);
        layer shared10 = Dense(4);
        let v10 = (v8 -> shared10) - (0.5 * v8 -> shared10);
        let v11 = concat(v10, series, axis: 1);
        let v12 = v9 -> AvgPool1d(2, stride: 3, padding: 1);
        let v13 = v3 -> Mish;
        let v14 = v11 -> LogSigmoid;
        let v15 = v13 -> Softsign;
        let v16 = v15 -> Dense(2, bias: false);
        let v17 = v12 -> Silu;
        (v14, concat(v16, reshape(v17, [9]), axis: 0))
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
    struct Random11<T>(x: [9], series: [9, 3], tokens: [2] in 0..7) -> [15] {
        let v3 = x -> Dense(9);
        let v4 = series -> Dense(3);
        let v5 = tokens -> Embedding(4);
        param table: [3, 4];
        let v7 = slice(v3, axis: 0, 3..6);
        let v8 = mean(v4, axis: 0);
        let v9 = sqrt(v5 * v5 + 0.5);
        let v10 = table -> MaxPool1d(3, stride: 3, padding: 1);
        let v11 = v8 -> PRelu(per_channel: true);
        layer shared12 = Own12(5);
        let v12 = (v5 -> shared12) + (tanh(v5) -> shared12);
        let v13 = exp(tanh(v9));
        let _v14 = v11 -> LogSoftmax(axis: 0);
        let v15 = v12 - v9;
        let v16 = matmul(tanh(v15), transpose(v10 / 4));
        let v17 = ln(v11 * v11 + 0.5);
        let v18 = v16 -> GlobalAvgPool1d;
        let v19 = v13 -> Sigmoid;
        concat(v7, v17, v18, reshape(v19, [8]), axis: 0)
    }
}

#[test]
fn random11() {
    let x = drawn(3 + 2, 110);
    let series = drawn(3 + 2, 111);
    let tokens = indices::<7, 2>(3 + 2, 112);
    check_batch::<Random11<f64>>(Random11Batch { x: &x, series: &series, tokens: &tokens }, &places(3));
}
