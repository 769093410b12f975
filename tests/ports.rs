//! Networks with several inputs and outputs, and with scalars: what is generated for them, and that it computes right.

mod common;

use common::differences;
use formwork::losses::{Loss, Takes};
use formwork::prelude::*;
use formwork::{Error, Noise, kind};
use nalgebra::{SMatrix, SVector};

network! {
    /// Two inputs of different shapes.
    pub struct Two<T>(a: [3], b: [2, 4]) -> [5] {
        (a -> left: Dense(5)) + (b -> Flatten -> right: Dense(5) -> Tanh)
    }

    /// Several outputs of different ranks, one of which leaves twice, and another is read once more.
    #[allow(formwork::unnamed_twins)]
    pub struct Heads<T>(x: [4], image: [1, 5, 5])
        -> (mean: [2], features: [2, 5, 5], again: [2], log_var: [2])
    {
        let hidden = x -> body: Dense(6) -> Tanh;
        let mean = hidden -> Dense(2);
        let features = image -> Conv2d(2, kernel: 3, padding: 1) -> Silu;
        let pooled = features -> GlobalAvgPool2d;
        (mean, features, mean, (hidden -> Dense(2)) + pooled)
    }

    /// Inputs that leave as they came, a scalar among them.
    pub struct Through<T>(a: [2], image: [3, 2, 2], factor: []) -> (image: [3, 2, 2], b: [2], factor: []) {
        (image, a -> Dense(2), factor)
    }

    pub struct Regression(x: [2], offset: [1]) -> (sum: [1], difference: [1]) {
        (x -> a: Dense(1), offset -> b: Dense(1))
    }
}

fn drawn<V: Tensor<Scalar = f64>>(len: usize, seed: u64) -> Vec<V> {
    let mut values = formwork::tensor::zeroed_vec::<V>(len);
    differences::draw(formwork::tensor::flat_mut(&mut values), seed);
    values
}

#[test]
fn two_inputs_against_differences() {
    let (a, b) = (drawn(5, 1), drawn(5, 2));
    differences::check_batch::<Two<f64>>(TwoBatch { a: &a, b: &b }, &differences::places(3));
}

#[test]
fn several_outputs_against_differences() {
    let (x, image) = (drawn(5, 3), drawn(5, 4));
    differences::check_batch::<Heads<f64>>(HeadsBatch { x: &x, image: &image }, &differences::places(3));
}

#[test]
fn what_nothing_touches_against_differences() {
    let (a, image, factor) = (drawn(4, 5), drawn(4, 6), drawn(4, 7));
    let batch = ThroughBatch { a: &a, image: &image, factor: &factor };
    differences::check_batch::<Through<f64>>(batch, &differences::places(2));
}

#[test]
fn one_sample_and_a_batch_give_the_same() {
    let network = Heads::<f64>::new(4);
    let (x, image): (Vec<SVector<f64, 4>>, Vec<[SMatrix<f64, 5, 5>; 1]>) = (drawn(70, 8), drawn(70, 9));
    let outputs = network.predict_batch(HeadsBatch { x: &x, image: &image }).expect("as many of both");
    let mut workspace = Heads::<f64>::workspace();
    for ((x, image), output) in x.iter().zip(&image).zip(&outputs) {
        // The order of some sums depends on the number of samples.
        let near = |a: &HeadsOutput<f64>| {
            let pairs = a.scalars().iter().zip(output.scalars());
            pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-14)
        };
        assert!(near(&network.predict(x, image)));
        assert_eq!(output.mean, output.again);
        let mut other = formwork::__private::zero::<HeadsOutput<f64>>();
        network.predict_with(&mut workspace, x, image, &mut other);
        assert!(near(&other));
    }
    let through = Through::<f64>::new(1);
    let picture = [SMatrix::repeat(1.0), SMatrix::repeat(2.0), SMatrix::repeat(3.0)];
    let output = through.predict(&SVector::repeat(0.5), &picture, &7.0);
    assert_eq!((output.image, output.factor), (picture, 7.0));
}

#[test]
fn inputs_that_are_not_equally_many() {
    let network = Two::<f32>::new(1);
    let batch = TwoBatch { a: &[SVector::zeros(); 3], b: &[SMatrix::zeros(); 2] };
    let error = network.predict_batch(batch).expect_err("three and two");
    let text = "the inputs of a batch must be equally many, but `a` has 3 and `b` has 2";
    assert!(error.to_string().starts_with(text), "{error}");
    let mut workspace = Two::workspace();
    let noise = formwork::Noise { seed: 0, step: 0, first: 0 };
    let pass = network.forward(batch, Selection::All, noise, &mut workspace);
    assert!(matches!(pass.map(|pass| pass.samples()), Err(Error::UnequalInputs { .. })));
}

/// The squared distance of both outputs from a pair of targets.
struct Both;

impl Takes<kind::Several> for Both {}

impl Loss<RegressionOutput, (f32, f32)> for Both {
    fn loss(
        &self,
        outputs: &[RegressionOutput],
        targets: &[(f32, f32)],
        selection: Selection<'_>,
        gradients: &mut [RegressionOutput],
    ) -> formwork::Result<f64> {
        let place = |i: usize| match selection {
            Selection::All => i,
            Selection::Indices(indices) => indices[i],
        };
        let mut loss = 0.0;
        for (i, (output, gradient)) in outputs.iter().zip(gradients).enumerate() {
            let target = targets[place(i)];
            let (a, b) = (output.sum.x - target.0, output.difference.x - target.1);
            loss += f64::from(a * a + b * b) / outputs.len() as f64;
            gradient.sum.x = 2.0 * a / outputs.len() as f32;
            gradient.difference.x = 2.0 * b / outputs.len() as f32;
        }
        Ok(loss)
    }

    fn value(
        &self,
        outputs: &[RegressionOutput],
        targets: &[(f32, f32)],
        selection: Selection<'_>,
    ) -> formwork::Result<f64> {
        self.loss(outputs, targets, selection, &mut outputs.to_vec())
    }
}

#[test]
fn a_trainer_takes_several_inputs_and_outputs() {
    let x: Vec<SVector<f32, 2>> =
        (0..64).map(|i| SVector::from([(i % 8) as f32, (i / 8) as f32]) / 8.0).collect();
    let offset: Vec<SVector<f32, 1>> = (0..64).map(|i| SVector::from([(i % 5) as f32 / 5.0])).collect();
    let targets: Vec<(f32, f32)> =
        x.iter().zip(&offset).map(|(x, o)| (x.x - 2.0 * x.y + 0.5, 3.0 * o.x)).collect();
    let mut network = Regression::new(3);
    let history = Trainer::new(Both, Adam::new(0.05))
        .epochs(150)
        .batch_size(16)
        .quiet()
        .fit(&mut network, &(RegressionBatch { x: &x, offset: &offset }, &targets[..]))
        .expect("good data");
    let last = history.epochs.last().expect("epochs").training.loss;
    assert!(last < 1e-4, "the loss stays at {last}");
}

#[test]
fn room_for_gradients_by_inputs_is_checked() {
    let network = Two::<f64>::new(1);
    let (a, b) = (drawn::<SVector<f64, 3>>(2, 1), drawn::<SMatrix<f64, 4, 2>>(2, 2));
    let mut gradient = Two::<f64>::new(1);
    let before = gradient.duplicate();
    let mut check = |slices: &mut [&mut [f64]], complaint: &str| {
        let mut workspace = Two::workspace();
        let batch = TwoBatch { a: &a, b: &b };
        let pass = network.forward(batch, Selection::All, Noise::default(), &mut workspace).expect("a batch");
        let error = pass.backward_with_inputs(&mut gradient, slices).expect_err("wrong room");
        assert!(error.to_string().contains(complaint), "{error}");
        assert_eq!(gradient.as_slice(), before.as_slice(), "nothing is written");
    };
    check(&mut [], "the gradient by `a` of `Two` takes 6 scalars for these samples, but there is room for 0");
    check(&mut [&mut [0.0; 6]], "the gradient by `b` of `Two` takes 16 scalars");
    check(&mut [&mut [0.0; 6], &mut [0.0; 8]], "there is room for 8");
}
