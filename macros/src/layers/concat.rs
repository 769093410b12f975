//! `concat(a, b, axis: 0)`: values one behind the other along an axis.

use super::mismatch::{Mismatch, Proposal};
use super::window::number;
use super::{Arguments, Layer, Traits, VARIADIC, memory};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Concat {
    axis: usize,
}

impl Concat {
    /// Whether it joins along the first axis, which of a sequence are its steps.
    pub fn joins_steps(&self) -> bool {
        self.axis == 0
    }
}

/// What two shapes may have in common but for one axis.
fn fit(a: &Shape, b: &Shape, axis: usize) -> bool {
    a.rank() == b.rank() && (0..a.rank()).all(|other| other == axis || a.0[other] == b.0[other])
}

impl Layer for Concat {
    const ARITY: usize = VARIADIC;

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &["axis"], errors);
        let layer = Concat { axis: arguments.given_axis("axis: 0", errors) };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let (axis, first) = (self.axis, &inputs[0]);
        let named = |place: usize| match place {
            0 => "{a}".to_string(),
            1 => "{b}".to_string(),
            n => format!("{{{n}}}"),
        };
        if let Some((place, other)) = inputs.iter().enumerate().find(|(_, s)| s.rank() != first.rank()) {
            let mismatch = Mismatch::new(format!(
                "`concat` joins values of one rank, but {{a}} {first} has {} and {} {other} has {}",
                memory::counted_axes(first.rank()),
                named(place),
                memory::counted_axes(other.rank())
            ));
            let (large, small) = if first.rank() > other.rank() { (0, place) } else { (place, 0) };
            let rest: Vec<String> = inputs[small].0.iter().map(ToString::to_string).collect();
            let rest = rest.join(", ");
            let calls = ["Flatten".into(), format!("reshape([1, {rest}])"), format!("reshape([{rest}, 1])")];
            // Of a sequence one step is meant, or something over all of them.
            let first = usize::from(inputs[large].rank() == 2 && !inputs[large].0[0].is(1));
            return Err([large, small, small]
                .into_iter()
                .zip(calls)
                .skip(first)
                .fold(mismatch, |mismatch, (input, call)| {
                    mismatch.propose(Proposal::Insert { input, call })
                }));
        }
        if axis >= first.rank() {
            return Err(memory::no_axis(axis, first));
        }
        if let Some((place, other)) = inputs.iter().enumerate().find(|(_, s)| !fit(first, s, axis)) {
            let differing: Vec<_> =
                (0..first.rank()).filter(|&a| a != axis && first.0[a] != other.0[a]).collect();
            let name = first.axis_name(differing[0]);
            let verb = if name.ends_with('s') { "differ" } else { "differs" };
            let mut mismatch = Mismatch::new(format!(
                "cannot join {{a}} {first} and {} {other} along axis {axis}: {name} {verb} ({} and {})",
                named(place),
                first.0[differing[0]],
                other.0[differing[0]]
            ))
            .axis(differing[0]);
            if first.rank() == 3 && differing[0] > 0 {
                mismatch = mismatch.propose(Proposal::KeepSize);
            }
            for other_axis in (0..first.rank()).filter(|&a| inputs.iter().all(|s| fit(first, s, a))) {
                let proposal = Proposal::Argument { name: "axis", value: other_axis.to_string() };
                mismatch = mismatch.propose(proposal);
            }
            return Err(mismatch);
        }
        let mut shape = first.clone();
        shape.0[axis] = inputs.iter().map(|s| s.0[axis]).sum();
        Ok(vec![shape])
    }

    fn arguments(&self) -> String {
        format!("axis: {}", self.axis)
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(memory::layout())
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [runs, step] = memory::cut(&inputs[0], self.axis);
        let parts = inputs.iter().map(|s| number(s.0[self.axis] * step));
        let runs = number(runs);
        quote!(parts::ConcatSpec { runs: #runs, parts: &[#(#parts),*] })
    }
}
