//! Whole networks against finite differences, in f64.

use formwork::prelude::*;
use formwork::{Noise, Role, noise::Stream};
use rand::RngExt;

/// Numbers from -1 to 1.
pub fn draw(values: &mut [f64], seed: u64) {
    let mut stream = Stream::new(seed, 0);
    values.fill_with(|| stream.random::<f64>() * 2.0 - 1.0);
}

/// As many different places in a batch of two samples more, not in order.
pub fn places(samples: usize) -> Vec<usize> {
    (0..samples).map(|i| (i * 3 + 1) % (samples + 2)).collect()
}

/// Every learned number of a network with one input.
pub fn check<N>(samples: usize)
where
    N: SingleInput<Scalar = f64>,
    N::Sample: Tensor<Scalar = f64>,
{
    let mut inputs = formwork::tensor::zeroed_vec::<N::Sample>(samples + 2);
    draw(formwork::tensor::flat_mut(&mut inputs), 11);
    check_batch::<N>(N::batch(&inputs), &places(samples));
}

/// The gradient of `Σ outputs · weights` against central differences, for every learned number.
pub fn check_batch<'b, N: Network<Scalar = f64>>(batch: N::Batch<'b>, indices: &'b [usize]) {
    let name = N::GRAPH.name;
    let mut network = N::zeroed();
    formwork::init::initialize(network.as_mut_slice(), N::TENSORS, 5);
    let mut weights = formwork::tensor::zeroed_vec::<N::Output>(indices.len());
    draw(formwork::tensor::flat_mut(&mut weights), 12);
    let weights = formwork::tensor::flat(&weights);
    let noise = Noise { seed: 3, step: 9, first: 0 };
    let mut workspace = Workspace::<N>::new();

    let mut gradient = N::zeroed();
    // What was there must not matter.
    draw(gradient.as_mut_slice(), 13);
    let selection = Selection::Indices(indices);
    let mut pass = network.forward(batch, selection, noise, &mut workspace).expect("a good batch");
    let (_, gradients) = pass.outputs_and_gradients();
    formwork::tensor::flat_mut(gradients).copy_from_slice(weights);
    pass.backward(&mut gradient);

    let mut value = |network: &N| -> f64 {
        let pass = network.forward(batch, selection, noise, &mut workspace).expect("a good batch");
        formwork::tensor::flat(pass.outputs()).iter().zip(weights).map(|(y, w)| y * w).sum()
    };
    let mut checked = 0;
    for tensor in N::TENSORS.iter().filter(|t| t.role == Role::Learned) {
        for i in tensor.range() {
            let (old, h) = (network.as_slice()[i], 1e-5);
            network.as_mut_slice()[i] = old + h;
            let above = value(&network);
            network.as_mut_slice()[i] = old - h;
            let below = value(&network);
            network.as_mut_slice()[i] = old;
            let (want, got) = ((above - below) / (2.0 * h), gradient.as_slice()[i]);
            assert!(
                (want - got).abs() <= 1e-7 + 1e-6 * want.abs(),
                "{name}: {} at {}: differences give {want}, backward {got}",
                tensor.name,
                i - tensor.offset
            );
            checked += 1;
        }
    }
    assert_eq!(checked, N::PARAMETERS, "{name}: every learned number is checked");
}
