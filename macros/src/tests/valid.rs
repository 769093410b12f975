//! Networks that are right: no error, and the listing that is expected.

use super::*;

pub const DIGITS: &str = "/// Tells digits apart.
pub struct Digits(image: [1, 28, 28]) -> [10] {
    image
        -> conv1: Conv2d(32, kernel: 3) -> Relu -> MaxPool2d(2)
        -> conv2: Conv2d(64, kernel: 3) -> Relu -> MaxPool2d(2)
        -> Flatten
        -> hidden: Dense(128) -> Relu -> Dropout(0.5)
        -> logits: Dense(10)
}";

pub const RESIDUAL: &str = "struct Residual<T>(x: [16, 8, 8]) -> [10] {
    let y = x -> Conv2d(16, kernel: 3, padding: same, bias: false) -> BatchNorm2d -> Relu
        -> Conv2d(16, kernel: (3, 3), padding: 1) -> BatchNorm2d(momentum: 0.01, eps: 1e-3);
    let z = x + y -> Relu;
    (z -> MaxPool2d(3, stride: 2, padding: 1)) + (x -> AvgPool2d(2)) -> GlobalAvgPool2d -> Dense(10) -> Softmax
}";

pub const SEVERAL: &str = "pub(crate) struct Pair(a: [3], b: [4, 3]) -> (left: [5], right: [4, 5]) {
    let (p, q) = (a -> Dense(5, init: he_normal), b -> Dense(5) -> Gelu(approximate: tanh) -> BatchNorm1d);
    (p -> LeakyRelu(0.2), q -> LogSoftmax)
}
struct Second(a: [3]) -> [3] { a -> Elu -> Selu -> Silu -> Tanh -> Sigmoid -> Softplus(beta: 2.0, threshold: 10) }";

#[track_caller]
fn listing(source: &str) -> String {
    let (shaped, errors) = analyse(source);
    assert!(errors.is_empty(), "{}", show(source, &errors));
    shaped.iter().map(ToString::to_string).collect()
}

#[test]
fn a_chain() {
    let expected = "\
network Digits
  v0: [1, 28, 28] = input image
  v1: [32, 26, 26] = conv1: Conv2d(32, kernel: 3) (v0)
  v2: [32, 26, 26] = relu1: Relu (v1)
  v3: [32, 13, 13] = max_pool2d1: MaxPool2d(2) (v2)
  v4: [64, 11, 11] = conv2: Conv2d(64, kernel: 3) (v3)
  v5: [64, 11, 11] = relu2: Relu (v4)
  v6: [64, 5, 5] = max_pool2d2: MaxPool2d(2) (v5)
  v7: [1600] = flatten1: Flatten (v6)
  v8: [128] = hidden: Dense(128) (v7)
  v9: [128] = relu3: Relu (v8)
  v10: [128] = dropout1: Dropout(0.5) (v9)
  v11: [10] = logits: Dense(10) (v10)
  results v11
";
    assert_eq!(listing(DIGITS), expected);
}

#[test]
fn a_residual_network() {
    let expected = "\
network Residual
  v0: [16, 8, 8] = input x
  v1: [16, 8, 8] = conv2d1: Conv2d(16, kernel: 3, padding: same, bias: false) (v0)
  v2: [16, 8, 8] = batch_norm2d1: BatchNorm2d (v1)
  v3: [16, 8, 8] = relu1: Relu (v2)
  v4: [16, 8, 8] = conv2d2: Conv2d(16, kernel: 3, padding: 1) (v3)
  v5: [16, 8, 8] = batch_norm2d2: BatchNorm2d(momentum: 0.01, eps: 0.001) (v4)
  v6: [16, 8, 8] = add1: x + y (v0, v5)
  v7: [16, 8, 8] = relu2: Relu (v6)
  v8: [16, 4, 4] = max_pool2d1: MaxPool2d(3, stride: 2, padding: 1) (v7)
  v9: [16, 4, 4] = avg_pool2d1: AvgPool2d(2) (v0)
  v10: [16, 4, 4] = add2: MaxPool2d(3, stride: 2, padding: 1) + AvgPool2d(2) (v8, v9)
  v11: [16] = global_avg_pool2d1: GlobalAvgPool2d (v10)
  v12: [10] = dense1: Dense(10) (v11)
  v13: [10] = softmax1: Softmax (v12)
  results v13
";
    assert_eq!(listing(RESIDUAL), expected);
}

#[test]
fn several_inputs_and_outputs() {
    let expected = "\
network Pair
  v0: [3] = input a
  v1: [4, 3] = input b
  v2: [5] = dense1: Dense(5) (v0)
  v3: [4, 5] = dense2: Dense(5) (v1)
  v4: [4, 5] = gelu1: Gelu(approximate: tanh) (v3)
  v5: [4, 5] = batch_norm1d1: BatchNorm1d (v4)
  v6: [5] = leaky_relu1: LeakyRelu(0.2) (v2)
  v7: [4, 5] = log_softmax1: LogSoftmax (v5)
  results v6, v7
network Second
  v0: [3] = input a
  v1: [3] = elu1: Elu (v0)
  v2: [3] = selu1: Selu (v1)
  v3: [3] = silu1: Silu (v2)
  v4: [3] = tanh1: Tanh (v3)
  v5: [3] = sigmoid1: Sigmoid (v4)
  v6: [3] = softplus1: Softplus(beta: 2.0, threshold: 10.0) (v5)
  results v6
";
    assert_eq!(listing(SEVERAL), expected);
}
