//! `PRelu`: a rectifier whose slope below 0 is learned.

use super::mismatch::Mismatch;
use super::window::number;
use super::{Arguments, Init, Layer, Layout, Parameter, Role, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct PRelu {
    per_channel: bool,
}

/// PyTorch's.
const FIRST_SLOPE: f64 = 0.25;

impl PRelu {
    /// How many slopes there are, and how many values of each a sample has.
    fn sizes(&self, inputs: &[Shape]) -> [Dim; 2] {
        let shape = &inputs[0];
        let channels = match (self.per_channel, shape.claimed_axis()) {
            (true, Some(axis)) => shape.0[axis],
            _ => Dim::ONE,
        };
        [channels, shape.len() / channels]
    }
}

impl Layer for PRelu {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &["per_channel"], errors);
        let layer = PRelu { per_channel: arguments.flag_or("per_channel", false, errors) };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let shape = &inputs[0];
        if self.per_channel && !matches!(shape.rank(), 1..=3) {
            return Err(Mismatch::new(format!(
                "{{title}} needs `[n]`, `[time, features]` or `[channels, height, width]`, but {{input_is}} `{shape}`"
            )));
        }
        Ok(vec![shape.clone()])
    }

    fn arguments(&self) -> String {
        if self.per_channel { "per_channel: true".into() } else { String::new() }
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        vec![Parameter {
            name: "weight",
            memory_shape: vec![self.sizes(inputs)[0]],
            axes: vec![0],
            role: Role::Learned,
            init: Init::Constant(FIRST_SLOPE),
        }]
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let channels = number(self.sizes(inputs)[0]);
        quote!(prelu::PRelu<#scalar, #channels>)
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        let layout = match (self.per_channel, inputs[0].rank()) {
            (false, _) => Layout::Any,
            (true, 3) => Layout::ChannelsLast,
            (true, _) => Layout::RowMajor,
        };
        Traits { reads_inputs: true, in_place: true, gradient_in_place: true, ..Traits::new(layout) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, values] = self.sizes(inputs).map(number);
        quote!(prelu::PReluSpec { channels: #channels, values: #values })
    }
}
