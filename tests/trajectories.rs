//! Whole training runs beside PyTorch's: the same weights and batches give the same losses, gradients and final weights.

mod common;

use common::goldens::{Case, case};
use common::start::{read, start};
use formwork::prelude::*;
use formwork::tensor::{flat, flat_mut, zeroed_vec};
use formwork::{Noise, Role, TensorInfo};

network! {
    pub struct MlpTanh<T>(x: [5]) -> [3] {
        x -> layers_0: Dense(7) -> Tanh -> layers_1: Dense(3)
    }

    pub struct MlpRelu<T>(x: [5]) -> [3] {
        x -> layers_0: Dense(7) -> Relu -> layers_1: Dense(3)
    }

    pub struct LeNetTanh<T>(image: [1, 8, 8]) -> [7] {
        image
            -> conv1: Conv2d(3, kernel: 3, padding: 1) -> Tanh -> MaxPool2d(2)
            -> conv2: Conv2d(5, kernel: 3, padding: 1) -> Tanh -> MaxPool2d(2)
            -> Flatten
            -> fc1: Dense(11) -> Tanh
            -> fc2: Dense(7)
    }

    pub struct LeNetRelu<T>(image: [1, 8, 8]) -> [10] {
        image
            -> conv1: Conv2d(4, kernel: 5, padding: 2) -> Relu -> AvgPool2d(2)
            -> conv2: Conv2d(6, kernel: 5, padding: 2) -> Relu -> AvgPool2d(2)
            -> Flatten
            -> fc1: Dense(13) -> Relu
            -> fc2: Dense(10)
    }

    pub struct Projection<T>(image: [2, 7, 5]) -> [3] {
        let x = image -> conv0: Conv2d(3, kernel: 3, padding: 1, bias: false) -> bn0: BatchNorm2d -> Relu;
        let y = x
            -> conv1: Conv2d(5, kernel: 3, padding: 1, stride: 2, bias: false) -> bn1: BatchNorm2d -> Relu
            -> conv2: Conv2d(5, kernel: 3, padding: 1, bias: false) -> bn2: BatchNorm2d;
        let s = x -> conv_s: Conv2d(5, kernel: 1, stride: 2, bias: false) -> bn_s: BatchNorm2d;
        y + s -> Relu -> GlobalAvgPool2d -> fc: Dense(3)
    }

    pub struct Identity<T>(image: [1, 5, 7]) -> [5] {
        let x = image
            -> conv0: Conv2d(3, kernel: 3, padding: 1, bias: false)
            -> bn0: BatchNorm2d(momentum: 0.2, eps: 1e-3) -> Relu;
        let y = x
            -> conv1: Conv2d(3, kernel: 3, padding: 1, bias: false)
            -> bn1: BatchNorm2d(momentum: 0.2, eps: 1e-3) -> Relu
            -> conv2: Conv2d(3, kernel: 3, padding: 1, bias: false)
            -> bn2: BatchNorm2d(momentum: 0.2, eps: 1e-3);
        y + x -> Relu -> GlobalAvgPool2d -> fc: Dense(5)
    }

    pub struct Digits<T>(x: [64]) -> [10] {
        x -> layers_0: Dense(32) -> Relu -> layers_1: Dense(10)
    }
}

/// The reference's name: an identifier cannot be called `layers.0`.
fn name(info: &TensorInfo) -> String {
    info.name.to_string().replace("layers_", "layers.")
}

/// Runs all steps; `targets` cuts the targets of one step out of the reference's.
fn follow<N, Y, L, O>(case: &Case, loss: &L, optimizer: &O, targets: impl Fn(usize) -> Vec<Y>)
where
    N: for<'a> Network<Batch<'a> = &'a [<N as Network>::Sample], Scalar = f64>,
    N::Sample: Tensor<Scalar = f64>,
    L: Loss<N::Output, Y>,
    O: Optimizer,
{
    let mut network = start::<N>(case, name);
    let mut gradient = N::zeroed();
    let mut workspace = Workspace::<N>::new();
    let mut state = optimizer.start(&*network);
    let shape = case.shape("batch.input");
    let (steps, batch) = (shape[0], shape[1]);
    let all = case.values::<f64>("batch.input");
    let mut inputs = zeroed_vec::<N::Sample>(batch);
    let mut losses = Vec::new();
    for step in 0..steps {
        let each = all.len() / steps;
        flat_mut(&mut inputs).copy_from_slice(&all[step * each..(step + 1) * each]);
        if case.has("lr") {
            optimizer.set_rate(&mut state, case.values::<f64>("lr")[step]);
        }
        let noise = Noise { seed: 0, step: step as u64, first: 0 };
        let mut pass = network.forward(&inputs, Selection::All, noise, &mut workspace).expect("a batch");
        let (outputs, gradients) = pass.outputs_and_gradients();
        losses.push(loss.loss(outputs, &targets(step), Selection::All, gradients).expect("targets"));
        pass.backward(&mut gradient);
        if step == 0 {
            for info in N::TENSORS.iter().filter(|info| info.role == Role::Learned) {
                case.check(&format!("grad_first.{}", name(&info)), &read(&*gradient, &info));
            }
        }
        optimizer.step(&mut state, &mut network, &gradient);
    }
    case.check("loss", &losses);
    for info in N::TENSORS {
        let group = if info.role == Role::Learned { "final" } else { "buffer_after" };
        case.check(&format!("{group}.{}", name(&info)), &read(&*network, &info));
    }
    flat_mut(&mut inputs).copy_from_slice(&all[..all.len() / steps]);
    let mut outputs = zeroed_vec::<N::Output>(batch);
    network.predict_selected(&inputs, Selection::All, &mut outputs, &mut workspace).expect("a batch");
    case.check("eval_output", flat(&outputs));
}

fn classes<const C: usize>(case: &Case) -> impl Fn(usize) -> Vec<Index<C>> {
    let batch = case.shape("batch.target")[1];
    let all = case.values::<f64>("batch.target");
    move |step| {
        let targets = &all[step * batch..(step + 1) * batch];
        targets.iter().map(|&t| Index::new(t as usize).expect("a class")).collect()
    }
}

#[test]
fn mlp_with_adam() {
    let case = case("train_mlp_adam");
    follow::<MlpTanh<f64>, _, _, _>(&case, &CrossEntropy::new(), &Adam::new(0.03), classes::<3>(&case));
}

#[test]
fn mlp_with_nesterov_and_falling_rate() {
    let case = case("train_mlp_sgd_regression");
    let sgd = Sgd::new(0.05).momentum(0.9).nesterov(true);
    let all = case.values::<f64>("batch.target");
    let targets = |step: usize| {
        let batch = case.shape("batch.target")[1];
        let targets = all[step * batch * 3..(step + 1) * batch * 3].chunks(3);
        targets.map(SVector::<f64, 3>::from_column_slice).collect()
    };
    follow::<MlpRelu<f64>, _, _, _>(&case, &MeanSquaredError::new(), &sgd, targets);
}

#[test]
fn lenet_with_momentum_and_decay() {
    let case = case("train_lenet_sgd");
    let sgd = Sgd::new(0.1).momentum(0.9).weight_decay(0.01);
    follow::<LeNetTanh<f64>, _, _, _>(&case, &CrossEntropy::new(), &sgd, classes::<7>(&case));
}

#[test]
fn lenet_with_adam() {
    let case = case("train_lenet_adam");
    follow::<LeNetRelu<f64>, _, _, _>(&case, &CrossEntropy::new(), &Adam::new(0.01), classes::<10>(&case));
}

#[test]
fn residual_network_with_projection() {
    let case = case("train_resnet_projection");
    let sgd = Sgd::new(0.05).momentum(0.9);
    follow::<Projection<f64>, _, _, _>(&case, &CrossEntropy::new(), &sgd, classes::<3>(&case));
}

#[test]
fn residual_network_with_adamw() {
    let case = case("train_resnet_identity");
    let adamw = AdamW::new(0.01).weight_decay(0.05);
    follow::<Identity<f64>, _, _, _>(&case, &CrossEntropy::new(), &adamw, classes::<5>(&case));
}

/// Two epochs over real digits: every loss, the final weights, and the loss and accuracy over all rows.
fn digits<T: Real>(suffix: &str, tolerance: f64) {
    let case = case("train_digits_float32");
    let close = |name: &str, got: &[T]| {
        let want = case.values::<f64>(name);
        let largest = want.iter().fold(0.0f64, |max, w| max.max(w.abs()));
        assert_eq!(got.len(), want.len(), "{name}");
        for (g, w) in got.iter().zip(&want) {
            assert!((g.widen() - w).abs() <= tolerance * largest, "{name}: {} is not {w}", g.widen());
        }
    };
    let mut network = start::<Digits<T>>(&case, name);
    let mut gradient = Digits::<T>::zeroed();
    let mut workspace = Workspace::new();
    let adam = Adam::new(0.01);
    let mut state = adam.start(&*network);
    let loss = CrossEntropy::new();
    let mut inputs = zeroed_vec::<SVector<T, 64>>(512);
    flat_mut(&mut inputs).copy_from_slice(&case.values::<T>("data.input"));
    let targets = case.values::<f64>("data.target");
    let targets: Vec<_> = targets.iter().map(|&t| Index::<10>::new(t as usize).expect("a class")).collect();
    let mut losses = Vec::new();
    for step in 0..32 {
        let indices: Vec<_> = (0..32).map(|i| step % 16 * 32 + i).collect();
        let selection = Selection::Indices(&indices);
        let mut pass =
            network.forward(&inputs, selection, Noise::default(), &mut workspace).expect("a batch");
        let (outputs, gradients) = pass.outputs_and_gradients();
        losses.push(T::of(loss.loss(outputs, &targets, selection, gradients).expect("targets")));
        pass.backward(&mut gradient);
        adam.step(&mut state, &mut network, &gradient);
    }
    close(&format!("loss{suffix}"), &losses);
    for info in Digits::<T>::TENSORS {
        close(&format!("final{suffix}.{}", name(&info)), &read(&*network, &info));
    }
    let outputs = network.predict_batch(&inputs);
    let value = loss.value(&outputs, &targets, Selection::All).expect("targets");
    close(&format!("eval_loss{suffix}"), &[T::of(value)]);
    let correct = outputs.iter().zip(&targets).filter(|(y, t)| y.imax() == t.get()).count();
    assert_eq!(correct as f64, case.values::<f64>(&format!("eval_correct{suffix}"))[0]);
}

#[test]
fn digits_in_f32() {
    digits::<f32>("", 1e-3);
}

#[test]
fn digits_in_f64() {
    digits::<f64>("_f64", 1e-8);
}
