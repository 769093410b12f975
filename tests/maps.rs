//! Functions that the user writes, `map(|x| …)`: values, derivatives, and the layers that they are.

mod common;

use common::differences;
use formwork::prelude::*;

network! {
    /// The user's own activations, one after another.
    pub struct Own<T>(x: [6]) -> [4] {
        x -> Dense(7) -> map(|x| x * sigmoid(1.702 * x))
            -> Dense(7) -> map(|v| { let s = tanh(v); s * s / (1 + pow(v, 2)) - 0.5 })
            -> Dense(5) -> map(|x| -ln(2 + cos(x)) + sqrt(1 + x * x))
            -> Dense(4) -> map(|x| min(softplus(x) - relu(-x), abs(sin(x) + 1.3)))
    }

    /// Those that are computed in place, since their derivative is in what comes out.
    pub struct ByOutput<T>(x: [6]) -> [4] {
        x -> Dense(5) -> map(|x| 0.5 * exp(x)) -> Dense(5) -> map(|x| tanh(2 * x)) -> Dense(4)
            -> map(|x| 3 - 2 * x)
    }

    /// Several values into one function, on images, which lie channels last between convolutions.
    #[allow(formwork::unnamed_twins)]
    pub struct Gated<T>(image: [2, 5, 4]) -> [3, 5, 4] {
        let (a, b) = (image -> Conv2d(3, kernel: 3, padding: 1), image -> Conv2d(3, kernel: 3, padding: 1));
        let gated = map(a, b, |a, b| a * sigmoid(b) + 0.1 * a * b);
        (gated, b, a) -> map(|x, y, z| max(x, y) / (2 + z * z)) -> Conv2d(3, kernel: 1)
    }

    /// Nothing to learn, so that values can be compared.
    pub struct Quick(x: [5]) -> [5] { x -> map(|x| x * sigmoid(1.702 * x)) }
    pub struct Two(x: [5], y: [5]) -> [5] { map(x, y, |a, b| pow(abs(a), b) + min(a, 0.25)) }
    pub struct Constant(x: [5]) -> [5] { x -> map(|_x| 1.5) }
    pub struct Same(x: [5]) -> [5] { x -> map(|x| x) }
    pub struct Chance(x: [5]) -> [5] { x -> map(|x| 1 / (1 + exp(-x))) }
}

#[test]
fn gradients_against_differences() {
    differences::check::<Own<f64>>(3);
    differences::check::<ByOutput<f64>>(3);
    differences::check::<Gated<f64>>(2);
}

#[test]
fn values() {
    let x = SVector::from([-3.0f32, -0.5, 0.0, 0.7, 12.0]);
    let y = SVector::from([1.0f32, 2.0, 0.5, -1.0, 0.0]);
    let near = |got: SVector<f32, 5>, want: SVector<f32, 5>| (got - want).amax() < 1e-5;
    assert!(near(Quick::new(1).predict(&x), x.map(|x| x / (1.0 + (-1.702 * x).exp()))));
    assert!(near(Two::new(1).predict(&x, &y), x.zip_map(&y, |a, b| a.abs().powf(b) + a.min(0.25))));
    assert_eq!(Constant::new(1).predict(&x), SVector::<f32, 5>::repeat(1.5));
    assert_eq!(Same::new(1).predict(&x), x);
    assert!(near(Chance::new(1).predict(&x), x.map(|x| 1.0 / (1.0 + (-x).exp()))));
}

/// A function that is a layer is that layer, so losses that want probabilities take it.
#[test]
fn a_known_function_means_what_its_layer_means() {
    fn gives_probabilities<N: Network<Kind = formwork::kind::Probabilities>>() {}
    gives_probabilities::<Chance>();
}

#[test]
fn what_a_function_says_of_itself() {
    let node = &Own::<f32>::GRAPH.nodes[1];
    assert_eq!(node.layer, "Map");
    assert_eq!(node.text, "map(dense1, |x| x * sigmoid(1.702 * x))".replace("dense1", "Dense(7)"));
}
