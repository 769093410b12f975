//! Losses against PyTorch's, in both scalars.

mod common;

use common::goldens::{self, Case};
use common::layer::{inner_channels, outer_channels};
use formwork::losses::{
    BinaryCrossEntropy, CrossEntropy, GaussianNll, Huber, KlDivergence, L1, Loss, MeanSquaredError,
    NegativeLogLikelihood, PoissonNll, SmoothL1,
};
use formwork::tensor::{flat, flat_mut, unflatten, zeroed_vec};
use formwork::{Index, Real, Selection, Tensor};
use nalgebra::{SMatrix, SVector};

/// Value and gradient over the whole batch, and over the same samples picked in another order.
fn agrees<O: Tensor, Y>(case: &Case, loss: &impl Loss<O, Y>, outputs: &[O], targets: &[Y]) {
    let gradients = values_agree(case, loss, outputs, targets);
    case.check("grad_input", &gradients);
}

/// The value, in all the ways to ask for it; the gradient times the case's upstream gradient comes back.
fn values_agree<O: Tensor, Y>(
    case: &Case,
    loss: &impl Loss<O, Y>,
    outputs: &[O],
    targets: &[Y],
) -> Vec<O::Scalar> {
    let mut gradients = zeroed_vec::<O>(outputs.len());
    flat_mut(&mut gradients).fill(O::Scalar::of(f64::NAN));
    let value = loss.loss(outputs, targets, Selection::All, &mut gradients).unwrap();
    case.check("output", &[O::Scalar::of(value)]);
    let upstream = case.values::<f64>("grad_output")[0];
    let scaled: Vec<O::Scalar> = flat(&gradients).iter().map(|&g| g * O::Scalar::of(upstream)).collect();
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
    scaled
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

/// The weight of each class.
fn weights<T: Real, const C: usize>(case: &Case) -> SVector<T, C> {
    SVector::from_column_slice(&case.values::<T>("weight"))
}

/// Scores beside a class.
fn classified<T: Real, const C: usize>(name: &str, loss: &impl Loss<SVector<T, C>, Index<C>>) {
    let case = goldens::case(name);
    let (x, y) = (case.values::<T>("input"), classes(&case));
    agrees(&case, loss, unflatten(&x).unwrap(), Index::cast(&y).unwrap());
}

/// Images of scores beside images of classes, and the same numbers with the classes innermost as sequences.
fn images<T: Real, const C: usize, const W: usize, const H: usize, const P: usize>(
    name: &str,
    image: &impl Loss<[SMatrix<T, W, H>; C], [[Index<C>; W]; H]>,
    sequence: &impl Loss<SMatrix<T, C, P>, [Index<C>; P]>,
) {
    let case = goldens::case(name);
    let (x, y) = (case.values::<T>("input"), classes(&case));
    let y = Index::cast(&y).unwrap();
    let (rows, _) = y.as_chunks::<W>();
    agrees(&case, image, unflatten(&x).unwrap(), rows.as_chunks::<H>().0);

    let shape = case.shape("input");
    let x = inner_channels(shape, &x);
    let gradients = values_agree(&case, sequence, unflatten(&x).unwrap(), y.as_chunks::<P>().0);
    case.check("grad_input", &outer_channels(shape, &gradients));
}

fn negative_log_likelihood<T: Real>() {
    let nll = NegativeLogLikelihood::new();
    classified::<T, 7>("nll_mean", &nll);
    classified::<T, 5>(
        "nll_weights_sum",
        &nll.sum().weights(weights::<T, 5>(&goldens::case("nll_weights_sum"))),
    );
    let weighted = nll.weights(weights::<T, 3>(&goldens::case("nll_images")));
    images::<T, 3, 2, 5, 10>("nll_images", &weighted, &weighted);
}

/// Outputs beside targets, both `[5, 3]`.
fn matrices<T: Real>(name: &str, loss: &impl Loss<SMatrix<T, 5, 3>, SMatrix<T, 5, 3>>) {
    let case = goldens::case(name);
    let (x, y) = (case.values::<T>("input"), case.values::<T>("target"));
    agrees(&case, loss, unflatten(&x).unwrap(), unflatten(&y).unwrap());
}

fn pointwise<T: Real>() {
    same::<T, 7>("l1_mean", &L1::new());
    matrices::<T>("l1_sum", &L1::new().sum());
    same::<T, 7>("smooth_l1_mean", &SmoothL1::new(1.0));
    matrices::<T>("smooth_l1_sum", &SmoothL1::new(1.0).sum());
    same::<T, 7>("smooth_l1_beta_mean", &SmoothL1::new(0.3));
    same::<T, 7>("huber_mean", &Huber::new(1.0));
    matrices::<T>("huber_sum", &Huber::new(1.0).sum());
    same::<T, 7>("huber_delta_mean", &Huber::new(0.6));
    same::<T, 5>("kl_div_mean", &KlDivergence::new().over_elements());
    same::<T, 7>("kl_div_batchmean", &KlDivergence::new());
    same::<T, 5>("kl_div_log_target", &KlDivergence::new().log_targets().sum());
    same::<T, 7>("poisson_nll_mean", &PoissonNll::new());
    same::<T, 5>("poisson_nll_full_sum", &PoissonNll::new().full().sum());
    same::<T, 5>("poisson_nll_rate", &PoissonNll::new().rates(1e-8));
}

/// Means and variances, which lie one after the other in each output; `O` holds twice `N`.
fn gaussian<T: Real, O: Tensor<Scalar = T>, const N: usize>(name: &str, loss: GaussianNll) {
    let case = goldens::case(name);
    let (means, variances) = (case.values::<T>("input.0"), case.values::<T>("input.1"));
    let rows = means.chunks(N).zip(variances.chunks(N));
    let x: Vec<T> = rows.flat_map(|(m, v)| m.iter().chain(v)).copied().collect();
    let y = case.values::<T>("target");
    let (x, y) = (unflatten::<O>(&x).unwrap(), unflatten::<SVector<T, N>>(&y).unwrap());
    let gradients = values_agree(&case, &loss, x, y);
    let half = |second: usize| -> Vec<T> {
        gradients.chunks(N).skip(second).step_by(2).flatten().copied().collect()
    };
    case.check("grad_input.0", &half(0));
    case.check("grad_input.1", &half(1));
}

fn gaussian_nll<T: Real>() {
    gaussian::<T, SMatrix<T, 7, 2>, 7>("gaussian_nll_mean", GaussianNll::new().eps(0.01));
    gaussian::<T, SVector<T, 10>, 5>("gaussian_nll_full_sum", GaussianNll::new().eps(0.05).full().sum());
}

fn cross_entropy<T: Real, const C: usize>(name: &str, loss: CrossEntropy) {
    let case = goldens::case(name);
    let (x, y) = (case.values::<T>("input"), classes(&case));
    agrees::<SVector<T, C>, Index<C>>(&case, &loss, unflatten(&x).unwrap(), Index::cast(&y).unwrap());
}

/// Outputs beside targets of the same type.
fn same<T: Real, const N: usize>(name: &str, loss: &impl Loss<SVector<T, N>, SVector<T, N>>) {
    let case = goldens::case(name);
    let (x, y) = (case.values::<T>("input"), case.values::<T>("target"));
    agrees(&case, loss, unflatten(&x).unwrap(), unflatten(&y).unwrap());
}

fn binary_cross_entropy<T: Real>() {
    same::<T, 7>("bce_logits_mean", &BinaryCrossEntropy::new());
    same::<T, 5>("bce_logits_sum", &BinaryCrossEntropy::new().sum());
    same::<T, 5>("bce_logits_extreme", &BinaryCrossEntropy::new());
    let weights = goldens::case("bce_logits_pos_weight").values::<T>("pos_weight");
    let weights = SVector::<T, 3>::from_column_slice(&weights);
    same::<T, 3>("bce_logits_pos_weight", &BinaryCrossEntropy::new().positive_weights(weights));
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
        cross_entropy::<T, 7>("cross_entropy_smoothing", CrossEntropy::new().label_smoothing(0.1));
        cross_entropy::<T, 5>("cross_entropy_ignore", CrossEntropy::new().ignore(2));
        let of = |name: &str| weights::<T, 3>(&goldens::case(name));
        let name = "cross_entropy_weights";
        classified::<T, 3>(name, &CrossEntropy::new().weights(of(name)));
        let name = "cross_entropy_weights_smoothing";
        classified::<T, 3>(name, &CrossEntropy::new().label_smoothing(0.2).weights(of(name)));
        let weighted = CrossEntropy::new().weights(weights::<T, 5>(&goldens::case("cross_entropy_images")));
        images::<T, 5, 7, 3, 21>("cross_entropy_images", &weighted, &weighted);
        same::<T, 3>("cross_entropy_probabilities", &CrossEntropy::new());
        let name = "cross_entropy_probabilities_weights";
        let weights = weights::<T, 5>(&goldens::case(name));
        same::<T, 5>(name, &CrossEntropy::new().label_smoothing(0.1).weights(weights));
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

#[test]
fn negative_log_likelihood_agrees() {
    negative_log_likelihood::<f64>();
    negative_log_likelihood::<f32>();
}

#[test]
fn pointwise_losses_agree() {
    pointwise::<f64>();
    pointwise::<f32>();
}

#[test]
fn gaussian_nll_agrees() {
    gaussian_nll::<f64>();
    gaussian_nll::<f32>();
}
