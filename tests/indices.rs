//! Inputs of indices, and the embeddings that make vectors of them.

mod common;

use common::differences;
use common::goldens::{Case, group};
use formwork::layers::embedding::EmbeddingSpec;
use formwork::layers::{Backward, Forward, Layer, Mode};
use formwork::noise::Stream;
use formwork::prelude::*;
use formwork::{Column, Noise};
use rand::RngExt;

network! {
    /// Each token's vector, and what follows on average.
    pub struct Tokens<T>(tokens: [6] in 0..11) -> [5] {
        tokens -> embed: Embedding(4, padding_idx: 3) -> Dense(7) -> Tanh -> GlobalAvgPool1d -> Dense(5)
    }

    /// A class and numbers.
    pub struct Conditional<T>(noise: [3], class: [] in 0..10) -> [2, 3, 3] {
        let condition = class -> Embedding(4);
        concat(noise, condition, axis: 0) -> Dense(18) -> Tanh -> reshape([2, 3, 3])
    }

    /// One input of indices that two layers read, and one that only one does.
    pub struct Twice<T>(a: [4] in 0..5, b: [] in 0..3) -> [4, 6] {
        (a -> left: Embedding(6)) * (a -> right: Embedding(6)) + expand(b -> Embedding(6), [4, 6])
    }

    /// Entity embeddings (Guo and Berkhahn, 2016): a vector for each category, beside the numbers of a row of a table.
    pub struct Sales(day: [] in 0..7, shop: [] in 0..20, weather: [3]) -> [1] {
        let (day, shop) = (day -> days: Embedding(3), shop -> shops: Embedding(4));
        concat(day, shop, weather, axis: 0) -> Dense(16) -> Relu -> Dense(1)
    }

    /// What comes after two letters.
    pub struct Next(letters: [2] in 0..27) -> [27] {
        letters -> Embedding(8) -> Flatten -> Dense(48) -> Relu -> Dense(27)
    }
}

fn drawn<const N: usize>(len: usize, seed: u64) -> Vec<Index<N>> {
    let mut stream = Stream::new(seed, 0);
    (0..len).map(|_| Index::new(stream.random_range(0..N)).expect("below N")).collect()
}

fn arrays<const N: usize, const M: usize>(len: usize, seed: u64) -> Vec<[Index<N>; M]> {
    drawn(len * M, seed).as_chunks().0.to_vec()
}

#[test]
fn embeddings_agree_with_pytorch() {
    let mut cases = group("layer");
    cases.retain(|case| case.kind == "Embedding");
    assert_eq!(cases.len(), 3);
    for case in &cases {
        embedding::<f64>(case);
        embedding::<f32>(case);
    }
}

fn embedding<T: Real>(case: &Case) {
    let (rows, width) = (case.number("num_embeddings") as usize, case.number("embedding_dim") as usize);
    let x = case.values::<T>("input");
    let samples = case.shape("input")[0];
    let padding_idx = case.config["padding_idx"].as_u64().map(|n| n as usize);
    let spec = EmbeddingSpec { len: x.len() / samples, rows, width, padding_idx };
    let weight = case.values::<T>("param.weight");
    let mut y = vec![T::nan(); x.len() * width];
    spec.forward(Forward {
        samples,
        mode: Mode::Predict,
        parameters: &weight,
        inputs: &[&x],
        outputs: &mut [&mut y],
        saved: &mut [],
        scratch: &mut [],
    });
    case.check("output", &y);
    let mut dw = vec![T::nan(); rows * width];
    spec.backward(Backward {
        samples,
        noise: Noise::default(),
        parameters: &weight,
        inputs: &[&x],
        outputs: &[&[]],
        saved: &mut [],
        output_gradients: &[&case.values("grad_output")],
        input_gradients: &mut [&mut []],
        parameter_gradients: &mut dw,
        scratch: &mut [],
    });
    case.check("grad_param.weight", &dw);
}

#[test]
fn gradients_against_differences() {
    let (tokens, a, b) = (arrays(6, 1), arrays(5, 2), drawn(5, 3));
    // Nothing is padding here: its row is learned by no gradient, but differences see it.
    let tokens: Vec<[Index<11>; 6]> =
        tokens.into_iter().map(|t: [Index<11>; 6]| t.map(|i| if i.get() == 3 { t[0] } else { i })).collect();
    let tokens: Vec<_> = tokens.into_iter().filter(|t| t.iter().all(|i| i.get() != 3)).collect();
    assert!(tokens.len() > 2);
    differences::check_batch::<Tokens<f64>>(&tokens, &[1, 0, 2, 1]);
    differences::check_batch::<Twice<f64>>(TwiceBatch { a: &a, b: &b }, &differences::places(3));
    let mut noise = formwork::tensor::zeroed_vec::<SVector<f64, 3>>(5);
    differences::draw(formwork::tensor::flat_mut(&mut noise), 4);
    let class = drawn(5, 5);
    differences::check_batch::<Conditional<f64>>(
        ConditionalBatch { noise: &noise, class: &class },
        &differences::places(3),
    );
}

#[test]
fn what_a_network_of_indices_says_of_itself() {
    let input = &Tokens::<f32>::GRAPH.inputs[0];
    assert_eq!((input.shape, input.indices), (&[6][..], Some(11)));
    assert_eq!(Conditional::<f32>::GRAPH.inputs[0].indices, None);
    let weight = Tokens::<f32>::TENSORS.iter().find(|t| t.name == "embed.weight").expect("PyTorch's name");
    assert_eq!(weight.shape, [11, 4]);
    let network = Tokens::<f32>::new(2);
    assert!(network.embed.weight.column(3).iter().all(|&w| w == 0.0), "the padding's vector is zero");
    let column = network.embed.weight.column(5);
    assert!(column.iter().all(|&w| w != 0.0 && w.abs() < 6.0));
}

#[test]
fn the_padding_stays_zero_and_gets_no_gradient() {
    let mut network = Tokens::<f32>::new(2);
    let tokens = arrays::<11, 6>(40, 9);
    let targets = (0..40).map(|i| Index::new(i % 5).expect("a class")).collect();
    let data = Dataset::new(tokens, targets).expect("as many");
    Trainer::new(CrossEntropy::new(), AdamW::new(1e-2))
        .epochs(3)
        .quiet()
        .fit(&mut network, &data)
        .expect("trained");
    assert!(network.embed.weight.column(3).iter().all(|&w| w == 0.0));
}

#[test]
fn one_sample_a_batch_and_a_choice_of_samples_give_the_same() {
    let network = Conditional::<f32>::new(4);
    let noise: Vec<SVector<f32, 3>> = (0..70).map(|i| SVector::repeat(i as f32 / 70.0)).collect();
    let class = drawn(70, 6);
    let batch = ConditionalBatch { noise: &noise, class: &class };
    let all = network.predict_batch(batch).expect("as many of both");
    let chosen = [69, 3, 3, 65];
    let mut some = formwork::tensor::zeroed_vec(4);
    let mut workspace = Conditional::<f32>::workspace();
    network
        .predict_selected(batch, Selection::Indices(&chosen), &mut some, &mut workspace)
        .expect("all are there");
    for (place, output) in chosen.into_iter().zip(&some) {
        let near = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(near(output.scalars(), all[place].scalars()), "{place}");
        let alone = network.predict(&noise[place], &class[place]);
        assert!(near(alone.scalars(), all[place].scalars()), "{place}");
    }
    assert_ne!(network.predict(&noise[0], &class[0]), network.predict(&noise[0], &drawn(1, 8)[0]));
}

#[test]
fn a_batch_is_columns_of_numbers_and_of_indices() {
    let (noise, class) = ([SVector::from([1.0f32, 2.0, 3.0])], Index::<10>::cast(&[7]).expect("a class"));
    let batch = ConditionalBatch { noise: &noise, class };
    let [first, second] = formwork::Batch::<f32>::columns(&batch);
    assert_eq!((first, second), (Column::Numbers(&[1.0, 2.0, 3.0]), Column::Indices(&[7])));
}

#[test]
fn categories_and_numbers_are_learned_together() {
    // What is sold is the day's share plus the shop's plus a little for the weather.
    let rows = 1400;
    let (day, shop): (Vec<Index<7>>, Vec<Index<20>>) = (drawn(rows, 11), drawn(rows, 12));
    let weather: Vec<SVector<f32, 3>> =
        (0..rows).map(|i| SVector::from([i as f32 / 1400.0, (i % 13) as f32 / 13.0, 0.5])).collect();
    let shares = [0.1, 0.9, 0.3, 0.7, 0.2, 0.8, 0.4];
    let sold = |i: usize| {
        let shop = ((shop[i].get() * 7) % 20) as f32 / 20.0;
        SVector::from([shares[day[i].get()] + shop + 0.3 * weather[i].y])
    };
    let targets: Vec<SVector<f32, 1>> = (0..rows).map(sold).collect();
    let batch = SalesBatch { day: &day, shop: &shop, weather: &weather };
    let run = |threads: usize| {
        formwork::set_threads(threads);
        let mut network = Sales::new(3);
        let history = Trainer::new(MeanSquaredError::new(), Adam::new(1e-2))
            .epochs(12)
            .batch_size(64)
            .seed(2)
            .quiet()
            .fit(&mut network, &(batch, &targets[..]))
            .expect("good data");
        (network, history.epochs.last().expect("epochs").training.loss)
    };
    let (network, loss) = run(1);
    assert!(loss < 2e-3, "the loss stays at {loss}");
    let (again, _) = run(3);
    let bits = |n: &Sales| n.as_slice().iter().map(|w| w.to_bits()).collect::<Vec<_>>();
    assert!(bits(&network) == bits(&again), "one thread and three");
    let predicted = network.predict(&day[0], &shop[0], &weather[0]);
    assert!((predicted.x - targets[0].x).abs() < 0.3);
}

#[test]
fn a_data_set_of_indices_trains() {
    // The alphabet, over and over: after `ab` comes `c`.
    let text: Vec<u32> = (0..400).map(|i| i % 27).collect();
    let letters = Index::<27>::cast(&text).expect("letters");
    let inputs: Vec<[Index<27>; 2]> = letters.windows(2).map(|w| [w[0], w[1]]).take(398).collect();
    let targets = letters[2..].to_vec();
    let data = Dataset::new(inputs, targets).expect("as many");
    let mut network = Next::new(1);
    let history = Trainer::new(CrossEntropy::new(), Adam::new(1e-2))
        .epochs(15)
        .metric(Accuracy)
        .quiet()
        .fit(&mut network, &data)
        .expect("good data");
    let last = history.epochs.last().expect("epochs");
    assert!(last.training.loss < 0.1, "the loss stays at {}", last.training.loss);
    let next = network.predict(&[letters[3], letters[4]]);
    assert_eq!(next.imax(), 5);
}
