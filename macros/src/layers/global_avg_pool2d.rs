//! `GlobalAvgPool2d`: the mean of each channel.

use super::mismatch::{Mismatch, Proposal};
use super::window::{image, number};
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct GlobalAvgPool2d;

impl Layer for GlobalAvgPool2d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &[], errors);
        arguments.finish(GlobalAvgPool2d)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let mended = image(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("GlobalAvgPool1d")));
        mended.map(|[channels, ..]| vec![Shape(vec![channels])])
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(Layout::ChannelsLast)
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, height, width] = [0, 1, 2].map(|i| number(inputs[0].0[i]));
        quote!(global_avg_pool2d::GlobalAvgPool2dSpec { channels: #channels, height: #height, width: #width })
    }
}
