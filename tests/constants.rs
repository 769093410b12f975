//! Networks whose sizes are constants of the program are what their twins with literals are.

use formwork::prelude::*;

mod config {
    pub const KERNEL: usize = 3;
    pub const CLASSES: usize = 10;
}

const CHANNELS: usize = 2;
const SIDE: usize = 12;
const FILTERS: usize = 5;

formwork::network! {
    /// Sizes from everywhere.
    pub struct Open(image: [CHANNELS, SIDE, SIDE]) -> [config::CLASSES] {
        image
            -> conv: Conv2d(FILTERS, kernel: config::KERNEL) -> Relu -> MaxPool2d(2)
            -> Flatten
            -> hidden: Dense(2 * FILTERS) -> Relu
            -> out: Dense(config::CLASSES)
    }

    pub struct Literal(image: [2, 12, 12]) -> [10] {
        image
            -> conv: Conv2d(5, kernel: 3) -> Relu -> MaxPool2d(2)
            -> Flatten
            -> hidden: Dense(10) -> Relu
            -> out: Dense(10)
    }
}

#[test]
fn first() {
    let (a, b) = (Open::new(3), Literal::new(3));
    assert!(a.as_slice() == b.as_slice());
    assert_eq!(Open::TENSORS, Literal::TENSORS);
    assert_eq!(Open::GRAPH.nodes, Literal::GRAPH.nodes);
    assert_eq!(Open::GRAPH.fingerprint, Literal::GRAPH.fingerprint);
}
