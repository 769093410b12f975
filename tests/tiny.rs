//! Tiny networks and steps of small ones, which an optimized build runs as one function, against the general path.
//!
//! `cargo test --release --test tiny` is what runs that function: without an optimizer, both sides are the general path.

use formwork::prelude::*;
use rand::RngExt;

network! {
    struct Logic(x: [2]) -> [1] { x -> Dense(3) -> Sigmoid -> Dense(1) -> Sigmoid }
    struct Policy<T>(x: [9]) -> [5] { x -> Dense(32) -> Tanh -> Dropout(0.2) -> Dense(17, bias: false) -> Gelu -> Dense(5) }
    struct Residual<T>(x: [2, 4]) -> [8] {
        let y = x -> Flatten -> Dense(8) -> Relu;
        y + (y -> Dense(8) -> Silu)
    }
    /// Two rows, which are no tiny network.
    struct Rows<T>(x: [2, 3]) -> [2, 3] { x -> Dense(5) -> Relu -> Dense(3) }
}

/// A few numbers between -1 and 1.
fn drawn<V: Tensor<Scalar = T>, T: formwork::Real>(len: usize) -> Vec<V> {
    let mut stream = formwork::noise::Stream::new(4, 0);
    let mut values = formwork::tensor::zeroed_vec::<V>(len);
    formwork::tensor::flat_mut(&mut values).fill_with(|| T::of(2.0 * stream.random::<f64>() - 1.0));
    values
}

/// One sample is what it is among others.
macro_rules! alone {
    ($network:ty, $sample:ty, $tolerance:expr) => {
        let network = <$network>::new(3);
        let x: Vec<$sample> = drawn(7);
        for (x, y) in x.iter().zip(network.predict_batch(&x)) {
            let far = (network.predict(x) - y).amax();
            assert!(far <= $tolerance, "{}: {far}", stringify!($network));
        }
    };
}

#[test]
fn one_sample_is_what_it_is_among_others() {
    alone!(Logic, SVector<f32, 2>, 1e-6);
    alone!(Policy<f32>, SVector<f32, 9>, 1e-6);
    alone!(Policy<f64>, SVector<f64, 9>, 1e-14);
    alone!(Residual<f32>, SMatrix<f32, 4, 2>, 1e-6);
    alone!(Residual<f64>, SMatrix<f64, 4, 2>, 1e-14);
    alone!(Rows<f32>, SMatrix<f32, 3, 2>, 1e-6);
}

/// Steps are what a window of fixed length is, for a cell of some units.
macro_rules! steps {
    ($($name:ident $window:ident $state:ident $cell:ident($units:literal $(, $option:ident: $value:ident)*);)*) => {
        network! {
            $(
                struct $name<T>(x: [.., 3]) -> [.., 2] {
                    let y = x -> Dense(4) -> Tanh -> $cell($units $(, $option: $value)*) -> Dense(2);
                    y + (x -> past: Dense(2))
                }
                struct $window<T>(x: [12, 3]) -> [12, 2] {
                    let y = x -> Dense(4) -> Tanh -> $cell($units $(, $option: $value)*) -> Dense(2);
                    y + (x -> past: Dense(2))
                }
            )*
        }

        #[test]
        fn steps_are_what_a_window_is() {
            $(check::<f32, $name<f32>, $window<f32>, _>(1e-5, &$window::new(5), $name::step, $window::predict);)*
            $(check::<f64, $name<f64>, $window<f64>, _>(1e-12, &$window::new(5), $name::step, $window::predict);)*
        }
    };
}

fn check<T: formwork::Real, N, W, S: Default>(
    tolerance: f64,
    window: &W,
    step: impl Fn(&N, &SVector<T, 3>, &mut S) -> SVector<T, 2>,
    predict: impl Fn(&W, &SMatrix<T, 3, 12>) -> SMatrix<T, 2, 12>,
) where
    N: Network<Scalar = T>,
    W: Network<Scalar = T>,
{
    let mut network = N::zeroed();
    network.as_mut_slice().copy_from_slice(window.as_slice());
    let x: Vec<SVector<T, 3>> = drawn(12);
    let whole = predict(window, &SMatrix::from_columns(&x));
    let mut state = S::default();
    for (i, x) in x.iter().enumerate() {
        let y = step(&network, x, &mut state);
        for (y, want) in y.iter().zip(whole.column(i).iter()) {
            assert!(
                (y.widen() - want.widen()).abs() <= tolerance,
                "{} at {i}: {y:?}, not {want:?}",
                N::GRAPH.name
            );
        }
    }
}

steps! {
    Rnn5 Rnn5Window Rnn5State Rnn(5);
    Rnn24 Rnn24Window Rnn24State Rnn(24, nonlinearity: relu, bias: false);
    Gru8 Gru8Window Gru8State Gru(8);
    Gru33 Gru33Window Gru33State Gru(33);
    Lstm3 Lstm3Window Lstm3State Lstm(3);
    Lstm16 Lstm16Window Lstm16State Lstm(16, bias: false);
    Lstm20 Lstm20Window Lstm20State Lstm(20);
    Lstm32 Lstm32Window Lstm32State Lstm(32);
    Lstm48 Lstm48Window Lstm48State Lstm(48);
}
