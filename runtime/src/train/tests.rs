//! The trainer on a network small enough to know the answers.

use super::toy::Line;
use super::{History, Trainer, patience};
use crate::data::Dataset;
use crate::losses::{CrossEntropy, MeanSquaredError};
use crate::metrics::Accuracy;
use crate::optimizers::{Adam, Sgd};
use crate::{Error, Index, Network, Parameters};
use nalgebra::SVector;

type Regression = Dataset<SVector<f64, 5>, SVector<f64, 3>>;

/// Points on the plane of another network, so that a perfect answer exists.
fn points(count: usize) -> Regression {
    let truth = Line::<f64>::new(99);
    let inputs: Vec<SVector<f64, 5>> = (0..count)
        .map(|i| SVector::from_fn(|j, _| ((7 * i + 3 * j + i * j) % 11) as f64 / 5.0 - 1.0))
        .collect();
    let target = |x: &SVector<f64, 5>| {
        SVector::from_fn(|o, _| truth.bias[o] + (0..5).map(|i| x[i] * truth.weight[i][o]).sum::<f64>())
    };
    let targets = inputs.iter().map(target).collect();
    Dataset::new(inputs, targets).unwrap()
}

fn fit(network: &mut Box<Line<f64>>, data: &Regression, seed: u64) -> History {
    Trainer::new(MeanSquaredError::new(), Adam::new(0.05))
        .epochs(60)
        .batch_size(8)
        .seed(seed)
        .fit(network, data)
        .unwrap()
}

#[test]
fn a_plane_is_found_and_the_history_tells() {
    let (train, test) = points(65).split_at(50);
    let mut line = Line::<f64>::new(1);
    let history = Trainer::new(MeanSquaredError::new(), Adam::new(0.05))
        .epochs(60)
        .batch_size(8)
        .validate_on(&test)
        .quiet()
        .fit(&mut line, &train)
        .unwrap();
    let last = history.last().unwrap();
    assert_eq!((history.epochs.len(), last.number, history.kept, history.stopped_early), (60, 60, 60, false));
    assert!(last.validation.as_ref().unwrap().loss < 1e-4, "{history}");
    assert!(last.training.loss < history.epochs[0].training.loss / 100.0, "{history}");
    let truth = Line::<f64>::new(99);
    assert!((line.weight[2][1] - truth.weight[2][1]).abs() < 0.02);
    let text = history.to_string();
    assert!(
        text.starts_with("epoch") && text.contains("validation loss") && text.lines().count() == 62,
        "{text}"
    );
    let json: serde_json::Value = serde_json::from_str(&history.to_json()).unwrap();
    assert_eq!(json["epochs"][59]["validation"]["loss"], last.validation.as_ref().unwrap().loss);
}

#[test]
fn the_loss_of_an_epoch_is_the_mean_over_samples() {
    // Nothing is learned, so every batch sees the same network, and the two reductions must agree.
    let data = points(21);
    let epoch = |loss: MeanSquaredError| {
        let trainer = Trainer::new(loss, Sgd::new(0.0)).epochs(1).batch_size(8).validate_on(&data);
        trainer.fit(&mut Line::<f64>::new(1), &data).unwrap().epochs.remove(0)
    };
    let mean = epoch(MeanSquaredError::new());
    assert!((mean.training.loss - mean.validation.unwrap().loss).abs() < 1e-12);
    let sum = epoch(MeanSquaredError::new().sum());
    assert!((sum.training.loss - 3.0 * mean.training.loss).abs() < 1e-12, "three scalars a sample");
}

#[test]
fn the_seed_decides_every_bit() {
    let data = points(50);
    let train = |seed| {
        let mut line = Line::<f64>::new(1);
        fit(&mut line, &data, seed);
        line
    };
    assert_eq!(train(4).as_slice(), train(4).as_slice());
    assert_ne!(train(4).as_slice(), train(5).as_slice());
}

#[test]
fn averages_are_folded_once_a_step_and_fill_stays_zero() {
    let data = points(8);
    let mut line = Line::<f64>::new(1);
    let before = line.running_mean;
    Trainer::new(MeanSquaredError::new(), Sgd::new(0.1))
        .epochs(1)
        .batch_size(8)
        .fit(&mut line, &data)
        .unwrap();
    for i in 0..5 {
        let mean = data.inputs.iter().map(|x| x[i]).sum::<f64>() / 8.0;
        assert!((line.running_mean[i] - (0.9 * before[i] + 0.1 * mean)).abs() < 1e-12);
    }
    assert!(line.fill.iter().chain(&line.rest).all(|&x| x == 0.0));
}

#[test]
fn a_last_batch_that_is_too_small_is_left_out() {
    let history = Trainer::new(MeanSquaredError::new(), Sgd::new(0.1))
        .epochs(1)
        .batch_size(4)
        .fit(&mut Line::<f64>::new(1), &points(9))
        .unwrap();
    let epoch = history.last().unwrap();
    assert!((epoch.samples_per_second * epoch.seconds - 8.0).abs() < 1e-6, "the ninth sample is alone");
    let alone =
        Trainer::new(MeanSquaredError::new(), Sgd::new(0.1)).fit(&mut Line::<f64>::new(1), &points(1));
    assert!(matches!(alone, Err(Error::BatchTooSmall { expected: 2, found: 1, .. })));
}

#[test]
fn early_stopping_leaves_the_best_weights() {
    let data = points(40);
    // Steps that are a little too long: it gets better, then worse.
    let mut line = Line::<f64>::new(1);
    let history = Trainer::new(MeanSquaredError::new(), Sgd::new(0.9).momentum(0.5))
        .epochs(50)
        .batch_size(40)
        .validate_on(&data)
        .stop_early(patience(2))
        .fit(&mut line, &data)
        .unwrap();
    let losses: Vec<f64> = history.epochs.iter().map(|e| e.validation.as_ref().unwrap().loss).collect();
    let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(losses[history.kept - 1], best);
    let check = Trainer::new(MeanSquaredError::new(), Sgd::new(0.0)).epochs(1).validate_on(&data);
    let kept = check.fit(&mut line, &data).unwrap().epochs.remove(0).validation.unwrap().loss;
    assert_eq!(kept, best, "of {losses:?}");
    if history.stopped_early {
        assert_eq!(history.epochs.len(), history.kept + 2);
    }
}

#[test]
fn a_loss_that_is_no_number_stops_before_the_step() {
    let mut data = points(24);
    data.inputs[20][3] = f64::NAN;
    let mut line = Line::<f64>::new(1);
    let error =
        Trainer::new(MeanSquaredError::new(), Sgd::new(0.1)).batch_size(8).fit(&mut line, &data).unwrap_err();
    let Error::Diverged { network: "Line", epoch: 1, step, loss } = error else { panic!("{error}") };
    assert!((1..=3).contains(&step) && loss.is_nan());
    assert!(line.as_slice().iter().all(|x| x.is_finite()));
}

#[test]
fn what_makes_no_sense_is_refused_before_training() {
    let fit = |trainer: Trainer<'_, _, _, MeanSquaredError, Sgd>, data: &Regression| {
        trainer.fit(&mut Line::<f64>::new(1), data).unwrap_err()
    };
    let trainer = || Trainer::new(MeanSquaredError::new(), Sgd::new(0.1));
    assert!(matches!(fit(trainer().batch_size(0), &points(4)), Error::Setting { what: "Trainer", .. }));
    assert!(matches!(fit(trainer(), &points(0)), Error::NoSamples { what: "the training set" }));
    let mut uneven = points(4);
    uneven.targets.pop();
    assert!(matches!(fit(trainer(), &uneven), Error::Targets { inputs: 4, targets: 3 }));
    assert!(matches!(
        fit(trainer().validate_on(&points(0)), &points(4)),
        Error::NoSamples { what: "the validation set" }
    ));
    let bad =
        Trainer::new(MeanSquaredError::new(), Sgd::new(f64::NAN)).fit(&mut Line::<f64>::new(1), &points(4));
    assert!(matches!(bad, Err(Error::Setting { what: "Sgd", .. })));
}

#[test]
fn classes_are_told_apart_and_curves_are_drawn() {
    let points = points(60);
    let class = |x: &SVector<f64, 5>| {
        Index::new(if x[0] > 0.3 {
            0
        } else if x[1] > 0.0 {
            1
        } else {
            2
        })
        .unwrap()
    };
    let data = Dataset { targets: points.inputs.iter().map(class).collect(), inputs: points.inputs };
    let history = Trainer::new(CrossEntropy::new(), Adam::new(0.05))
        .epochs(40)
        .metric(Accuracy)
        .validate_on(&data)
        .fit(&mut Line::<f64>::new(1), &data)
        .unwrap();
    let accuracy = history.last().unwrap().validation.as_ref().unwrap().metrics[0];
    assert!(accuracy > 0.9, "{history}");
    let file = std::env::temp_dir().join(format!("formwork-plot-{}/curves.svg", std::process::id()));
    history.plot(&file).unwrap();
    let svg = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_dir_all(file.parent().unwrap()).unwrap();
    for text in ["<svg", "Line: loss", "Line: accuracy", "validation", "epoch"] {
        assert!(svg.contains(text), "no {text}");
    }
    assert!(matches!(History::default().plot(&file), Err(Error::Plot { .. })));
}

#[test]
fn a_trained_network_predicts_its_classes() {
    // The least that `Network` promises beside the trainer: prediction in parts gives what one part gives.
    let data = points(200);
    let line = Line::<f64>::new(3);
    let mut workspace = crate::Workspace::new();
    let mut outputs = crate::tensor::zeroed_vec(200);
    line.predict_selected(&data.inputs, crate::Selection::All, &mut outputs, &mut workspace).unwrap();
    let mut one = crate::tensor::zeroed_vec(1);
    line.predict_selected(&data.inputs[150..151], crate::Selection::All, &mut one, &mut workspace).unwrap();
    assert_eq!(one[0], outputs[150]);
}
