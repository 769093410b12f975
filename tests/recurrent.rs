//! Networks with recurrent layers: against finite differences, in all forms, and their names in files.

mod common;

use common::differences::{check, check_batch, draw, places};
use formwork::prelude::*;
use formwork::tensor::{flat_mut, zeroed_vec};

network! {
    pub struct Plain<T>(x: [5, 3]) -> [5, 2] {
        x -> Rnn(4) -> Rnn(3, nonlinearity: relu, bias: false) -> Dense(2)
    }

    pub struct Deep<T>(x: [6, 2]) -> [2] {
        x -> Gru(3, layers: 2, bidirectional: true, dropout: 0.3) -> LayerNorm -> Last -> Dense(2)
    }

    /// Every step of the upper layer's way back but the first is left out.
    pub struct LastOfBoth<T>(x: [4, 2]) -> [3] {
        x -> Lstm(3, layers: 2, bidirectional: true) -> Last -> Dense(3)
    }

    /// The same, but something else reads the steps, too.
    pub struct AllOfBoth<T>(x: [4, 2]) -> [3] {
        let steps = x -> Lstm(3, layers: 2, bidirectional: true);
        let last = steps -> Last -> Dense(3);
        last + 0.0 * sum(steps)
    }

    /// States in and out, and a step that nobody reads.
    pub struct States<T>(x: [4, 3], h0: [2], c0: [2]) -> (y: [4, 2], h: [2], sum: []) {
        let (y, h, c) = (x, h0, c0) -> Lstm(2);
        let (_, end) = (y, tanh(c)) -> Gru(2);
        (y, h, sum(end))
    }

    /// From one sequence to another.
    pub struct Translation<T>(source: [5, 2], target: [3, 2]) -> [3, 2] {
        let (_, context) = source -> encoder: Gru(4, layers: 2);
        (target, context) -> decoder: Gru(4, layers: 2) -> Dense(2)
    }

    /// The layer alone: what leaves it is what it declares.
    pub struct Alone<T>(x: [3, 2]) -> (y: [3, 4], h: [2, 2], c: [2, 2]) {
        x -> Lstm(2, bidirectional: true)
    }

    /// One layer for two sequences, a repeated one, and one in a block.
    pub struct Structure<T>(a: [4, 3], b: [4, 3]) -> [3] {
        layer read = Gru(3);
        let both = (a -> read) * (b -> read);
        both -> [Rnn(3); 2] -> Encoder(3)
    }

    block Encoder(n)(x: [t, f]) -> [n] {
        x -> Lstm(n) -> Last
    }

    /// The steps of a sequence go through what is a layer of its own.
    pub struct PerStep<T>(x: [6, 4]) -> [3] {
        x -> Dense(4) -> Tanh -> LayerNorm -> Dropout(0.2) -> map(|x| x * sigmoid(x))
            -> Lstm(3) -> RmsNorm -> Silu -> Last
    }
}

const HIDDEN: usize = 3;
const STEPS: usize = 5;

network! {
    /// Sizes that the compiler knows.
    pub struct Constants<T>(x: [STEPS, HIDDEN - 1], h0: [2, HIDDEN]) -> [STEPS] {
        (x, h0) -> Rnn(HIDDEN, bidirectional: true) -> Dense(1) -> Flatten
    }

    pub struct ConstantLast<T>(x: [STEPS, 2]) -> [2 * HIDDEN] {
        x -> Gru(HIDDEN, bidirectional: true) -> Last
    }
}

#[test]
fn gradients_agree_with_differences() {
    check::<Plain<f64>>(3);
    check::<Deep<f64>>(2);
    check::<LastOfBoth<f64>>(2);
    check::<AllOfBoth<f64>>(2);
    check::<Alone<f64>>(2);
    check::<PerStep<f64>>(3);
    check::<ConstantLast<f64>>(2);
}

/// As many samples of an input as the differences want, two more than are used.
fn values<V: Tensor<Scalar = f64>>(seed: u64) -> Vec<V> {
    let mut values = zeroed_vec::<V>(5);
    draw(flat_mut(&mut values), seed);
    values
}

#[test]
fn gradients_by_several_inputs_agree_with_differences() {
    let (x, h0, c0) = (values(1), values(2), values(3));
    check_batch::<States<f64>>(StatesBatch { x: &x, h0: &h0, c0: &c0 }, &places(3));
    let (source, target) = (values(4), values(5));
    check_batch::<Translation<f64>>(TranslationBatch { source: &source, target: &target }, &places(3));
    let (a, b) = (values(6), values(7));
    check_batch::<Structure<f64>>(StructureBatch { a: &a, b: &b }, &places(3));
    let (x, h0) = (values(8), values(9));
    check_batch::<Constants<f64>>(ConstantsBatch { x: &x, h0: &h0 }, &places(3));
}

#[test]
fn the_last_step_is_the_last_of_all() {
    let (few, all) = (LastOfBoth::<f64>::new(3), AllOfBoth::<f64>::new(3));
    let mut x = SMatrix::<f64, 2, 4>::zeros();
    draw(x.as_mut_slice(), 4);
    assert_eq!(few.as_slice(), all.as_slice());
    assert!((few.predict(&x) - all.predict(&x)).amax() < 1e-14);
    // What the layer gives is what it says, whatever of it is computed.
    assert_eq!(LastOfBoth::<f64>::GRAPH.nodes[0].outputs, [[4, 6]]);
    assert!(LastOfBoth::<f64>::__predict_len(8) < AllOfBoth::<f64>::__predict_len(8));
}

#[test]
fn tensors_are_called_as_in_pytorch() {
    let names: Vec<String> = Deep::<f32>::TENSORS.iter().map(|info| info.name.to_string()).collect();
    let wanted = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l0_reverse"];
    for (name, wanted) in names.iter().zip(wanted) {
        assert_eq!(*name, format!("gru1.{wanted}"));
    }
    assert_eq!(names[15], "gru1.bias_hh_l1_reverse");
    assert_eq!(Deep::<f32>::TENSORS.get(8).unwrap().shape, [9, 6]);
    let spread: Vec<f32> = Plain::<f32>::new(1).rnn1.first[0].weight_hh.iter().copied().collect();
    assert!(spread.iter().all(|w| w.abs() <= 0.5) && spread.iter().any(|w| w.abs() > 0.25));
}

#[test]
fn a_sequence_goes_on_from_the_state_before() {
    let network = States::<f64>::new(9);
    let mut x = SMatrix::<f64, 3, 4>::zeros();
    draw(x.as_mut_slice(), 5);
    let zero = SVector::zeros();
    let first = network.predict(&x, &zero, &zero);
    assert_eq!(first.y.column(3), first.h);
    let again = network.predict(&x, &first.h, &zero);
    assert!((again.y - first.y).amax() > 1e-6);
}
