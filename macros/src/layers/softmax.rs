//! `Softmax` and `LogSoftmax`: numbers along one axis become a distribution, or its logarithms.

use super::mismatch::Mismatch;
use super::window::number;
use super::{Arguments, Kind, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Softmax {
    log: bool,
    axis: Option<usize>,
}

impl Softmax {
    /// The axis along which the numbers add up to one: the features, or the channels of an image.
    fn axis(&self, shape: &Shape) -> usize {
        self.axis.unwrap_or(if shape.rank() == 3 { 0 } else { shape.rank().saturating_sub(1) })
    }
}

impl Layer for Softmax {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &["axis"], errors);
        let layer = Softmax { log: *arguments.layer() == "LogSoftmax", axis: arguments.axis(errors) };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let shape = &inputs[0];
        if shape.rank() == 0 {
            return Err(Mismatch::new("{title} needs at least one axis, but {input_is} a scalar, `[]`"));
        }
        let axis = self.axis(shape);
        if axis < shape.rank() {
            return Ok(vec![shape.clone()]);
        }
        Err(Mismatch::no_axis(axis, shape))
    }

    fn works_at_a_step(&self, inputs: &[Shape]) -> bool {
        self.axis(&inputs[0]) > 0
    }

    fn arguments(&self) -> String {
        self.axis.map_or(String::new(), |axis| format!("axis: {axis}"))
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits {
            reads_outputs: true,
            in_place: true,
            gradient_in_place: true,
            ..Traits::new(Layout::RowMajor)
        }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let shape = &inputs[0].0;
        let axis = self.axis(&inputs[0]);
        let outer = number(shape[..axis].iter().product::<Dim>());
        let len = number(shape[axis]);
        let inner = number(shape[axis + 1..].iter().product::<Dim>());
        let log = self.log;
        quote!(softmax::SoftmaxSpec { outer: #outer, len: #len, inner: #inner, log: #log })
    }

    fn kind(&self) -> Option<Kind> {
        Some(if self.log { Kind::LogDistribution } else { Kind::Distribution })
    }
}
