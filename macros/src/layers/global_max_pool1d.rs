//! `GlobalMaxPool1d`: the largest value of each feature over all steps.

use super::max_pool2d;
use super::mismatch::{Mismatch, Proposal};
use super::pooling::Pooling;
use super::window::sequence;
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;

#[derive(Clone, Debug)]
pub struct GlobalMaxPool1d;

impl Layer for GlobalMaxPool1d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &[], errors);
        arguments.finish(GlobalMaxPool1d)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let mended = sequence(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("GlobalMaxPool2d")));
        mended.map(|[_, features]| vec![Shape(vec![features])])
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        // Forward leaves which step won.
        Traits { saved_each: inputs[0].0[1], ..Traits::new(Layout::RowMajor) }
    }

    /// One window over the whole sequence, which is an image of one row with its channels last.
    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [time, features] = [0, 1].map(|i| inputs[0].0[i]);
        let kernel = [Dim::ONE, time];
        let window = Pooling { kernel, stride: kernel, padding: [Dim::ZERO; 2], dilation: [Dim::ONE; 2] };
        max_pool2d::spec([features, Dim::ONE, time], &window, false)
    }
}
