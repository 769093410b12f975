//! Emitted code is a good guest: names of the user's do not disturb it, and no lint of the user's fires in it.

#![deny(warnings, missing_docs, nonstandard_style, unused, clippy::all, clippy::pedantic)]

mod shadowed {
    #![allow(dead_code, missing_docs, non_camel_case_types, non_upper_case_globals, clippy::pedantic)]

    use formwork::network;

    pub struct Option;
    pub struct Vec;
    pub struct Box;
    pub struct Result;
    pub struct SMatrix;
    pub struct Layer;
    pub struct Forward;
    pub struct f32;
    pub struct usize;
    pub mod core {}
    pub mod std {}
    pub mod dense {}
    pub mod layers {}
    pub const samples: i64 = 1;
    pub const memory: i64 = 2;
    pub const scratch: i64 = 3;

    network! {
        #[allow(formwork::bias_before_batch_norm)]
        pub struct Net(image: [2, 6, 6]) -> [3] {
            let samples = image -> conv: Conv2d(4, kernel: 3) -> BatchNorm2d -> Relu;
            samples -> memory: Conv2d(4, kernel: 1) -> MaxPool2d(2) -> Flatten -> scratch: Dense(3)
        }
    }
}

/// A network inside a macro of the user's.
macro_rules! two_layers {
    ($name:ident, $hidden:literal) => {
        formwork::network! {
            /// Two layers.
            pub struct $name(x: [4]) -> [2] {
                x -> first: Dense($hidden) -> Relu -> second: Dense(2)
            }
        }
    };
}

two_layers!(Eight, 8);
two_layers!(Nine, 9);

#[test]
fn shadowed_names_do_not_disturb() {
    let network = shadowed::Net::new(1);
    let y = network.predict(&[nalgebra::SMatrix::repeat(1.0), nalgebra::SMatrix::repeat(-1.0)]);
    assert!(y.iter().all(|y| y.is_finite()));
}

#[test]
fn inside_a_macro_and_a_function() {
    formwork::network! {
        /// Inside a function.
        struct Local(x: [3]) -> [1] {
            x -> Dense(1)
        }
    }
    assert_eq!(Eight::PARAMETERS, 4 * 8 + 8 + 8 * 2 + 2);
    assert_eq!(Nine::PARAMETERS, 4 * 9 + 9 + 9 * 2 + 2);
    assert_eq!(Local::PARAMETERS, 4);
    assert_eq!(format!("{:?}", Local::new(1)), "Local(4 parameters)");
}

#[test]
fn derived_traits_reach_the_blocks() {
    formwork::network! {
        /// Compared and printed whole.
        #[derive(Debug, PartialEq)]
        struct Compared(x: [4]) -> [2] {
            x -> body: Block -> [Block; 2] -> BatchNorm1d -> PRelu -> Dense(2)
        }

        block Block(x: [n]) -> [n] {
            x -> Dense(n) -> LayerNorm
        }
    }
    let mut network = Compared::new(1);
    let copy = network.duplicate();
    assert!(network == copy);
    network.body.dense1.bias[0] += 1.0;
    assert!(network != copy);
    assert!(format!("{copy:?}").starts_with("Compared { body: ComparedBody { dense1: Dense {"));
}
