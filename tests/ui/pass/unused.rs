//! A value that no result needs is a warning, not an error, and changes nothing.

formwork::network! {
    struct N(x: [8]) -> [8] {
        let skip = x -> fc: Dense(8) -> Relu;
        let kept = x -> Relu;
        let _also = skip -> Dense(3);
        kept
    }
}

fn main() {
    let n = N::new(7);
    let x = nalgebra::SVector::<f32, 8>::from_element(2.0);
    assert_eq!(n.predict(&x), x);
}
