//! Layers over sequences, images and volumes as a user declares them: with weights from a file in PyTorch's layout they
//! predict PyTorch's outputs.

mod common;

use common::goldens::{Case, case};
use common::layer::{inner_channels, outer_channels};
use formwork::Selection;
use formwork::prelude::*;
use formwork::tensor::{flat, flat_mut, zeroed_vec};
use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize};
use std::collections::BTreeMap;

network! {
    pub struct Conv1d<T>(x: [11, 6]) -> [9, 9] {
        x -> layer: Conv1d(9, kernel: 5, padding: 1, groups: 3, bias: false)
    }
    pub struct Conv1dSame<T>(x: [13, 2]) -> [13, 3] { x -> layer: Conv1d(3, kernel: 5, padding: same, dilation: 2) }
    pub struct MaxPool1d(x: [11, 3]) -> [6, 3] { x -> MaxPool1d(3, stride: 2, padding: 1) }
    pub struct AvgPool1d(x: [11, 3]) -> [6, 3] { x -> AvgPool1d(3, stride: 2, padding: 1) }
    pub struct GlobalAvgPool1d(x: [7, 3]) -> [3] { x -> GlobalAvgPool1d }
    pub struct ConvTranspose1d<T>(x: [5, 3]) -> [10, 2] {
        x -> layer: ConvTranspose1d(2, kernel: 3, stride: 2, padding: 1, output_padding: 1)
    }
    pub struct ConvTranspose2d<T>(x: [2, 5, 3]) -> [3, 10, 9] {
        x -> layer: ConvTranspose2d(3, kernel: (3, 5), stride: (2, 3), padding: (1, 2), output_padding: (1, 2))
    }
    pub struct Grouped<T>(x: [4, 3, 5]) -> [6, 7, 9] {
        x -> layer: ConvTranspose2d(6, kernel: 3, groups: 2, dilation: 2, bias: false)
    }
    pub struct Conv3d<T>(x: [2, 5, 7, 3]) -> [3, 4, 4, 3] {
        x -> layer: Conv3d(3, kernel: (2, 3, 3), stride: (1, 2, 1), padding: (0, 1, 1))
    }
    pub struct AllSides(x: [3, 3, 5]) -> [3, 7, 9] { x -> ZeroPad2d(2) }
    pub struct FourSides(x: [2, 3, 5]) -> [2, 6, 8] { x -> ZeroPad2d((1, 2, 3, 0)) }
    pub struct Doubled(x: [3, 3, 5]) -> [3, 6, 10] { x -> Upsample(scale: 2) }
    pub struct Nearest(x: [2, 3, 4]) -> [2, 7, 5] { x -> Upsample(size: (7, 5), mode: nearest) }
    pub struct Smooth(x: [2, 3, 5]) -> [2, 6, 10] { x -> Upsample(2, mode: bilinear) }
    pub struct Aligned(x: [2, 3, 4]) -> [2, 7, 5] {
        x -> Upsample(size: (7, 5), mode: bilinear, align_corners: true)
    }
    pub struct Shuffled(x: [12, 3, 5]) -> [3, 6, 10] { x -> PixelShuffle(2) }
    pub struct Bins(x: [2, 7, 5]) -> [2, 3, 2] { x -> AdaptiveAvgPool2d((3, 2)) }
    pub struct Maxima(x: [5, 2, 7]) -> [5] { x -> GlobalMaxPool2d }
    pub struct LargestOfBins(x: [2, 7, 5]) -> [2, 3, 2] { x -> AdaptiveMaxPool2d((3, 2)) }
    pub struct BinsOfSteps(x: [11, 3]) -> [4, 3] { x -> AdaptiveAvgPool1d(4) }
    pub struct LargestOfSteps(x: [11, 3]) -> [4, 3] { x -> AdaptiveMaxPool1d(4) }
    pub struct Largest(x: [7, 3]) -> [3] { x -> GlobalMaxPool1d }
}

/// A file of the case's parameters, as PyTorch would save a module whose field is `layer`.
fn parameters(case: &Case) -> Vec<u8> {
    let names = case.names().filter_map(|name| name.strip_prefix("param."));
    let tensors: BTreeMap<String, (Vec<usize>, Vec<u8>)> = names
        .map(|name| {
            let tensor = case.tensor(&format!("param.{name}"));
            let bytes = tensor.values.iter().flat_map(|x| x.to_le_bytes()).collect();
            (format!("layer.{name}"), (tensor.shape.clone(), bytes))
        })
        .collect();
    let views = tensors.iter().map(|(name, (shape, bytes))| {
        (name.as_str(), TensorView::new(Dtype::F64, shape.clone(), bytes).expect("a whole tensor"))
    });
    serialize(views, None).expect("a file")
}

fn agrees<N, T: Real>(name: &str)
where
    N: for<'a> Network<Batch<'a> = &'a [<N as Network>::Sample], Scalar = T>,
    N::Sample: Tensor<Scalar = T>,
{
    let case = case(name);
    let mut network = N::zeroed();
    if case.has("param.weight") {
        let path = std::env::temp_dir().join(format!("formwork-{}-{name}.safetensors", std::process::id()));
        std::fs::write(&path, parameters(&case)).expect("a folder for temporary files");
        let loaded = network.load(&path);
        std::fs::remove_file(&path).expect("it was written");
        loaded.expect("PyTorch's names and shapes");
    }
    let (input, output) = (case.shape("input"), case.shape("output"));
    // Sequences are time first here.
    let turned = input.len() == 3;
    let mut x = case.values::<T>("input");
    if turned {
        x = inner_channels(input, &x);
    }
    let mut inputs = zeroed_vec::<N::Sample>(input[0]);
    flat_mut(&mut inputs).copy_from_slice(&x);
    let mut outputs = zeroed_vec::<N::Output>(input[0]);
    network.predict_selected(&inputs, Selection::All, &mut outputs, &mut Workspace::new()).expect("a batch");
    let y = flat(&outputs);
    case.check("output", &if turned { outer_channels(output, y) } else { y.to_vec() });
}

#[test]
fn sequences() {
    agrees::<Conv1d<f64>, _>("conv1d_groups_no_bias");
    agrees::<Conv1dSame<f64>, _>("conv1d_same");
    agrees::<MaxPool1d, _>("max_pool1d");
    agrees::<AvgPool1d, _>("avg_pool1d");
    agrees::<GlobalAvgPool1d, _>("global_avg_pool1d");
    agrees::<Largest, _>("global_max_pool1d");
    agrees::<BinsOfSteps, _>("adaptive_avg_pool1d_uneven");
    agrees::<LargestOfSteps, _>("adaptive_max_pool1d_uneven");
    agrees::<ConvTranspose1d<f64>, _>("conv_transpose1d");
}

#[test]
fn images() {
    agrees::<ConvTranspose2d<f64>, _>("conv_transpose2d_output_padding");
    agrees::<Grouped<f64>, _>("conv_transpose2d_groups_dilation");
    agrees::<AllSides, _>("zero_pad2d_all");
    agrees::<FourSides, _>("zero_pad2d_sides");
    agrees::<Doubled, _>("upsample_nearest_x2");
    agrees::<Nearest, _>("upsample_nearest_size");
    agrees::<Smooth, _>("upsample_bilinear_x2");
    agrees::<Aligned, _>("upsample_bilinear_corners");
    agrees::<Shuffled, _>("pixel_shuffle_2");
    agrees::<Bins, _>("adaptive_avg_pool2d_uneven");
    agrees::<Maxima, _>("global_max_pool2d");
    agrees::<LargestOfBins, _>("adaptive_max_pool2d_uneven");
}

#[test]
fn volumes() {
    agrees::<Conv3d<f64>, _>("conv3d_stride_pad");
}
