//! Layers over sequences, images and volumes give the same bits at any number of threads.

use formwork::noise::Stream;
use formwork::prelude::*;
use formwork::tensor::{flat, flat_mut, zeroed_vec};
use formwork::{Noise, Selection};
use rand::RngExt;

network! {
    struct Images(image: [8, 20, 20]) -> [24] {
        image
            -> ConvTranspose2d(24, kernel: 3, stride: 2, padding: 1, output_padding: 1) -> Relu
            -> Upsample((1, 2), mode: bilinear) -> ZeroPad2d(1) -> Conv2d(16, kernel: 3) -> PixelShuffle(2)
            -> AdaptiveAvgPool2d(33) -> Conv2d(24, kernel: 3) -> GlobalMaxPool2d
    }
    struct Volumes(volume: [4, 9, 16, 16]) -> [16, 4, 7, 7] { volume -> Conv3d(16, kernel: 3, stride: 2) }
    struct Sequences(x: [700, 12]) -> [24] {
        x -> Conv1d(24, kernel: 5) -> MaxPool1d(2) -> ConvTranspose1d(24, kernel: 4, stride: 3) -> GlobalAvgPool1d
    }
}

/// Outputs and gradients of a pass, as bits.
fn pass<N>(threads: usize) -> Vec<u32>
where
    N: for<'a> Network<Batch<'a> = &'a [<N as Network>::Sample], Scalar = f32>,
    N::Sample: Tensor<Scalar = f32>,
{
    formwork::set_threads(threads);
    let mut stream = Stream::new(5, 0);
    let mut draw = |values: &mut [f32]| values.fill_with(|| stream.random::<f32>() - 0.5);
    let mut inputs = zeroed_vec::<N::Sample>(11);
    draw(flat_mut(&mut inputs));
    let (mut network, mut gradient) = (N::zeroed(), N::zeroed());
    formwork::init::initialize(network.as_mut_slice(), N::TENSORS, 5);
    let mut workspace = Workspace::new();
    let mut pass =
        network.forward(&inputs, Selection::All, Noise::default(), &mut workspace).expect("a good batch");
    let (outputs, gradients) = pass.outputs_and_gradients();
    draw(flat_mut(gradients));
    let outputs: Vec<f32> = flat(outputs).to_vec();
    pass.backward(&mut gradient);
    assert!(gradient.as_slice().iter().any(|g| *g != 0.0));
    outputs.iter().chain(gradient.as_slice()).map(|x| x.to_bits()).collect()
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let all = |threads| [pass::<Images>(threads), pass::<Volumes>(threads), pass::<Sequences>(threads)];
    let one = all(1);
    for threads in [2, 3] {
        // Not by `assert_eq`, which would print all numbers.
        assert!(one == all(threads), "one thread and {threads}");
    }
}
