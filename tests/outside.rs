//! Networks inside of networks that were declared elsewhere: in another invocation, module or crate.

mod common;

use common::differences::{check, check_batch, draw, places};
use formwork::prelude::*;
use formwork::{Index, Network, Role};
use nalgebra::SVector;
use nets::{Backbone, Coder, Dropping, Joint, Step, Words};

mod nets {
    use formwork::prelude::*;

    network! {
        #[allow(formwork::bias_before_batch_norm)]
        pub struct Backbone<T>(image: [2, 6, 6]) -> [5] {
            image -> conv: Conv2d(4, kernel: 3) -> BatchNorm2d -> Relu -> Flatten -> out: Dense(5)
        }

        pub struct Coder<T>(x: [6]) -> (mean: [3], log_var: [2]) {
            let h = x -> body: Dense(7) -> Tanh;
            (h -> mean: Dense(3), h -> log_var: Dense(2))
        }

        pub struct Joint<T>(a: [3], b: [2, 2]) -> [4] {
            (a -> left: Dense(4)) + (b -> Flatten -> right: Dense(4) -> Tanh)
        }

        #[allow(formwork::bias_before_batch_norm)]
        pub struct Step<T>(x: [8]) -> [8] { x + (x -> inner: Dense(8) -> BatchNorm1d -> Tanh) }

        pub struct Words<T>(tokens: [3] in 0..10) -> [3, 4] { tokens -> table: Embedding(4) }

        #[allow(formwork::dropout_at_the_end)]
        pub struct Dropping(x: [64]) -> [64] { x -> Dropout(0.5) }
    }

    pub mod deeper {
        use super::Backbone;
        use formwork::prelude::*;

        network! {
            pub struct Twice<T>(image: [2, 6, 6]) -> [4] {
                image -> inner: Backbone<T> => [5] -> top: Dense(4)
            }
        }
    }
}

const WIDTH: usize = 5;

network! {
    pub struct Head<T>(image: [2, 6, 6]) -> [3] {
        image -> features: Backbone<T> => [WIDTH] -> Tanh -> Dense(3)
    }

    /// Several values in and out, by a path, two levels deep.
    pub struct Several<T>(image: [2, 6, 6], b: [2, 2]) -> (y: [4], spread: [2]) {
        let x = image -> deep: nets::deeper::Twice<T> => [4] -> Dense(6);
        let e = x -> coder: Coder<T> => (mean: [3], log_var: [2]);
        let y = (e.mean, b) -> joint: Joint<T> => [4];
        (y, e.log_var)
    }

    /// The same weights twice, statistics among them.
    pub struct Pair<T>(left: [2, 6, 6], right: [2, 6, 6]) -> [] {
        layer encoder = Backbone<T> => [5];
        let a = left -> encoder;
        let b = right -> encoder;
        sum((a - b) * (a - b))
    }

    block Stage(width)(x: [width]) -> [width] {
        x -> step: Step<T> => [width] -> Dense(width)
    }

    /// In a repetition, and in a block that is repeated.
    pub struct Stack<T>(x: [8]) -> [3] {
        x -> steps: [Step<T> => [8]; 3] -> stages: [Stage(8); 2] -> Dense(3)
    }

    /// Nothing learns inside.
    pub struct Frozen<T>(image: [2, 6, 6]) -> [3] {
        image -> stem: Conv2d(2, kernel: 3, padding: 1) -> features: Backbone<T>(frozen: true) => [5] -> Dense(3)
    }

    pub struct Text<T>(tokens: [3] in 0..10) -> [2] {
        tokens -> Words<T> => [3, 4] -> Flatten -> Dense(2)
    }

    /// Of another crate, which calls formwork by another name.
    pub struct Foreign<T>(x: [4]) -> [3] {
        let e = x -> formwork_renamed::Features<T> => (wide: [16], sum: []);
        (e.wide -> Dense(3)) * e.sum
    }

    pub struct Plain(image: [2, 6, 6]) -> [5] { image -> Backbone<f32> => [5] }

    #[allow(formwork::dropout_at_the_end, formwork::unnamed_twins)]
    pub struct Masks(x: [64]) -> (a: [64], b: [64], c: [64]) {
        (x -> Dropout(0.5), x -> Dropping => [64], x -> Dropping => [64])
    }
}

#[test]
fn one_against_differences() {
    check::<Head<f64>>(4);
}

#[test]
fn several_values_against_differences() {
    let mut images = formwork::tensor::zeroed_vec(6);
    let mut others = formwork::tensor::zeroed_vec(6);
    draw(formwork::tensor::flat_mut::<[nalgebra::SMatrix<f64, 6, 6>; 2]>(&mut images), 1);
    draw(formwork::tensor::flat_mut::<nalgebra::SMatrix<f64, 2, 2>>(&mut others), 2);
    check_batch::<Several<f64>>(SeveralBatch { image: &images, b: &others }, &places(4));
}

#[test]
fn another_crates_against_differences() {
    check::<Foreign<f64>>(3);
}

#[test]
fn rounds_and_blocks_against_differences() {
    check::<Stack<f64>>(5);
}

#[test]
fn frozen_weights_have_no_gradient() {
    let names = Frozen::<f64>::TENSORS.iter().filter(|t| t.role == Role::Frozen).map(|t| t.name.to_string());
    let names: Vec<_> = names.collect();
    let inner =
        ["conv.weight", "conv.bias", "batch_norm2d1.weight", "batch_norm2d1.bias", "out.weight", "out.bias"];
    assert_eq!(names, inner.map(|name| format!("features.{name}")));
    let learned =
        Frozen::<f64>::TENSORS.iter().filter(|t| t.role == Role::Learned).map(|t| t.len).sum::<usize>();
    assert_eq!(Frozen::<f64>::PARAMETERS, learned);
    check::<Frozen<f64>>(4);
}

#[test]
fn indices_flow_in() {
    let tokens: Vec<[Index<10>; 3]> =
        (0..6).map(|i| [0, 3, 5].map(|j| Index::new((i * 2 + j) % 10).expect("an index"))).collect();
    check_batch::<Text<f64>>(&tokens[..], &places(4));
}

/// The same computation as with the inner network by hand.
#[test]
fn predictions_are_those_of_the_parts() {
    let network = Several::<f32>::new(3);
    let mut images = formwork::tensor::zeroed_vec::<[nalgebra::SMatrix<f32, 6, 6>; 2]>(3);
    formwork::tensor::flat_mut(&mut images)
        .iter_mut()
        .enumerate()
        .for_each(|(i, x)| *x = (i as f32 * 0.7).sin());
    let others = vec![nalgebra::SMatrix::<f32, 2, 2>::new(0.1, 0.2, -0.3, 0.4); 3];
    let outputs = network.predict_batch(SeveralBatch { image: &images, b: &others }).expect("a batch");
    for (image, output) in images.iter().zip(&outputs) {
        let features = network.deep.inner.predict(image);
        let deep = network.deep.predict(image);
        assert_eq!(features.len(), 5);
        let x = network.dense1.weight * deep + network.dense1.bias;
        let e = network.coder.predict(&x);
        let y = network.joint.predict(&e.mean, &others[0]);
        let one = network.predict(image, &others[0]);
        for given in [output, &one] {
            for (a, b) in y.iter().zip(&given.y).chain(e.log_var.iter().zip(&given.spread)) {
                assert!((a - b).abs() < 1e-5, "{a} and {b}");
            }
        }
    }
}

#[test]
fn tensors_have_their_places_in_their_names() {
    let names: Vec<String> = Several::<f32>::TENSORS.iter().map(|t| t.name.to_string()).collect();
    assert_eq!(names[0], "deep.inner.conv.weight");
    assert!(names.contains(&"coder.log_var.bias".to_string()), "{names:?}");
    let names: Vec<String> = Stack::<f32>::TENSORS.iter().map(|t| t.name.to_string()).collect();
    assert_eq!(names[0], "steps.0.inner.weight");
    assert!(names.contains(&"stages.1.step.inner.bias".to_string()), "{names:?}");
    let all: usize = Stack::<f32>::TENSORS.iter().filter(|t| t.role == Role::Learned).map(|t| t.len).sum();
    assert_eq!(all, Stack::<f32>::PARAMETERS);
    let inner = Step::<f32>::PARAMETERS;
    assert_eq!(all, 5 * inner + 2 * (8 * 8 + 8) + 8 * 3 + 3);
}

#[test]
fn a_saved_file_comes_back() {
    let folder = std::env::temp_dir().join(format!("formwork-outside-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("stack.safetensors");
    let (saved, mut loaded) = (Stack::<f32>::new(1), Stack::<f32>::new(2));
    saved.save(&file).expect("saved");
    loaded.load(&file).expect("loaded");
    assert_eq!(saved.as_slice(), loaded.as_slice());
    std::fs::remove_dir_all(&folder).expect("removed");
}

/// Weights that are used twice: the gradient is that of both uses, and the statistics are those of both batches.
#[test]
fn shared_weights_add_up() {
    let mut left = formwork::tensor::zeroed_vec::<[nalgebra::SMatrix<f64, 6, 6>; 2]>(6);
    let mut right = formwork::tensor::zeroed_vec(6);
    draw(formwork::tensor::flat_mut(&mut left), 1);
    draw(formwork::tensor::flat_mut(&mut right), 2);
    check_batch::<Pair<f64>>(PairBatch { left: &left, right: &right }, &places(4));
    assert_eq!(Pair::<f64>::PARAMETERS, Backbone::<f64>::PARAMETERS);

    let network = Pair::<f64>::new(1);
    let gradient = |left: &[_], right: &[_]| {
        let (mut gradient, mut workspace) = (Pair::<f64>::new(0), Pair::workspace());
        let batch = PairBatch { left, right };
        let mut pass =
            network.forward(batch, Selection::All, Default::default(), &mut workspace).expect("good");
        pass.outputs_and_gradients().1.fill(1.0);
        pass.backward(&mut gradient);
        gradient
    };
    let (both, one, other) = (gradient(&left, &right), gradient(&left, &left), gradient(&right, &right));
    let mean = |g: &Pair<f64>| g.encoder.batch_norm2d1.running_mean;
    let expected = (mean(&one) + mean(&other)) / 2.0;
    assert!((mean(&both) - expected).norm() < 1e-12);
}

#[test]
fn a_generic_network_in_one_that_is_not() {
    let network = Plain::new(5);
    let image = [nalgebra::SMatrix::<f32, 6, 6>::repeat(0.25); 2];
    assert_eq!(network.predict(&image), network.backbone1.predict(&image));
    assert_eq!(Plain::MULTIPLY_ADDS, Backbone::<f32>::MULTIPLY_ADDS);
    assert_eq!(<Plain as Network>::MIN_TRAINING_SAMPLES, <Backbone<f32> as Network>::MIN_TRAINING_SAMPLES);
    assert!(Plain::summary().to_string().contains("Backbone"), "{}", Plain::summary());
    const { assert!(Plain::WORKSPACE_BYTES > Backbone::<f32>::WORKSPACE_BYTES) };
}

/// Each network inside draws its own noise.
#[test]
fn noise_differs_from_place_to_place() {
    let network = Masks::new(1);
    let x = [SVector::<f32, 64>::repeat(1.0)];
    let mut workspace = Masks::workspace();
    let pass = network.forward(&x, Selection::All, Default::default(), &mut workspace).expect("good");
    let MasksOutput { a, b, c } = &pass.outputs()[0];
    assert!(a != b && b != c && a != c);
    for mask in [a, b, c] {
        let kept = mask.iter().filter(|x| **x != 0.0).count();
        assert!((16..=48).contains(&kept), "{kept} of 64");
    }
}
