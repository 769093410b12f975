//! `GlobalAvgPool1d`: the mean of each feature over all steps.

use super::mismatch::{Mismatch, Proposal};
use super::window::{number, sequence};
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct GlobalAvgPool1d;

impl Layer for GlobalAvgPool1d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &[], errors);
        arguments.finish(GlobalAvgPool1d)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let mended = sequence(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("GlobalAvgPool2d")));
        mended.map(|[_, features]| vec![Shape(vec![features])])
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(Layout::RowMajor)
    }

    /// Row-major `[time][features]` is what an image of one row is with its channels last.
    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [time, features] = [0, 1].map(|i| number(inputs[0].0[i]));
        quote!(global_avg_pool2d::GlobalAvgPool2dSpec { channels: #features, height: 1, width: #time })
    }
}
