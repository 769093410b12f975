//! A layer's tensor as a value: weights that stand in several places.

mod common;

use common::differences;
use formwork::prelude::*;

network! {
    /// A language model whose last layer is its first (Press and Wolf, 2017).
    pub struct Tied<T>(tokens: [5] in 0..9) -> [5, 9] {
        let h = tokens -> embed: Embedding(4) -> Dense(4) -> Tanh;
        matmul(h, transpose(embed.weight))
    }

    /// The same numbers by a copy of the table for each sample.
    pub struct Copied<T>(tokens: [5] in 0..9) -> [5, 9] {
        let h = tokens -> embed: Embedding(4) -> Dense(4) -> Tanh;
        matmul(h, transpose(embed.weight) + zeros([4, 9]))
    }

    /// A dense layer's weights, as PyTorch has them and turned, its bias, and a sum of squares.
    pub struct Weights<T>(x: [3, 4]) -> [7] {
        let h = x -> fc: Dense(6) -> Tanh;
        let back = matmul(h, fc.weight) -> Tanh;
        let forth = matmul(back, transpose(fc.weight)) * expand(fc.bias, [3, 6]);
        let penalty = sum(fc.weight * fc.weight) + sum(fc.bias * fc.bias);
        concat(reshape(mean(forth, axis: 0), [6]), expand(penalty, [1]), axis: 0)
    }

    /// A layer that is used twice, its weights read, and tensors of convolutions and norms.
    pub struct Shared<T>(image: [2, 4, 4]) -> [3] {
        layer twice = Dense(3);
        let x = image -> conv: Conv2d(3, kernel: 3) -> norm: LayerNorm(axis: 0) -> GlobalAvgPool2d;
        let y = x -> twice -> Tanh -> twice;
        let kernel = mean(conv.weight, axis: (1, 2, 3));
        y * norm.weight + kernel + sum(twice.weight, axis: 0) * conv.bias
    }

    /// A tensor of one's own as a matrix: no copy of it for each sample either.
    pub struct Matrices<T>(x: [3, 4]) -> [3, 4] {
        param w: [4, 5];
        let h = matmul(x, w) -> Tanh;
        matmul(h, transpose(w))
    }

    /// In a block, repeated.
    pub struct Rounds<T>(x: [2, 3]) -> [2, 3] { x -> body: [Reflect(5); 3] }
    block Reflect(width)(x: [t, n]) -> [t, n] {
        let h = x -> up: Dense(width) -> Tanh;
        matmul(h, up.weight) + x
    }

    /// Frozen weights as values learn nothing.
    pub struct Fixed<T>(tokens: [5] in 0..9) -> [5, 9] {
        let h = tokens -> embed: Embedding(4, frozen: true) -> Dense(4);
        matmul(h, transpose(embed.weight)) + expand(sum(embed.weight, axis: 1), [5, 9])
    }
}

fn tokens() -> Vec<[Index<9>; 5]> {
    let tokens: Vec<u32> = (0..60).map(|i| i * i % 9).collect();
    Index::cast(tokens.as_chunks::<5>().0).expect("below 9").to_vec()
}

#[test]
fn gradients_against_differences() {
    differences::check_batch::<Tied<f64>>(&tokens(), &differences::places(4));
    differences::check_batch::<Copied<f64>>(&tokens(), &differences::places(4));
    differences::check_batch::<Fixed<f64>>(&tokens(), &differences::places(4));
    differences::check::<Weights<f64>>(3);
    differences::check::<Shared<f64>>(3);
    differences::check::<Matrices<f64>>(3);
    differences::check::<Rounds<f64>>(2);
}

#[test]
fn tied_weights_are_one_tensor() {
    let names: Vec<String> = Tied::<f32>::TENSORS.iter().map(|t| t.name.to_string()).collect();
    assert_eq!(names, ["embed.weight", "dense1.weight", "dense1.bias"]);
    assert_eq!(Tied::<f32>::PARAMETERS, 9 * 4 + 4 * 4 + 4);
    let (tied, mut copied) = (Tied::<f64>::new(5), Copied::<f64>::new(5));
    copied.as_mut_slice().copy_from_slice(tied.as_slice());
    for tokens in tokens() {
        let (a, b) = (tied.predict(&tokens), copied.predict(&tokens));
        assert!((a - b).amax() < 1e-12);
    }
}

/// The table does not stand in the working memory for each sample.
#[test]
fn a_product_with_a_tensor_copies_nothing() {
    let bytes = |tied: bool| {
        let tokens = tokens();
        let mut outputs = formwork::tensor::zeroed_vec(12);
        if tied {
            let (network, mut workspace) = (Tied::<f32>::new(1), Tied::workspace());
            network
                .predict_selected(&tokens, Selection::All, &mut outputs, &mut workspace)
                .expect("a good batch");
            workspace.bytes()
        } else {
            let (network, mut workspace) = (Copied::<f32>::new(1), Copied::workspace());
            network
                .predict_selected(&tokens, Selection::All, &mut outputs, &mut workspace)
                .expect("a good batch");
            workspace.bytes()
        }
    };
    let (tied, copied) = (bytes(true), bytes(false));
    assert!(tied + 12 * 36 * 4 <= copied, "{tied} and {copied} bytes");
}

#[test]
fn a_tied_model_learns() {
    // Each token is followed by the next one.
    let data: Vec<[Index<9>; 5]> = tokens();
    let targets: Vec<[Index<9>; 5]> =
        data.iter().map(|t| t.map(|i| Index::new((i.get() + 1) % 9).expect("below 9"))).collect();
    let data = Dataset::new(data, targets).expect("as many");
    let mut network = Tied::<f32>::new(2);
    let history = Trainer::new(CrossEntropy::new(), Adam::new(0.03))
        .epochs(150)
        .batch_size(6)
        .quiet()
        .fit(&mut network, &data)
        .expect("good data");
    let last = history.epochs.last().expect("epochs").training.loss;
    assert!(last < 0.6, "the loss stays at {last}");
}
