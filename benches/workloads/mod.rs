//! The networks of the fixed suite, as every peer builds them, and made-up batches for them.

// Each benchmark uses its part.
#![allow(dead_code)]

pub mod adversaries;
pub mod peak;

use formwork::prelude::*;
use formwork::{Noise, noise::Stream};

network! {
    /// 2-3-1 with sigmoids.
    pub struct MlpTiny(x: [2]) -> [1] {
        x -> fc1: Dense(3) -> Sigmoid -> fc2: Dense(1) -> Sigmoid
    }

    /// 784-64-10.
    pub struct MlpSeed(x: [784]) -> [10] {
        x -> fc1: Dense(64) -> Relu -> fc2: Dense(10)
    }

    /// 784-512-512-10.
    pub struct MlpWide(x: [784]) -> [10] {
        x -> fc1: Dense(512) -> Relu -> fc2: Dense(512) -> Relu -> fc3: Dense(10)
    }

    /// Two convolutions and two dense layers on 28×28 grey images.
    pub struct CnnMnist(x: [1, 28, 28]) -> [10] {
        x
            -> conv1: Conv2d(32, kernel: 3) -> Relu -> MaxPool2d(2)
            -> conv2: Conv2d(64, kernel: 3) -> Relu -> MaxPool2d(2)
            -> Flatten
            -> fc1: Dense(128) -> Relu
            -> fc2: Dense(10)
    }

    /// Three convolutions and two dense layers on 32×32 colour images.
    pub struct CnnCifar(x: [3, 32, 32]) -> [10] {
        x
            -> conv1: Conv2d(32, kernel: 3) -> Relu -> MaxPool2d(2)
            -> conv2: Conv2d(64, kernel: 3) -> Relu -> MaxPool2d(2)
            -> conv3: Conv2d(64, kernel: 3) -> Relu
            -> Flatten
            -> fc1: Dense(64) -> Relu
            -> fc2: Dense(10)
    }

    /// Three residual blocks with batch normalisation.
    pub struct ResBlock(x: [16, 32, 32]) -> [10] {
        let a = x
            -> conv1a: Conv2d(16, kernel: 3, padding: 1, bias: false) -> bn1a: BatchNorm2d -> Relu
            -> conv2a: Conv2d(16, kernel: 3, padding: 1, bias: false) -> bn2a: BatchNorm2d;
        let b = x + a -> Relu;
        let c = b
            -> conv1b: Conv2d(16, kernel: 3, padding: 1, bias: false) -> bn1b: BatchNorm2d -> Relu
            -> conv2b: Conv2d(16, kernel: 3, padding: 1, bias: false) -> bn2b: BatchNorm2d;
        let d = b + c -> Relu;
        let e = d
            -> conv1c: Conv2d(16, kernel: 3, padding: 1, bias: false) -> bn1c: BatchNorm2d -> Relu
            -> conv2c: Conv2d(16, kernel: 3, padding: 1, bias: false) -> bn2c: BatchNorm2d;
        d + e -> Relu -> GlobalAvgPool2d -> head: Dense(10)
    }

    /// Of 64 steps of 16 numbers, read one after another.
    pub struct RnnClasses(x: [64, 16]) -> [10] {
        x -> cell: Rnn(64) -> Last -> head: Dense(10)
    }

    /// The same with gates.
    pub struct GruClasses(x: [64, 16]) -> [10] {
        x -> cell: Gru(64) -> Last -> head: Dense(10)
    }

    /// The same with gates and a memory.
    pub struct LstmClasses(x: [64, 16]) -> [10] {
        x -> cell: Lstm(64) -> Last -> head: Dense(10)
    }

    block Layer(heads, features)(x: [t, f]) -> [t, f] {
        let y = x + (x -> ln1: LayerNorm -> attn: MultiHeadAttention(heads, causal: true));
        y + (y -> ln2: LayerNorm -> fc1: Dense(features) -> Gelu -> fc2: Dense(f))
    }

    /// Two layers of four heads over 64 characters, each of which is followed by the next.
    pub struct Transformer(x: [64] in 0..65) -> [64, 65] {
        x
            -> tok: Embedding(64) -> pos: PositionEmbedding
            -> blocks: [Layer(4, 256); 2] -> ln: LayerNorm -> head: Dense(65)
    }

    /// A variational autoencoder, 784-400-20-400-784, whose output is its loss.
    pub struct Vae(x: [784]) -> [] {
        let h = x -> enc: Dense(400) -> Relu;
        let mean = h -> mu: Dense(20);
        let log_var = h -> logvar: Dense(20);
        let z = mean + normal([20]) * exp(0.5 * log_var);
        let y = z -> dec1: Dense(400) -> Relu -> dec2: Dense(784);
        sum(softplus(y) - x * y) - 0.5 * sum(1.0 + log_var - mean * mean - exp(log_var))
    }

    /// The same with noise that is given, to compare losses.
    pub struct VaeGiven(x: [784], noise: [20]) -> [] {
        let h = x -> enc: Dense(400) -> Relu;
        let mean = h -> mu: Dense(20);
        let log_var = h -> logvar: Dense(20);
        let z = mean + noise * exp(0.5 * log_var);
        let y = z -> dec1: Dense(400) -> Relu -> dec2: Dense(784);
        sum(softplus(y) - x * y) - 0.5 * sum(1.0 + log_var - mean * mean - exp(log_var))
    }

    /// What it predicts.
    pub struct VaeMean(x: [784]) -> [784] {
        x -> enc: Dense(400) -> Relu -> mu: Dense(20) -> dec1: Dense(400) -> Relu -> dec2: Dense(784) -> Sigmoid
    }

    /// 64-128-784; in training its noise comes on top of what goes in.
    pub struct Generator(z: [64]) -> [784] {
        z + normal([64]) -> fc1: Dense(128) -> Relu -> fc2: Dense(784) -> Tanh
    }

    /// The same with noise that is given, to compare losses.
    pub struct GeneratorGiven(z: [64]) -> [784] {
        z -> fc1: Dense(128) -> Relu -> fc2: Dense(784) -> Tanh
    }

    /// Ten million parameters for an optimizer, within four in ten thousand.
    pub struct TenMillion(x: [2500]) -> [4000] { x -> Dense(4000) }

    /// 784-128-1.
    pub struct Discriminator(x: [784]) -> [1] {
        x -> fc1: Dense(128) -> LeakyRelu(0.2) -> fc2: Dense(1)
    }
}

/// The mean of outputs that are losses themselves.
#[derive(Debug)]
pub struct Average;

impl Loss<f32, ()> for Average {
    fn loss(
        &self,
        outputs: &[f32],
        targets: &[()],
        selection: Selection<'_>,
        gradients: &mut [f32],
    ) -> formwork::Result<f64> {
        gradients.fill(1.0 / outputs.len() as f32);
        self.value(outputs, targets, selection)
    }

    fn value(&self, outputs: &[f32], _: &[()], _: Selection<'_>) -> formwork::Result<f64> {
        Ok(outputs.iter().map(|&x| f64::from(x)).sum::<f64>() / outputs.len() as f64)
    }
}

/// Made-up inputs.
pub fn inputs<X: Tensor<Scalar = f32> + Clone>(n: usize) -> Vec<X> {
    use rand::RngExt;
    let mut stream = Stream::new(1, 0);
    (0..n)
        .map(|_| {
            let mut x = X::zeroed();
            x.scalars_mut().fill_with(|| stream.random::<f32>());
            (*x).clone()
        })
        .collect()
}

/// Made-up texts.
pub fn texts(n: usize) -> Vec<[Index<65>; 64]> {
    let letter = |i: usize| Index::new(i * i % 65).expect("below 65");
    (0..n).map(|text| core::array::from_fn(|place| letter(7 * text + place))).collect()
}

/// Made-up classes.
pub fn classes(n: usize) -> Vec<Index<10>> {
    (0..n).map(|i| Index::new((i * 7 + 3) % 10).expect("below ten")).collect()
}

/// One training step, from the batch to the updated weights; gives the loss.
pub struct Step<N: Network, L, O: Optimizer> {
    /// The network in training.
    pub network: Box<N>,
    gradient: Box<N>,
    workspace: Workspace<N>,
    state: O::State<N>,
    loss: L,
    optimizer: O,
    steps: u64,
}

impl<N: Network, L, O: Optimizer> Step<N, L, O> {
    /// A network about to be trained.
    pub fn new(network: Box<N>, loss: L, optimizer: O) -> Self {
        let state = optimizer.start(&*network);
        Step { gradient: N::zeroed(), network, workspace: Workspace::new(), state, loss, optimizer, steps: 0 }
    }

    /// One step over the whole batch.
    pub fn run<Y>(&mut self, inputs: N::Batch<'_>, targets: &[Y]) -> f64
    where
        L: Loss<N::Output, Y>,
    {
        let noise = Noise { seed: 1, step: self.steps, first: 0 };
        let mut pass =
            self.network.forward(inputs, Selection::All, noise, &mut self.workspace).expect("a good batch");
        let (outputs, gradients) = pass.outputs_and_gradients();
        let loss = self.loss.loss(outputs, targets, Selection::All, gradients).expect("good targets");
        pass.backward(&mut self.gradient);
        self.optimizer.step(&mut self.state, &mut self.network, &self.gradient);
        self.steps += 1;
        loss
    }
}
