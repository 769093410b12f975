//! Blocks that several modules share.

use formwork::prelude::*;

mod library {
    pub mod images {
        formwork::blocks! {
            /// For images.
            pub vision {
                block Halve(channels)(x: [c, h, w]) -> [channels, h / 2, w / 2] {
                    x -> conv: Conv2d(channels, kernel: 3, padding: 1) -> Relu -> MaxPool2d(2)
                }

                block Twice(x: [c, h, w]) -> [c, h / 4, w / 4] {
                    x -> Halve(c) -> Halve(c)
                }
            }

            /// A second set in one invocation.
            pub(crate) heads {
                block Head(n)(x: [c, h, w]) -> [n] {
                    x -> GlobalAvgPool2d -> out: Dense(n)
                }
            }
        }
    }
}

mod nets {
    formwork::network! {
        use crate::library::images::vision;
        use crate::library::images::heads;

        /// Blocks of two sets, and one of its own.
        pub struct Small<T>(image: [1, 8, 8]) -> [3] {
            image -> stem: Stem(4) -> body: Twice -> head: Head(3)
        }

        block Stem(channels)(x: [c, h, w]) -> [channels, h, w] {
            x -> Conv2d(channels, kernel: 1)
        }
    }
}

#[test]
fn a_set_from_another_module() {
    let small = nets::Small::<f32>::new(1);
    let names: Vec<String> = nets::Small::<f32>::TENSORS.iter().map(|info| info.name.to_string()).collect();
    assert_eq!(names[2..4], ["body.halve1.conv.weight", "body.halve1.conv.bias"]);
    assert_eq!(small.predict(&[SMatrix::zeros()]).len(), 3);
}

#[test]
fn a_set_inside_of_a_function() {
    formwork::blocks! {
        local {
            block Square(x: [n]) -> [n] { x * x }
        }
    }
    network! {
        use local;
        struct Squares(x: [2]) -> [2] { x -> Square -> Square }
    }
    assert_eq!(Squares::new(1).predict(&SVector::<f32, 2>::new(2.0, 3.0)), SVector::from([16.0, 81.0]));
}

/// A set from a crate that calls formwork by another name.
#[test]
fn a_set_from_another_crate() {
    network! {
        use formwork_renamed::shapes;
        struct Wide(x: [2]) -> [8] { x -> Double -> Double }
    }
    assert_eq!(Wide::PARAMETERS, 2 * 4 + 4 + 4 * 8 + 8);
    assert_eq!(Wide::new(1).predict(&SVector::zeros()).len(), 8);
}
