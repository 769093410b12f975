//! A gallery of known architectures: each has the published number of parameters, runs at its real size, and is checked
//! against finite differences at a small one.

mod common;

mod gallery {
    pub mod branches;
    pub mod classic;
    pub mod images;
    pub mod residual;
    pub mod several;
}

use common::differences::{self, places};
use formwork::Init;
use formwork::noise::Stream;
use formwork::prelude::*;
use gallery::{branches, classic, images, residual, several};
use rand::RngExt;

/// How many numbers of each tensor of the small twins are checked.
const SPOTS: usize = 2;

#[test]
fn they_have_as_many_parameters_as_is_published() {
    assert_eq!(classic::LeNet5::PARAMETERS, 61_706);
    assert_eq!(classic::Vgg11::PARAMETERS, 132_863_336);
    assert_eq!(residual::ResNet18::PARAMETERS, 11_689_512);
    assert_eq!(residual::ResNet50::PARAMETERS, 25_557_032);
    assert_eq!(residual::ConvNextTiny::PARAMETERS, 28_589_128);
    assert_eq!(branches::MobileNetV2::PARAMETERS, 3_504_872);
    assert_eq!(images::UNet::PARAMETERS, 7_763_041);
    assert_eq!(images::Mixer::PARAMETERS, 18_528_264);
    assert_eq!(several::Siamese::PARAMETERS, 38_951_745);
}

/// Weights in the range that they are drawn from. Large tensors repeat a few thousand, since drawing 133 million numbers
/// takes minutes in a debug build.
fn weights<N: Network<Scalar = f32>>() -> Box<N> {
    let mut network = N::zeroed();
    for tensor in N::TENSORS {
        match tensor.init {
            Init::Uniform { bound } if tensor.len > 1 << 14 => {
                let number = |i: usize| bound as f32 * (((i * 1009) % 4093) as f32 / 2046.0 - 1.0);
                let table: Vec<f32> = (0..4093).map(number).collect();
                for part in network.as_mut_slice()[tensor.range()].chunks_mut(table.len()) {
                    part.copy_from_slice(&table[..part.len()]);
                }
            }
            _ => formwork::init::initialize(network.as_mut_slice(), [tensor], 7),
        }
    }
    network
}

/// Predicts for two samples that differ, and wants numbers that the sample has a say in.
fn runs<N>()
where
    N: SingleInput<Scalar = f32>,
    N::Sample: Tensor<Scalar = f32>,
{
    let mut samples = formwork::tensor::zeroed_vec::<N::Sample>(2);
    let flat = formwork::tensor::flat_mut(&mut samples);
    let pixels = flat.len() / 2;
    for (i, x) in flat[..pixels].iter_mut().enumerate() {
        *x = ((i * 37) % 101) as f32 / 101.0;
    }
    runs_batch::<N>(N::batch(&samples));
}

/// The same with the samples given.
fn runs_batch<N: Network<Scalar = f32>>(batch: N::Batch<'_>) {
    let network = weights::<N>();
    let mut outputs = formwork::tensor::zeroed_vec::<N::Output>(2);
    let mut workspace = Workspace::<N>::new();
    network.predict_selected(batch, Selection::All, &mut outputs, &mut workspace).expect("a good batch");
    let [one, other] = [&outputs[..1], &outputs[1..]].map(formwork::tensor::flat);
    let name = N::GRAPH.name;
    assert!(one.iter().chain(other).all(|y| y.is_finite()), "{name} gives numbers");
    assert_ne!(one, other, "{name} looks at what it gets");
}

#[test]
fn lenet5() {
    runs::<classic::LeNet5>();
    differences::check_spots::<classic::SmallLeNet<f64>>(3, SPOTS);
}

#[test]
fn alexnet() {
    runs::<classic::AlexNet>();
    differences::check_spots::<classic::SmallAlexNet<f64>>(3, SPOTS);
}

#[test]
fn vgg11() {
    runs::<classic::Vgg11>();
    differences::check_spots::<classic::SmallVgg<f64>>(3, SPOTS);
}

#[test]
fn resnet18() {
    runs::<residual::ResNet18>();
    differences::check_spots::<residual::SmallResNet18<f64>>(3, SPOTS);
}

#[test]
fn resnet50() {
    runs::<residual::ResNet50>();
    differences::check_spots::<residual::SmallResNet50<f64>>(3, SPOTS);
}

#[test]
fn squeeze_and_excite() {
    runs::<residual::SeStage>();
    differences::check_spots::<residual::SmallSeStage<f64>>(3, SPOTS);
}

#[test]
fn convnext() {
    runs::<residual::ConvNextTiny>();
    differences::check_spots::<residual::SmallConvNext<f64>>(3, SPOTS);
}

#[test]
fn googlenet() {
    runs::<branches::GoogLeNet3>();
    differences::check_spots::<branches::SmallInception<f64>>(3, SPOTS);
}

#[test]
fn densenet() {
    runs::<branches::DenseNet1>();
    differences::check_spots::<branches::SmallDenseNet<f64>>(3, SPOTS);
}

#[test]
fn mobilenet() {
    runs::<branches::MobileNetV2>();
    differences::check_spots::<branches::SmallMobileNetV2<f64>>(3, SPOTS);
}

#[test]
fn unet() {
    runs::<images::UNet>();
    differences::check_spots::<images::SmallUNet<f64>>(3, SPOTS);
}

#[test]
fn autoencoder() {
    runs::<images::AutoEncoder>();
    differences::check_spots::<images::SmallAutoEncoder<f64>>(3, SPOTS);
}

#[test]
fn mlp_mixer() {
    runs::<images::Mixer>();
    differences::check_spots::<images::SmallMixer<f64>>(3, SPOTS);
}

#[test]
fn two_heads() {
    runs::<several::Finder>();
    differences::check_spots::<several::SmallFinder<f64>>(3, SPOTS);
}

fn drawn<V: Tensor<Scalar = f64>>(len: usize, seed: u64) -> Vec<V> {
    let mut values = formwork::tensor::zeroed_vec::<V>(len);
    differences::draw(formwork::tensor::flat_mut(&mut values), seed);
    values
}

fn indices<const N: usize>(len: usize, seed: u64) -> Vec<Index<N>> {
    let mut stream = Stream::new(seed, 0);
    (0..len).map(|_| Index::new(stream.random_range(0..N)).expect("below N")).collect()
}

#[test]
fn siamese() {
    let mut left = formwork::tensor::zeroed_vec::<[SMatrix<f32, 105, 105>; 1]>(2);
    formwork::tensor::flat_mut(&mut left)[..5000].fill(1.0);
    let right = formwork::tensor::zeroed_vec(2);
    runs_batch::<several::Siamese>(several::SiameseBatch { left: &left, right: &right });
    let (left, right) = (drawn(4, 1), drawn(4, 2));
    let batch = several::SmallSiameseBatch { left: &left, right: &right };
    differences::check_batch_spots::<several::SmallSiamese<f64>>(batch, &places(2), SPOTS);
}

#[test]
fn wide_and_deep() {
    let (job, school, both) = (indices(2, 1), indices(2, 2), indices(2, 3));
    let numbers = vec![SVector::repeat(0.5), SVector::repeat(-0.5)];
    let batch = several::WideAndDeepBatch { job: &job, school: &school, both: &both, numbers: &numbers };
    runs_batch::<several::WideAndDeep>(batch);
    let (job, school, both) = (indices(5, 1), indices(5, 2), indices(5, 3));
    let numbers = drawn(5, 4);
    let batch = several::SmallWideAndDeepBatch { job: &job, school: &school, both: &both, numbers: &numbers };
    differences::check_batch_spots::<several::SmallWideAndDeep<f64>>(batch, &places(3), SPOTS);
}

#[test]
fn the_halves_of_an_autoencoder_work_alone() {
    let network = images::AutoEncoder::new(7);
    let image = [SMatrix::<f32, 28, 28>::from_fn(|i, j| ((i * j) % 7) as f32 / 7.0)];
    let code = network.encoder.predict(&image);
    assert_eq!(network.decoder.predict(&code), network.predict(&image));
}
