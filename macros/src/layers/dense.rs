//! `Dense(64)`: every output is a weighted sum of all inputs, plus a bias.

use super::init::Scheme;
use super::mismatch::{Mismatch, Proposal};
use super::window::number;
use super::{Arguments, Layer, Layout, Link, Parameter, Role, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Dense {
    outputs: Dim,
    bias: bool,
    init: Scheme,
}

impl Dense {
    /// The rows and the width of what flows in.
    fn rows_and_inputs(inputs: &[Shape]) -> [Dim; 2] {
        match inputs[0].0[..] {
            [n] => [Dim::ONE, n],
            [t, f] => [t, f],
            // Refused, and flat behind that mistake, as nobody doubts that it is meant.
            _ => [Dim::ONE, inputs[0].len()],
        }
    }

    fn bias_len(&self) -> Dim {
        if self.bias { self.outputs } else { Dim::ZERO }
    }
}

impl Layer for Dense {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("outputs"), &["bias", "init"], errors);
        let layer = Dense {
            outputs: arguments.count("outputs", "the number of outputs", "64", errors),
            bias: arguments.flag_or("bias", true, errors),
            init: Scheme::read(arguments, errors),
        };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        match inputs[0].0[..] {
            [_] => Ok(vec![Shape(vec![self.outputs])]),
            [t, _] => Ok(vec![Shape(vec![t, self.outputs])]),
            _ => Err(Mismatch::new(format!(
                "{{title}} needs a flat `[n]` input, but {{input_is}} `{}`",
                inputs[0]
            ))
            .gives(Shape(vec![self.outputs]))
            .propose(Proposal::Insert { input: 0, call: "Flatten".into() })),
        }
    }

    fn decides_features(&self) -> bool {
        true
    }

    fn arguments(&self) -> String {
        let bias = if self.bias { "" } else { ", bias: false" };
        format!("{}{bias}", self.outputs)
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let [_, width] = Self::rows_and_inputs(inputs);
        let weight = Parameter {
            name: "weight",
            memory_shape: vec![width, self.outputs],
            axes: vec![1, 0],
            role: Role::Learned,
            init: self.init.weight(width, self.outputs),
        };
        let bias = Parameter {
            name: "bias",
            memory_shape: vec![self.outputs],
            axes: vec![0],
            role: Role::Learned,
            init: self.init.bias(width),
        };
        if self.bias { vec![weight, bias] } else { vec![weight] }
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let [_, width] = Self::rows_and_inputs(inputs).map(number);
        let (outputs, bias) = (number(self.outputs), number(self.bias_len()));
        quote!(dense::Dense<#scalar, #outputs, #width, #bias>)
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits { reads_inputs: true, ..Traits::new(Layout::RowMajor) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [rows, width] = Self::rows_and_inputs(inputs).map(number);
        let (outputs, bias) = (number(self.outputs), self.bias);
        quote!(dense::DenseSpec { rows: #rows, inputs: #width, outputs: #outputs, bias: #bias })
    }

    /// Of one row.
    fn link(&self, inputs: &[Shape]) -> Option<Link> {
        let width = inputs[0].0.last()?;
        width.is(inputs[0].len()).then_some(Link::Function)
    }

    fn multiply_adds(&self, inputs: &[Shape]) -> Dim {
        let [rows, width] = Self::rows_and_inputs(inputs);
        super::multiply(&[rows, width, self.outputs])
    }
}
