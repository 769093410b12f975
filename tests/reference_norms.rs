//! Normalising layers against PyTorch's numbers, in `f64` and `f32`.

mod common;

use common::goldens::{Case, group};
use common::layer::{Passes, Sizes, inner_channels, outer_channels, predict, train};
use formwork::Real;
use formwork::layers::Layer;
use formwork::layers::batch_norm::BatchNormSpec;
use formwork::layers::group_norm::GroupNormSpec;
use formwork::layers::instance_norm2d::InstanceNorm2dSpec;
use formwork::layers::layer_norm::LayerNormSpec;
use formwork::layers::rms_norm::RmsNormSpec;

/// Runs all cases of some kinds in both scalars; how many there are.
fn run(kinds: &[&str], in_f64: impl Fn(&Case), in_f32: impl Fn(&Case)) -> usize {
    let mut cases = group("layer");
    cases.retain(|case| kinds.contains(&case.kind.as_str()));
    for case in &cases {
        in_f64(case);
        in_f32(case);
    }
    cases.len()
}

#[test]
fn batch_norms_agree_with_pytorch() {
    assert_eq!(run(&["BatchNorm1d", "BatchNorm2d"], batch_norm::<f64>, batch_norm::<f32>), 9);
}

#[test]
fn layer_norms_agree_with_pytorch() {
    assert_eq!(run(&["LayerNorm"], layer_norm::<f64>, layer_norm::<f32>), 4);
}

#[test]
fn rms_norms_agree_with_pytorch() {
    assert_eq!(run(&["RMSNorm"], rms_norm::<f64>, rms_norm::<f32>), 3);
}

#[test]
fn group_norms_agree_with_pytorch() {
    assert_eq!(run(&["GroupNorm"], group_norm::<f64>, group_norm::<f32>), 3);
}

#[test]
fn instance_norms_agree_with_pytorch() {
    assert_eq!(run(&["InstanceNorm2d"], instance_norm2d::<f64>, instance_norm2d::<f32>), 4);
}

/// Those of the tensors that are there, one after another.
fn present<T: Real>(case: &Case, names: &[&str]) -> Vec<T> {
    names.iter().filter(|name| case.has(name)).flat_map(|name| case.values::<T>(name)).collect()
}

const AFFINE: [&str; 2] = ["param.weight", "param.bias"];
const ALL: [&str; 4] =
    ["param.weight", "param.bias", "buffer_before.running_mean", "buffer_before.running_var"];

/// Weight and bias, as far as there are any, and what the gradient has behind them.
fn check_affine<'a, T: Real>(case: &Case, gradient: &'a [T]) -> &'a [T] {
    let mut rest = gradient;
    for name in AFFINE.iter().filter(|name| case.has(name)) {
        let (own, behind) = rest.split_at(case.tensor(name).values.len());
        case.check(&format!("grad_{name}"), own);
        rest = behind;
    }
    rest
}

/// The running statistics after one step, as the optimizer makes them of the batch's.
fn check_running<T: Real>(case: &Case, batch: &[T]) {
    let momentum = case.config["momentum"].as_f64().unwrap_or_else(|| {
        let before = &case.tensor("buffer_before.num_batches_tracked").values;
        1.0 / (before[0] + 1.0)
    });
    // A count, if there is one, stands behind.
    let channels = case.tensor("buffer_before.running_mean").values.len();
    assert!(batch[2 * channels..].iter().all(|count| count.widen() == 1.0), "{}", case.name);
    for (name, batch) in ["running_mean", "running_var"].into_iter().zip(batch.chunks(channels)) {
        let before = case.values::<T>(&format!("buffer_before.{name}"));
        let step = |(&b, &x): (&T, &T)| b * T::of(1.0 - momentum) + x * T::of(momentum);
        let after: Vec<T> = before.iter().zip(batch).map(step).collect();
        case.check(&format!("buffer_after.{name}"), &after);
    }
}

/// A training pass over images; the input's gradient and the output are checked.
fn train_images<T: Real>(case: &Case, spec: &impl Layer<T>, sizes: &Sizes, parameters: &[T]) -> Passes<T> {
    let shape = case.shape("input");
    let x = inner_channels(shape, &case.values::<T>("input"));
    let dy = inner_channels(shape, &case.values("grad_output"));
    let passes = train(spec, sizes, parameters, &x, &dy);
    case.check("output", &outer_channels(shape, &passes.output));
    case.check("grad_input", &outer_channels(shape, &passes.input_gradient));
    passes
}

fn predict_images<T: Real>(case: &Case, spec: &impl Layer<T>, sizes: &Sizes, parameters: &[T]) {
    let shape = case.shape("input");
    let x = inner_channels(shape, &case.values::<T>("input"));
    case.check("output", &outer_channels(shape, &predict(spec, sizes, parameters, &x)));
}

fn batch_norm<T: Real>(case: &Case) {
    let shape = case.shape("input");
    let (samples, channels) = (shape[0], shape[1]);
    let track = case.flag("track_running_stats");
    let spec = BatchNormSpec {
        channels,
        values: shape[2..].iter().product(),
        eps: case.number("eps"),
        affine: case.flag("affine"),
        running: track && !case.flag("training"),
        counted: case.config["momentum"].is_null(),
    };
    let mut parameters = present::<T>(case, &ALL);
    if !track {
        // A network always keeps running statistics; they do not matter in training.
        parameters.resize(parameters.len() + 2 * channels, T::nan());
    }
    if spec.counted {
        parameters.extend(case.values::<T>("buffer_before.num_batches_tracked"));
    }
    let sizes = Sizes {
        samples,
        output: shape.iter().product(),
        saved: spec.saved_fixed(),
        forward_scratch: spec.forward_scratch(samples),
        backward_scratch: spec.backward_scratch(samples),
        reads_inputs: true,
        ..Sizes::default()
    };
    let passes = train_images(case, &spec, &sizes, &parameters);
    check_statistics(case, track, spec.running, check_affine(case, &passes.parameter_gradient));
    if spec.running {
        predict_images(case, &spec, &sizes, &parameters);
    }
}

/// What stands in the gradient behind weight and bias: the batch's statistics, or zeros where the running ones are
/// constants.
fn check_statistics<T: Real>(case: &Case, track: bool, running: bool, left: &[T]) {
    if running {
        assert!(left.iter().all(|left| left.widen() == 0.0), "{}", case.name);
        for name in ["running_mean", "running_var"] {
            case.check(&format!("buffer_after.{name}"), &case.values::<T>(&format!("buffer_before.{name}")));
        }
    } else if track {
        check_running(case, left);
    }
}

fn group_norm<T: Real>(case: &Case) {
    let shape = case.shape("input");
    let (samples, channels) = (shape[0], shape[1]);
    let spec = GroupNormSpec {
        channels,
        values: shape[2..].iter().product(),
        groups: case.number("num_groups") as usize,
        eps: case.number("eps"),
        affine: case.flag("affine"),
    };
    let sizes = Sizes {
        samples,
        output: shape.iter().product(),
        saved: samples * spec.saved_each(),
        forward_scratch: spec.forward_scratch(samples),
        backward_scratch: spec.backward_scratch(samples),
        reads_inputs: true,
        ..Sizes::default()
    };
    let parameters = present::<T>(case, &AFFINE);
    let passes = train_images(case, &spec, &sizes, &parameters);
    assert_eq!(check_affine(case, &passes.parameter_gradient), []);
    predict_images(case, &spec, &sizes, &parameters);
}

fn instance_norm2d<T: Real>(case: &Case) {
    let shape = case.shape("input");
    let (samples, channels) = (shape[0], shape[1]);
    let track = case.flag("track_running_stats");
    let spec = InstanceNorm2dSpec {
        channels,
        values: shape[2..].iter().product(),
        eps: case.number("eps"),
        affine: case.flag("affine"),
        track,
        running: track && !case.flag("training"),
        counted: false,
    };
    let sizes = Sizes {
        samples,
        output: shape.iter().product(),
        saved: samples * spec.saved_each(),
        forward_scratch: spec.forward_scratch(samples),
        backward_scratch: spec.backward_scratch(samples),
        reads_inputs: true,
        ..Sizes::default()
    };
    let parameters = present::<T>(case, &ALL);
    let passes = train_images(case, &spec, &sizes, &parameters);
    check_statistics(case, track, spec.running, check_affine(case, &passes.parameter_gradient));
    if spec.running || !track {
        predict_images(case, &spec, &sizes, &parameters);
    }
}

/// How many of the last axes are normalised, and their size.
fn normalised(case: &Case) -> usize {
    match &case.config["normalized_shape"] {
        serde_json::Value::Array(axes) => axes.iter().map(|n| n.as_u64().expect("a size") as usize).product(),
        _ => case.number("normalized_shape") as usize,
    }
}

fn rows<T: Real>(case: &Case, spec: &impl Layer<T>, saved_each: usize) {
    let x = case.values::<T>("input");
    let samples = case.shape("input")[0];
    let sizes = Sizes {
        samples,
        output: x.len(),
        saved: samples * saved_each,
        reads_inputs: true,
        ..Sizes::default()
    };
    let parameters = present::<T>(case, &AFFINE);
    let passes = train(spec, &sizes, &parameters, &x, &case.values("grad_output"));
    case.check("output", &passes.output);
    case.check("grad_input", &passes.input_gradient);
    assert_eq!(check_affine(case, &passes.parameter_gradient), []);
    case.check("output", &predict(spec, &sizes, &parameters, &x));
}

fn layer_norm<T: Real>(case: &Case) {
    let len = normalised(case);
    let spec = LayerNormSpec {
        rows: case.shape("input")[1..].iter().product::<usize>() / len,
        len,
        eps: case.number("eps"),
        weight: case.has("param.weight"),
        bias: case.has("param.bias"),
    };
    rows::<T>(case, &spec, spec.saved_each());
}

fn rms_norm<T: Real>(case: &Case) {
    let len = normalised(case);
    let spec = RmsNormSpec {
        rows: case.shape("input")[1..].iter().product::<usize>() / len,
        len,
        eps: case.number("eps"),
        weight: case.has("param.weight"),
    };
    rows::<T>(case, &spec, spec.saved_each());
}
