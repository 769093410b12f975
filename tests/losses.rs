//! Losses against PyTorch's, in both scalars.

mod common;

use common::goldens::{self, Case};
use formwork::losses::{BinaryCrossEntropy, CrossEntropy, Loss, MeanSquaredError};
use formwork::tensor::{flat, unflatten, zeroed_vec};
use formwork::{Index, Real, Selection, Tensor};
use nalgebra::{SMatrix, SVector};

/// Value and gradient over the whole batch, and over the same samples picked in another order.
fn agrees<O: Tensor, Y>(case: &Case, loss: &impl Loss<O, Y>, outputs: &[O], targets: &[Y]) {
    let mut gradients = zeroed_vec::<O>(outputs.len());
    let value = loss.loss(outputs, targets, Selection::All, &mut gradients).unwrap();
    case.check("output", &[O::Scalar::of(value)]);
    let upstream = case.values::<f64>("grad_output")[0];
    let scaled: Vec<O::Scalar> = flat(&gradients).iter().map(|&g| g * O::Scalar::of(upstream)).collect();
    case.check("grad_input", &scaled);
    let alone = loss.value(outputs, targets, Selection::All).unwrap();
    assert!(
        (alone - value).abs() <= 1e-6 * value.abs(),
        "{}: {alone} without gradient, {value} with it",
        case.name
    );
    // The last output alone, with its target found by its place.
    let last = outputs.len() - 1;
    let picked = loss.value(&outputs[last..], targets, Selection::Indices(&[last])).unwrap();
    let direct = loss.value(&outputs[last..], &targets[last..], Selection::All).unwrap();
    assert_eq!(picked, direct, "{}", case.name);
}

fn mean_squared_error<T: Real>() {
    let case = goldens::case("mse_mean");
    let (x, y) = (case.values::<T>("input"), case.values::<T>("target"));
    agrees::<SVector<T, 7>, _>(
        &case,
        &MeanSquaredError::new(),
        unflatten(&x).unwrap(),
        unflatten(&y).unwrap(),
    );
    let case = goldens::case("mse_sum");
    let (x, y) = (case.values::<T>("input"), case.values::<T>("target"));
    let (x, y) = (unflatten(&x).unwrap(), unflatten(&y).unwrap());
    agrees::<SMatrix<T, 5, 3>, _>(&case, &MeanSquaredError::new().sum(), x, y);
}

fn classes(case: &Case) -> Vec<u32> {
    case.values::<f64>("target").into_iter().map(|class| class as u32).collect()
}

fn cross_entropy<T: Real, const C: usize>(name: &str, loss: CrossEntropy) {
    let case = goldens::case(name);
    let (x, y) = (case.values::<T>("input"), classes(&case));
    agrees::<SVector<T, C>, Index<C>>(&case, &loss, unflatten(&x).unwrap(), Index::cast(&y).unwrap());
}

fn binary<T: Real, const C: usize>(name: &str, loss: &impl Loss<SVector<T, C>, SVector<T, C>>) {
    let case = goldens::case(name);
    let (x, y) = (case.values::<T>("input"), case.values::<T>("target"));
    agrees(&case, loss, unflatten(&x).unwrap(), unflatten(&y).unwrap());
}

fn binary_cross_entropy<T: Real>() {
    binary::<T, 7>("bce_logits_mean", &BinaryCrossEntropy::new());
    binary::<T, 5>("bce_logits_sum", &BinaryCrossEntropy::new().sum());
    binary::<T, 5>("bce_logits_extreme", &BinaryCrossEntropy::new());
    let weights = goldens::case("bce_logits_pos_weight").values::<T>("pos_weight");
    let weights = SVector::<T, 3>::from_column_slice(&weights);
    binary::<T, 3>("bce_logits_pos_weight", &BinaryCrossEntropy::new().positive_weights(weights));
}

#[test]
fn mean_squared_error_agrees() {
    mean_squared_error::<f64>();
    mean_squared_error::<f32>();
}

#[test]
fn cross_entropy_agrees() {
    fn all<T: Real>() {
        cross_entropy::<T, 3>("cross_entropy_mean", CrossEntropy::new());
        cross_entropy::<T, 7>("cross_entropy_sum", CrossEntropy::new().sum());
        cross_entropy::<T, 5>("cross_entropy_extreme", CrossEntropy::new());
    }
    all::<f64>();
    all::<f32>();
}

#[test]
fn binary_cross_entropy_agrees() {
    binary_cross_entropy::<f64>();
    binary_cross_entropy::<f32>();
}

#[test]
fn one_weight_for_all_is_that_weight_for_each() {
    let case = goldens::case("bce_logits_pos_weight");
    let (x, y) = (case.values::<f64>("input"), case.values::<f64>("target"));
    let (x, y) = (unflatten::<SVector<f64, 3>>(&x).unwrap(), unflatten(&y).unwrap());
    let one = BinaryCrossEntropy::new().positive_weight(2.5).value(x, y, Selection::All).unwrap();
    let each =
        BinaryCrossEntropy::new().positive_weights(SVector::repeat(2.5)).value(x, y, Selection::All).unwrap();
    assert_eq!(one, each);
    assert_ne!(one, BinaryCrossEntropy::new().value(x, y, Selection::All).unwrap());
}
