//! Recurrent layers give the same bits at any number of threads.

use formwork::noise::Stream;
use formwork::prelude::*;
use rand::RngExt;

network! {
    pub struct Reader(x: [20, 12]) -> [4] {
        x -> Lstm(24, layers: 2, bidirectional: true, dropout: 0.2)
            -> Gru(32) -> Rnn(16, nonlinearity: relu) -> Last -> Dense(4)
    }
}

fn trained(threads: usize) -> Vec<u32> {
    formwork::set_threads(threads);
    let mut stream = Stream::new(5, 0);
    let mut inputs = formwork::tensor::zeroed_vec::<SMatrix<f32, 12, 20>>(90);
    formwork::tensor::flat_mut(&mut inputs).fill_with(|| stream.random());
    let targets = (0..90).map(|i| Index::new(i * i % 4).expect("a class")).collect();
    let data = Dataset { inputs, targets };
    let mut network = Reader::new(3);
    let trainer = Trainer::new(CrossEntropy::new(), Adam::new(1e-3)).epochs(1).batch_size(45).seed(9).quiet();
    trainer.fit(&mut network, &data).expect("trained");
    // Predictions too, in a batch that many threads take part in.
    let scores = network.predict_batch(&data.inputs);
    let weights = network.as_slice().iter().copied();
    weights.chain(formwork::tensor::flat(&scores).iter().copied()).map(f32::to_bits).collect()
}

#[test]
fn same_seed_same_bits() {
    let first = trained(1);
    assert!(first == trained(2), "one thread and two");
    assert!(first == trained(3), "one thread and three");
    assert!(!first.iter().any(|&bits| f32::from_bits(bits).is_nan()));
}
