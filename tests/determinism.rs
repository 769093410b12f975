//! The same seed gives the same bits, twice in a row and at any number of threads.

use formwork::noise::Stream;
use formwork::prelude::*;
use rand::RngExt;

network! {
    #[allow(formwork::bias_before_batch_norm)]
    pub struct Cnn(image: [1, 28, 28]) -> [10] {
        image
            -> Conv2d(32, kernel: 3) -> BatchNorm2d -> Relu -> MaxPool2d(2)
            -> Conv2d(64, kernel: 3) -> GroupNorm(8) -> Dropout2d(0.1) -> Relu -> MaxPool2d(2)
            -> GaussianNoise(0.1)
            -> Flatten
            -> Dense(256) -> LayerNorm -> PRelu(per_channel: true) -> Dropout(0.4)
            -> Dense(10)
    }
}

type Image = [nalgebra::SMatrix<f32, 28, 28>; 1];

fn trained(threads: usize) -> Box<Cnn> {
    formwork::set_threads(threads);
    let mut stream = Stream::new(5, 0);
    let mut inputs = formwork::tensor::zeroed_vec::<Image>(150);
    formwork::tensor::flat_mut(&mut inputs).fill_with(|| stream.random());
    let targets = (0..150).map(|i| Index::new(i * i % 10).expect("a class")).collect();
    let data = Dataset { inputs, targets };
    let mut network = Cnn::new(3);
    let trainer = Trainer::new(CrossEntropy::new(), Adam::new(1e-3)).epochs(2).batch_size(64).seed(9).quiet();
    trainer.fit(&mut network, &data).expect("trained");
    network
}

#[test]
fn same_seed_same_bits() {
    let bits = |network: Box<Cnn>| network.as_slice().iter().map(|w| w.to_bits()).collect::<Vec<_>>();
    let (first, again, two, three) = (bits(trained(1)), bits(trained(1)), bits(trained(2)), bits(trained(3)));
    assert!(first == again, "twice in a row");
    assert!(first == two, "one thread and two");
    assert!(first == three, "one thread and three");
    assert!(first != bits(Cnn::new(3)), "training changed the weights");
}
