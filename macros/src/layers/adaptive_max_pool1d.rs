//! `AdaptiveMaxPool1d(4)`: the largest value of as many bins of a sequence as are asked for.

use super::mismatch::{Mismatch, Proposal};
use super::window::{number, sequence, tuple};
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct AdaptiveMaxPool1d {
    output: [Dim; 1],
}

impl Layer for AdaptiveMaxPool1d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("size"), &[], errors);
        let layer =
            AdaptiveMaxPool1d { output: arguments.sizes("size", "the length that comes out", "1", errors) };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [_, features] =
            sequence(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("AdaptiveMaxPool2d")))?;
        Ok(vec![Shape(vec![self.output[0], features])])
    }

    fn arguments(&self) -> String {
        tuple(self.output)
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        // Forward leaves which step won.
        Traits { saved_each: self.output[0] * inputs[0].0[1], ..Traits::new(Layout::RowMajor) }
    }

    /// Row-major `[time][features]` is what an image of one row is with its channels last.
    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [time, features] = [0, 1].map(|i| number(inputs[0].0[i]));
        let output = number(self.output[0]);
        quote!(adaptive_max_pool2d::AdaptiveMaxPool2dSpec { channels: #features, height: 1, width: #time, output: [1, #output] })
    }
}
