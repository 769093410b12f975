//! `expand(gate, [96, 7, 7])`: the same numbers again and again along new axes, or along those of size 1.

use super::mismatch::{Mismatch, Proposal};
use super::window::number;
use super::{Arguments, Layer, Traits, memory};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Expand {
    shape: Shape,
}

impl Expand {
    /// The axis of what comes out that each axis of the input becomes: the first ones, or the last ones.
    fn places(&self, input: &Shape) -> Vec<usize> {
        let (from, to) = (input.rank(), self.shape.rank());
        let fits = |skip: usize| {
            let pairs = input.0.iter().zip(&self.shape.0[skip..]);
            from <= to && pairs.into_iter().all(|(&a, &b)| a == b || a == 1)
        };
        let mut places = Vec::new();
        if from > to {
            return places;
        }
        if fits(0) {
            places.push(0);
        }
        if from < to && from > 0 && fits(to - from) && input.len() > 1 {
            places.push(to - from);
        }
        places
    }
}

impl Layer for Expand {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("shape"), &[], errors);
        let shape = arguments.shape("the shape that it gets", "[96, 7, 7]", errors);
        arguments.finish(Expand { shape })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let (from, to) = (&inputs[0], &self.shape);
        match self.places(from)[..] {
            [_] => Ok(vec![to.clone()]),
            [] => {
                let mismatch = Mismatch::new(format!(
                    "`expand` cannot make `{to}` of {{input}} `{from}`: axes are added in front or behind, and only \
                     size 1 is repeated"
                ));
                // The channels or features that a vector is to be spread over.
                let wanted = to.claimed_axis().filter(|_| from.rank() == 1).map(|axis| to.0[axis]);
                Err(match wanted {
                    Some(wanted) => mismatch.propose(Proposal::Features(wanted)),
                    None => mismatch,
                })
            }
            _ => {
                let behind = vec![Dim::ONE; to.rank() - from.rank()];
                let first = Shape(from.0.iter().copied().chain(behind.iter().copied()).collect());
                let last = Shape(behind.into_iter().chain(from.0.iter().copied()).collect());
                Err(Mismatch::new(format!(
                    "`expand` could put `{from}` first or last in `{to}`: say which of the axes it is"
                ))
                .propose(Proposal::Insert { input: 0, call: format!("reshape({first})") })
                .propose(Proposal::Insert { input: 0, call: format!("reshape({last})") }))
            }
        }
    }

    fn arguments(&self) -> String {
        self.shape.to_string()
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(memory::layout())
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let input = &inputs[0];
        let skip = self.places(input).first().copied().unwrap_or(0);
        let strides = memory::strides(input);
        let stride = |axis: usize| match axis.checked_sub(skip).filter(|&a| a < input.rank()) {
            Some(axis) if input.0[axis] > 1 => strides[axis],
            _ => Dim::ZERO,
        };
        let axes: Vec<_> =
            memory::axes(&self.shape).into_iter().map(|axis| [self.shape.0[axis], stride(axis)]).collect();
        let (axes, inputs, outputs) = (memory::walk(&axes), number(input.len()), number(self.shape.len()));
        quote!(strided::GatherSpec { axes: #axes, inputs: #inputs, outputs: #outputs })
    }
}
