//! `transpose(x)` and `permute(x, [2, 0, 1])`: the axes in another order.

use super::mismatch::{Mismatch, Proposal};
use super::window::number;
use super::{Arguments, Layer, Traits, memory};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Permute {
    /// For each axis that comes out the one that went in; `None` for `transpose`.
    order: Option<Vec<usize>>,
}

impl Permute {
    fn order(&self) -> Vec<usize> {
        self.order.clone().unwrap_or_else(|| vec![1, 0])
    }

    fn shape(&self, input: &Shape) -> Shape {
        Shape(self.order().iter().map(|&axis| input.0[axis]).collect())
    }
}

impl Layer for Permute {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        if *arguments.layer() == "transpose" {
            arguments.accept(None, &[], errors);
            return arguments.finish(Permute { order: None });
        }
        arguments.accept(Some("order"), &[], errors);
        let order = arguments.order("[1, 0]", errors);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if sorted != (0..order.len()).collect::<Vec<_>>() {
            arguments.refuse("order", "is invalid: each axis from 0 on stands in it once", errors);
        }
        arguments.finish(Permute { order: Some(order) })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let shape = &inputs[0];
        let order = self.order();
        if order.len() == shape.rank() {
            return Ok(vec![self.shape(shape)]);
        }
        let axes = memory::counted_axes(shape.rank());
        Err(match &self.order {
            None => Mismatch::new(format!("`transpose` swaps two axes, but {{input}} `{shape}` has {axes}"))
                .note("`permute` puts any number of axes into another order"),
            Some(order) => {
                let ordered = memory::counted_axes(order.len());
                Mismatch::new(format!("`{order:?}` orders {ordered}, but {{input}} `{shape}` has {axes}"))
            }
        }
        .propose(Proposal::Main(format!("{:?}", (0..shape.rank()).rev().collect::<Vec<_>>()))))
    }

    fn arguments(&self) -> String {
        self.order.as_ref().map_or(String::new(), |order| format!("{order:?}"))
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(memory::layout())
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let (input, output) = (&inputs[0], self.shape(&inputs[0]));
        let (order, strides) = (self.order(), memory::strides(input));
        let axes: Vec<_> =
            memory::axes(&output).into_iter().map(|axis| [output.0[axis], strides[order[axis]]]).collect();
        let (axes, len) = (memory::walk(&axes), number(input.len()));
        quote!(strided::GatherSpec { axes: #axes, inputs: #len, outputs: #len })
    }
}
