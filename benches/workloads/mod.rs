//! The networks of the fixed suite, as every peer builds them, and made-up batches for them.

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
