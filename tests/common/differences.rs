//! Whole networks against finite differences, in f64.

use formwork::__private::Inputs;
use formwork::prelude::*;
use formwork::{Batch, Column, Noise, Role, TensorInfo, noise::Stream};
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

/// Some numbers of each learned tensor of a network with one input.
pub fn check_spots<N>(samples: usize, of_each: usize)
where
    N: SingleInput<Scalar = f64>,
    N::Sample: Tensor<Scalar = f64>,
{
    let mut inputs = formwork::tensor::zeroed_vec::<N::Sample>(samples + 2);
    draw(formwork::tensor::flat_mut(&mut inputs), 11);
    check_batch_spots::<N>(N::batch(&inputs), &places(samples), of_each);
}

/// The gradient of `Σ outputs · weights` against central differences, for every learned number.
pub fn check_batch<'b, N: Network<Scalar = f64>>(batch: N::Batch<'b>, indices: &'b [usize]) {
    let all = learned::<N>().flat_map(|info| info.range()).collect::<Vec<_>>();
    assert_eq!(all.len(), N::PARAMETERS, "{}: every learned number is checked", N::GRAPH.name);
    compare::<N>(batch, indices, &all, &[1e-5]);
    compare_inputs::<N>(batch, indices, None, &[1e-5]);
}

/// The same for some numbers of each learned tensor, drawn from a seed. Large networks have kinks everywhere: where one lies within a step, a smaller one finds
/// the slope beside it.
pub fn check_batch_spots<'b, N: Network<Scalar = f64>>(
    batch: N::Batch<'b>,
    indices: &'b [usize],
    of_each: usize,
) {
    let mut stream = Stream::new(17, 0);
    let tensors = learned::<N>().flat_map(|tensor| std::iter::repeat_n(tensor, of_each));
    let chosen: Vec<usize> = tensors.map(|tensor| stream.random_range(tensor.range())).collect();
    assert!(!chosen.is_empty(), "{}: there is something to compare", N::GRAPH.name);
    let steps = [1e-5, 1e-6, 1e-7, 1e-8];
    compare::<N>(batch, indices, &chosen, &steps);
    compare_inputs::<N>(batch, indices, Some(4 * of_each), &steps);
}

fn learned<N: Network<Scalar = f64>>() -> impl Iterator<Item = TensorInfo> {
    N::TENSORS.iter().filter(|tensor| tensor.role == Role::Learned)
}

/// Compares at these places, with the first of these steps at which both agree.
fn compare<'b, N: Network<Scalar = f64>>(
    batch: N::Batch<'b>,
    indices: &'b [usize],
    spots: &[usize],
    steps: &[f64],
) {
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
    for &i in spots {
        let (old, got) = (network.as_slice()[i], gradient.as_slice()[i]);
        let mut differences = steps.iter().map(|h| {
            network.as_mut_slice()[i] = old + h;
            let above = value(&network);
            network.as_mut_slice()[i] = old - h;
            let below = value(&network);
            network.as_mut_slice()[i] = old;
            (above - below) / (2.0 * h)
        });
        let agrees = |want: &f64| (want - got).abs() <= 1e-7 + 1e-6 * want.abs();
        let mut wanted = Vec::new();
        if !differences.by_ref().inspect(|want| wanted.push(*want)).any(|want| agrees(&want)) {
            let tensor = N::TENSORS.iter().find(|tensor| tensor.range().contains(&i)).expect("a tensor");
            let at = i - tensor.offset;
            panic!("{name}: {} at {at}: differences give {wanted:?}, backward {got}", tensor.name);
        }
    }
}

/// Compares the gradients by the inputs, all of them or so many places of each.
fn compare_inputs<'b, N: Network<Scalar = f64>>(
    batch: N::Batch<'b>,
    indices: &'b [usize],
    of_each: Option<usize>,
    steps: &[f64],
) {
    let name = N::GRAPH.name;
    let mut network = N::zeroed();
    formwork::init::initialize(network.as_mut_slice(), N::TENSORS, 5);
    let samples = indices.len();
    let mut weights = formwork::tensor::zeroed_vec::<N::Output>(samples);
    draw(formwork::tensor::flat_mut(&mut weights), 12);
    let weights = formwork::tensor::flat(&weights);
    let noise = Noise { seed: 3, step: 9, first: 0 };
    let selection = Selection::Indices(indices);

    let inputs = N::GRAPH.inputs;
    let lens: Vec<usize> = inputs.iter().map(|input| input.shape.iter().product()).collect();
    let mut gradients: Vec<Vec<f64>> = (inputs.iter().zip(&lens))
        .map(|(input, len)| if input.indices.is_some() { Vec::new() } else { vec![f64::NAN; samples * len] })
        .collect();
    let mut both = [N::zeroed(), N::zeroed()];
    for (gradient, asked) in both.iter_mut().zip([false, true]) {
        let mut workspace = Workspace::<N>::new();
        let mut pass = network.forward(batch, selection, noise, &mut workspace).expect("a good batch");
        let (_, by_outputs) = pass.outputs_and_gradients();
        formwork::tensor::flat_mut(by_outputs).copy_from_slice(weights);
        if asked {
            let mut slices: Vec<&mut [f64]> = gradients.iter_mut().map(Vec::as_mut_slice).collect();
            pass.backward_with_inputs(gradient, &mut slices).expect("room for the gradients");
        } else {
            pass.backward(gradient);
        }
    }
    assert_eq!(both[0].as_slice(), both[1].as_slice(), "{name}: asking for more changes nothing");

    // One sample may be chosen twice, and its two places have a gradient each.
    let columns = batch.columns();
    let columns = columns.as_ref();
    let chosen = |input: usize| -> Vec<f64> {
        let (len, numbers) = (lens[input], columns[input].numbers());
        indices.iter().flat_map(|&i| &numbers[i * len..(i + 1) * len]).copied().collect()
    };
    let coded = |input: usize| -> Vec<u32> {
        let Column::Indices(values) = columns[input] else { return Vec::new() };
        let len = lens[input];
        indices.iter().flat_map(|&i| &values[i * len..(i + 1) * len]).copied().collect()
    };
    let coded: Vec<Vec<u32>> = (0..inputs.len()).map(coded).collect();
    let mut numbers: Vec<Vec<f64>> = (0..inputs.len())
        .map(|input| if inputs[input].indices.is_some() { Vec::new() } else { chosen(input) })
        .collect();
    let mut workspace = Workspace::<N>::new();
    let mut value = |numbers: &[Vec<f64>]| -> f64 {
        let columns = numbers.iter().zip(&coded).zip(inputs).map(|((numbers, coded), input)| {
            if input.indices.is_some() { Column::Indices(coded) } else { Column::Numbers(numbers) }
        });
        let columns: Vec<_> = columns.collect();
        let memory = workspace.__take(N::__train_len(samples));
        let given =
            Inputs { columns: &columns, selection: Selection::All, samples, sequences: Default::default() };
        let (kept, scratch) = memory.split_at_mut(samples * N::__KEPT[0] + N::__KEPT[1]);
        network.__forward(given, noise, kept, scratch);
        memory[N::__output(samples)].iter().zip(weights).map(|(y, w)| y * w).sum()
    };
    let mut stream = Stream::new(18, 0);
    for (input, gradient) in gradients.iter().enumerate().filter(|(_, gradient)| !gradient.is_empty()) {
        let all = gradient.len();
        let spots: Vec<usize> = match of_each {
            None => (0..all).collect(),
            Some(count) => (0..count).map(|_| stream.random_range(0..all)).collect(),
        };
        for spot in spots {
            let (old, got) = (numbers[input][spot], gradient[spot]);
            let mut differences = steps.iter().map(|h| {
                numbers[input][spot] = old + h;
                let above = value(&numbers);
                numbers[input][spot] = old - h;
                let below = value(&numbers);
                numbers[input][spot] = old;
                (above - below) / (2.0 * h)
            });
            let agrees = |want: &f64| (want - got).abs() <= 1e-7 + 1e-6 * want.abs();
            let mut wanted = Vec::new();
            let found = differences.by_ref().inspect(|want| wanted.push(*want)).any(|want| agrees(&want));
            assert!(
                found,
                "{name}: `{}` at {spot}: differences give {wanted:?}, backward {got}",
                inputs[input].name
            );
        }
    }
}
