//! `a + b`: two values of one shape, number by number.

use super::arithmetic::Arithmetic;
use super::mismatch::{Mismatch, Proposal};
use super::window::number;
use super::{Arguments, Layer, Layout, Link, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Add;

/// Why two shapes are not one, in the names of the axes.
fn differences(a: &Shape, b: &Shape) -> String {
    let differing: Vec<usize> = (0..a.rank()).filter(|&axis| a.0[axis] != b.0[axis]).collect();
    match differing[..] {
        [1, 2] if a.rank() == 3 => {
            format!("height and width differ ({}x{} and {}x{})", a.0[1], a.0[2], b.0[1], b.0[2])
        }
        [axis] => {
            let name = a.axis_name(axis);
            let verb = if name.ends_with('s') { "differ" } else { "differs" };
            format!("{name} {verb} ({} and {})", a.0[axis], b.0[axis])
        }
        _ => {
            let names: Vec<_> = differing.iter().map(|&axis| a.axis_name(axis)).collect();
            format!("{} differ", names.join(", "))
        }
    }
}

/// Either side brought to the other's features.
fn widen(mismatch: Mismatch, a: Dim, b: Dim) -> Mismatch {
    mismatch
        .propose(Proposal::Insert { input: 1, call: format!("Dense({a})") })
        .propose(Proposal::Insert { input: 0, call: format!("Dense({b})") })
}

impl Layer for Add {
    const ARITY: usize = 2;

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &[], errors);
        arguments.finish(Add)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        together(inputs, "+", "cannot add {a} @a and {b} @b").map(|shape| vec![shape])
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        if inputs[0].rank() != inputs[1].rank() {
            return Arithmetic::Add.traits(inputs);
        }
        Traits { in_place: true, passes_gradient: true, ..Traits::new(Layout::Any) }
    }

    fn link(&self, inputs: &[Shape]) -> Option<Link> {
        (inputs[0] == inputs[1]).then_some(Link::Sum)
    }

    fn spec(&self, inputs: &[Shape], node: usize) -> TokenStream {
        if inputs[0].rank() != inputs[1].rank() {
            return Arithmetic::Add.spec(inputs, node);
        }
        let len = number(inputs[0].len());
        quote!(add::AddSpec { len: #len })
    }
}

/// The shape of what an operator gives: both sides have one shape, or one is a scalar. `cannot` says what cannot be done
/// to `@a` and `@b`.
pub fn together(inputs: &[Shape], sign: &str, cannot: &str) -> Result<Shape, Mismatch> {
    let (a, b) = (&inputs[0], &inputs[1]);
    if a == b || b.rank() == 0 {
        return Ok(a.clone());
    }
    if a.rank() == 0 {
        return Ok(b.clone());
    }
    let cannot = cannot.replace("@a", &a.to_string()).replace("@b", &b.to_string());
    if a.rank() != b.rank() {
        let (input, shape) = if a.rank() < b.rank() { (0, b) } else { (1, a) };
        return Err(Mismatch::new(format!("{cannot}: `{sign}` needs equal shapes and never broadcasts"))
            .propose(Proposal::Insert { input, call: format!("expand({shape})") })
            // A sequence, and what its last step gives.
            .propose(Proposal::Insert { input: 1 - input, call: "Last".into() }));
    }
    let mut mismatch = Mismatch::new(format!("{cannot}: {}", differences(a, b)));
    let axis = (0..a.rank()).find(|&axis| a.0[axis] != b.0[axis]).unwrap_or(0);
    mismatch = mismatch.axis(axis);
    let repeats = |from: &Shape, to: &Shape| from.0.iter().zip(&to.0).all(|(&f, &t)| f == t || f == 1);
    for (input, from, to) in [(1, b, a), (0, a, b)] {
        if repeats(from, to) {
            let call = format!("expand({to})");
            mismatch = mismatch.propose(Proposal::Insert { input, call });
            // A sequence of any length is not spread, but its steps may be widened.
            return Err(match (&a.0[..], &b.0[..]) {
                (&[_, fa], &[_, fb]) if a.is_any_length() => widen(mismatch, fa, fb),
                _ => mismatch,
            });
        }
    }
    match (&a.0[..], &b.0[..]) {
        (&[ca, ha, wa], &[cb, hb, wb]) => {
            if [ha, wa] != [hb, wb] {
                mismatch = mismatch.propose(Proposal::KeepSize);
            }
            let projection = |channels, [h, w]: [Dim; 2], [oh, ow]: [Dim; 2]| {
                let stride = [h.div_ceil(oh), w.div_ceil(ow)];
                if stride == [Dim::ONE; 2] {
                    format!("Conv2d({channels}, kernel: 1)")
                } else {
                    format!("Conv2d({channels}, kernel: 1, stride: {})", super::window::tuple(stride))
                }
            };
            if hb >= ha && wb >= wa {
                mismatch =
                    mismatch.propose(Proposal::Insert { input: 1, call: projection(ca, [hb, wb], [ha, wa]) });
            }
            if ha >= hb && wa >= wb {
                mismatch =
                    mismatch.propose(Proposal::Insert { input: 0, call: projection(cb, [ha, wa], [hb, wb]) });
            }
        }
        (&[fa], &[fb]) => mismatch = widen(mismatch, fa, fb),
        (&[ta, fa], &[tb, fb]) if ta == tb => mismatch = widen(mismatch, fa, fb),
        (&[ta, fa], &[tb, fb]) if ta == fb && fa == tb => {
            mismatch = mismatch
                .propose(Proposal::Insert { input: 0, call: "transpose".into() })
                .propose(Proposal::Insert { input: 1, call: "transpose".into() });
        }
        (&[_, _], &[_, _]) => mismatch = mismatch.propose(Proposal::KeepSize),
        _ => {}
    }
    Err(mismatch)
}
