//! `AdaptiveAvgPool2d((3, 2))`: the mean of as many bins as are asked for.

use super::mismatch::{Mismatch, Proposal};
use super::window::{array, image, number, tuple};
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct AdaptiveAvgPool2d {
    output: [Dim; 2],
}

impl Layer for AdaptiveAvgPool2d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("size"), &[], errors);
        let layer =
            AdaptiveAvgPool2d { output: arguments.sizes("size", "the size that comes out", "1", errors) };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [channels, ..] =
            image(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("AdaptiveAvgPool1d")))?;
        let [h, w] = self.output;
        Ok(vec![Shape(vec![channels, h, w])])
    }

    fn arguments(&self) -> String {
        tuple(self.output)
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(Layout::ChannelsLast)
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, height, width] = [0, 1, 2].map(|i| number(inputs[0].0[i]));
        let output = array(self.output);
        quote!(adaptive_avg_pool2d::AdaptiveAvgPool2dSpec {
            channels: #channels,
            height: #height,
            width: #width,
            output: #output
        })
    }
}
