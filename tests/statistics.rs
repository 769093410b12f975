//! The running statistics of normalising layers in declared networks: averages over all batches, and training by them.

mod common;

use common::differences;
use common::goldens::{Case, case};
use formwork::prelude::*;
use formwork::{Noise, Role};

network! {
    struct Cumulative<T>(x: [3, 3, 5]) -> [3, 3, 5] {
        x -> norm: BatchNorm2d(momentum: cumulative)
    }

    struct Running<T>(x: [3, 5, 7]) -> [3, 5, 7] {
        x -> norm: BatchNorm2d(eps: 1e-3, statistics: running)
    }

    struct Images<T>(x: [2, 3, 5]) -> [2, 3, 5] {
        x -> norm: InstanceNorm2d(affine: true, track_running_stats: true, statistics: running)
    }

    struct Tuned<T>(x: [2, 4, 4]) -> [3] {
        x -> Conv2d(3, kernel: 3) -> BatchNorm2d(statistics: running) -> Tanh
            -> InstanceNorm2d(track_running_stats: true, statistics: running) -> Flatten
            -> Dense(4) -> BatchNorm1d(affine: false, statistics: running) -> Dense(3)
    }
}

network! {
    struct Twice<T>(a: [2], b: [2]) -> [2] {
        layer norm = BatchNorm1d(momentum: cumulative);
        (a -> norm) + (b -> norm)
    }
}

/// Two uses of one layer are two batches that it has seen.
#[test]
fn a_shared_layer_counts_its_uses() {
    let mut network = Twice::<f64>::new(1);
    let (mut gradient, mut workspace) = (Twice::<f64>::zeroed(), Twice::<f64>::workspace());
    let sgd = Sgd::new(0.0);
    let mut state = sgd.start(&*network);
    let of = |x: f64| vec![SVector::from([x, 0.0]), SVector::from([3.0 * x, 1.0])];
    for (a, b) in [(1.0, 2.0), (5.0, 8.0)] {
        let (a, b) = (of(a), of(b));
        let mut pass = network
            .forward(TwiceBatch { a: &a, b: &b }, Selection::All, Noise::default(), &mut workspace)
            .expect("a good batch");
        let (_, gradients) = pass.outputs_and_gradients();
        gradients.fill(SVector::zeros());
        pass.backward(&mut gradient);
        sgd.step(&mut state, &mut network, &gradient);
    }
    assert_eq!(network.norm.num_batches_tracked[0], 4.0);
    let mean = 2.0 * (1.0 + 2.0 + 5.0 + 8.0) / 4.0;
    assert!((network.norm.running_mean[0] - mean).abs() < 1e-14, "{}", network.norm.running_mean);
}

/// A network with the case's tensors.
fn network<N: Network>(case: &Case) -> Box<N> {
    let mut network = N::zeroed();
    for info in N::TENSORS {
        let name = info.name.to_string();
        let (_, name) = name.split_once('.').expect("layer and tensor");
        let group = if info.role == Role::Learned { "param" } else { "buffer_before" };
        network.as_mut_slice()[info.range()].copy_from_slice(&case.values(&format!("{group}.{name}")));
    }
    network
}

/// One training step over the case's batch, checked from its outputs to what becomes of the statistics.
fn step<N>(case: &Case) -> Box<N>
where
    N: SingleInput,
    N::Sample: Tensor<Scalar = N::Scalar>,
{
    let mut network = network::<N>(case);
    let mut inputs = formwork::tensor::zeroed_vec::<N::Sample>(case.shape("input")[0]);
    formwork::tensor::flat_mut(&mut inputs).copy_from_slice(&case.values("input"));
    let (mut gradient, mut workspace) = (N::zeroed(), Workspace::<N>::new());
    let mut pass = network
        .forward(N::batch(&inputs), Selection::All, Noise::default(), &mut workspace)
        .expect("a good batch");
    case.check("output", formwork::tensor::flat(pass.outputs()));
    let (_, gradients) = pass.outputs_and_gradients();
    formwork::tensor::flat_mut(gradients).copy_from_slice(&case.values("grad_output"));
    pass.backward(&mut gradient);
    for info in N::TENSORS.iter().filter(|info| info.role == Role::Learned) {
        let name = info.name.to_string().replace("norm", "grad_param");
        case.check(&name, &gradient.as_slice()[info.range()]);
    }
    let still = Sgd::new(0.0);
    let mut state = still.start(&*network);
    still.step(&mut state, &mut network, &gradient);
    for info in N::TENSORS.iter().filter(|info| info.role != Role::Learned) {
        let name = info.name.to_string().replace("norm", "buffer_after");
        case.check(&name, &network.as_slice()[info.range()]);
    }
    network
}

#[test]
fn an_average_over_all_batches_goes_on_where_pytorch_was() {
    let case = case("batch_norm2d_cumulative");
    let before = case.tensor("buffer_before.num_batches_tracked").values[0];
    assert!(before > 0.0, "the vectors begin in the middle");
    let network = step::<Cumulative<f64>>(&case);
    assert_eq!(network.norm.num_batches_tracked[0], before + 1.0);
    let network = step::<Cumulative<f32>>(&case);
    assert_eq!(f64::from(network.norm.num_batches_tracked[0]), before + 1.0);
}

#[test]
fn training_by_running_statistics_leaves_them_as_they_are() {
    step::<Running<f64>>(&case("batch_norm2d_eval"));
    step::<Running<f32>>(&case("batch_norm2d_eval"));
    step::<Images<f64>>(&case("instance_norm2d_track_eval"));
    step::<Images<f32>>(&case("instance_norm2d_track_eval"));
    assert!(Running::<f32>::TENSORS.iter().all(|info| matches!(info.role, Role::Learned | Role::Frozen)));
}

#[test]
fn gradients_through_running_statistics_agree_with_differences() {
    differences::check::<Tuned<f64>>(3);
    // No statistics are taken, so one sample is a batch.
    differences::check::<Tuned<f64>>(1);
}

/// Steps with statistics of their own: all that an average over all batches sees.
#[test]
fn the_average_of_many_batches_is_their_plain_mean() {
    let mut network = Cumulative::<f64>::new(1);
    let (mut gradient, adam) = (Cumulative::<f64>::zeroed(), Adam::new(1e-3));
    let mut state = adam.start(&*network);
    let mut sum = 0.0;
    for batch in 1..=20 {
        let mean = f64::from(batch).sin();
        gradient.norm.running_mean.fill(mean);
        gradient.norm.num_batches_tracked.fill(1.0);
        adam.step(&mut state, &mut network, &gradient);
        sum += mean;
        assert!((network.norm.running_mean[2] - sum / f64::from(batch)).abs() < 1e-14);
    }
    assert_eq!(network.norm.num_batches_tracked[0], 20.0);
}

#[test]
fn the_count_stands_in_files_as_pytorch_writes_it() {
    let file = std::env::temp_dir().join(format!("formwork-count-{}.safetensors", std::process::id()));
    let case = case("batch_norm2d_cumulative");
    let saved = network::<Cumulative<f32>>(&case);
    saved.save(&file).expect("it is written");
    let bytes = std::fs::read(&file).expect("it is there");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("it is whole");
    let count = tensors.tensor("norm.num_batches_tracked").expect("it is counted");
    assert_eq!((count.dtype(), count.shape()), (safetensors::Dtype::I64, &[][..]));
    let number = i64::from_le_bytes(count.data().try_into().expect("one number"));
    assert_eq!(number as f64, case.tensor("buffer_before.num_batches_tracked").values[0]);
    assert_eq!(tensors.len(), Cumulative::<f32>::TENSORS.len(), "and once");

    let mut loaded = Cumulative::<f32>::new(3);
    loaded.load(&file).expect("it fits");
    assert_eq!(loaded.as_slice(), saved.as_slice());
    std::fs::remove_file(&file).expect("it was there");
}
