//! Values that no layer gives: learned tensors, constants and noise.

mod common;

use common::differences;
use formwork::prelude::*;
use formwork::{Noise, Role};

network! {
    /// Layer scale, as ConvNeXt has it, a scalar, and a table that is added.
    pub struct Scaled<T>(image: [3, 4, 5]) -> [3, 4, 5] {
        param gamma: [3, 1, 1] = 0.5;
        param scale: [] = 2.0;
        param table: [3, 4, 5] = he_normal;
        let y = image -> Conv2d(3, kernel: 3, padding: 1) -> Tanh;
        image + y * expand(gamma, [3, 4, 5]) * scale + table
    }

    /// A matrix and a vector, read more than once; nothing flows in but the input.
    pub struct Product<T>(x: [4, 3]) -> [4, 2] {
        param weight: [3, 2];
        param bias: [2] = 0.1;
        frozen param fixed: [2] = 3;
        let y = matmul(x, weight) + expand(bias, [4, 2]);
        y * expand(exp(bias) + fixed, [4, 2]) + matmul(sin(x), weight)
    }

    /// Tensors in a block, in a repeated block and in an inner network.
    pub struct Nested<T>(x: [5]) -> [5] {
        x -> first: Scale(2) -> body: [Scale(1); 3] -> inner: Shift
    }
    block Scale(start)(x: [n]) -> [n] {
        param gain: [n] = start;
        x * gain -> Tanh
    }
    pub struct Shift<T>(x: [5]) -> [5] {
        param offset: [5] = glorot_uniform;
        x + offset
    }

    /// Layers that are not trained, above and below one that is.
    #[allow(formwork::bias_before_batch_norm, formwork::missing_activation)]
    pub struct Frozen<T>(image: [2, 6, 6]) -> [3] {
        let bottom = image -> stem: Conv2d(4, kernel: 3, frozen: true) -> Tanh;
        let x = bottom -> tuned: Conv2d(4, kernel: 1) -> norm: BatchNorm2d(frozen: true) -> GroupNorm(2, frozen: true);
        let y = x -> PRelu(frozen: true) -> Flatten -> LayerNorm(frozen: true) -> Dense(5, frozen: true);
        y -> InstanceOf -> Dense(3, frozen: true)
    }
    block InstanceOf(x: [5]) -> [5] { x -> Tanh -> inner: Dense(5, frozen: false) }

    pub struct Constants(x: [4]) -> [4] { x * (ones([4]) + ones([4])) - zeros([4]) }

    /// The sampling of a variational autoencoder.
    #[allow(formwork::unnamed_twins)]
    pub struct Sampler<T>(x: [3]) -> [20] {
        let (mean, log_var) = (x -> Dense(20), x -> Dense(20));
        mean + exp(log_var / 2) * normal([20])
    }
}

#[test]
fn gradients_against_differences() {
    differences::check::<Scaled<f64>>(3);
    differences::check::<Product<f64>>(3);
    differences::check::<Nested<f64>>(3);
    differences::check::<Sampler<f64>>(4);
    differences::check::<Frozen<f64>>(3);
}

#[test]
fn names_shapes_and_first_values() {
    let network = Scaled::<f32>::new(1);
    let tensor = |name: &str| {
        let found = Scaled::<f32>::TENSORS.iter().find(|t| t.name == name);
        found.unwrap_or_else(|| panic!("no tensor `{name}`"))
    };
    assert_eq!((tensor("gamma").shape, tensor("scale").shape), (&[3, 1, 1][..], &[][..]));
    assert_eq!((network.gamma[2].x, network.scale), (0.5, 2.0));
    // A tensor in a file is as its shape says, row by row: the first axis comes out, the others go in.
    let table: Vec<f32> = network.table.iter().flat_map(|m| m.iter().copied()).collect();
    let deviation = (table.iter().map(|x| x * x).sum::<f32>() / 60.0).sqrt();
    assert!((0.2..0.5).contains(&deviation), "{deviation} is not near √(2 / 20)");
    let nested: Vec<String> = Nested::<f32>::TENSORS.iter().map(|t| t.name.to_string()).collect();
    assert_eq!(nested, ["first.gain", "body.0.gain", "body.1.gain", "body.2.gain", "inner.offset"]);
    let nested = Nested::<f32>::new(1);
    assert_eq!((nested.first.gain.x, nested.body[2].gain.x), (2.0, 1.0));
    assert!(nested.inner.offset.iter().all(|x| x.abs() <= (6.0f32 / 10.0).sqrt()));
}

#[test]
fn a_frozen_tensor_is_in_files_and_never_changes() {
    let role = |name: &str| Product::<f32>::TENSORS.iter().find(|t| t.name == name).map(|t| t.role);
    assert_eq!((role("fixed"), role("bias")), (Some(Role::Frozen), Some(Role::Learned)));
    assert_eq!(Product::<f32>::PARAMETERS, 8, "what is frozen is not learned");
    let mut network = Product::<f32>::new(3);
    let inputs: Vec<SMatrix<f32, 3, 4>> = (0..32).map(|i| SMatrix::repeat(i as f32 / 32.0)).collect();
    let targets = vec![SMatrix::<f32, 2, 4>::repeat(1.0); 32];
    let data = Dataset::new(inputs, targets).expect("as many");
    let before = network.bias;
    Trainer::new(MeanSquaredError::new(), AdamW::new(0.1))
        .epochs(3)
        .quiet()
        .fit(&mut network, &data)
        .expect("trained");
    assert_eq!(network.fixed, SVector::from([3.0, 3.0]));
    assert_ne!(network.bias, before);
}

#[test]
fn frozen_layers_keep_their_weights() {
    let learned: usize = 4 * 4 + 4 + 5 * 5 + 5;
    assert_eq!(Frozen::<f32>::PARAMETERS, learned);
    let summary = Frozen::<f32>::summary();
    assert_eq!((summary.parameters(), summary.frozen()), (learned, 76 + 8 + 8 + 1 + 128 + 325 + 18));
    let text = summary.to_string();
    assert!(text.contains("50 of 614 parameters are trained."), "{text}");

    let mut network = Frozen::<f32>::new(1);
    let before = network.duplicate();
    let mut inputs = formwork::tensor::zeroed_vec::<[SMatrix<f32, 6, 6>; 2]>(40);
    for (i, x) in formwork::tensor::flat_mut(&mut inputs).iter_mut().enumerate() {
        *x = (i as f32 * 0.7).sin();
    }
    let data = Dataset::new(inputs, vec![SVector::<f32, 3>::repeat(0.5); 40]).expect("as many");
    Trainer::new(MeanSquaredError::new(), AdamW::new(0.1))
        .epochs(2)
        .quiet()
        .fit(&mut network, &data)
        .expect("trained");
    for tensor in Frozen::<f32>::TENSORS {
        let same = network.as_slice()[tensor.range()] == before.as_slice()[tensor.range()];
        assert_eq!(same, tensor.role == Role::Frozen, "{}", tensor.name);
    }
}

#[test]
fn constants() {
    let x = SVector::from([1.0f32, -2.0, 0.5, 0.0]);
    assert_eq!(Constants::new(0).predict(&x), x * 2.0);
}

/// Drawn anew at each step of a training pass, the same whatever the order of the samples, and zero in prediction.
#[test]
fn noise() {
    let network = Sampler::<f32>::new(2);
    let x = vec![SVector::from([0.3f32, -0.2, 0.9]); 50];
    let mut workspace = Sampler::workspace();
    let mut pass = |step| {
        let noise = Noise { seed: 7, step, first: 0 };
        let pass = network.forward(&x[..], Selection::All, noise, &mut workspace).expect("a good batch");
        pass.outputs().to_vec()
    };
    let (first, again, next) = (pass(0), pass(0), pass(1));
    assert_eq!(first, again);
    assert!(first != next && first[0] != first[1]);
    let predicted = network.predict(&x[0]);
    let mean = first.iter().chain(&next).sum::<SVector<f32, 20>>() / 100.0;
    assert!((mean - predicted).amax() < 0.6, "noise has no mean of its own");
    assert_eq!(predicted, network.predict(&x[1]));
}
