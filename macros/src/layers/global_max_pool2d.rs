//! `GlobalMaxPool2d`: the largest value of each channel.

use super::max_pool2d;
use super::mismatch::{Mismatch, Proposal};
use super::pooling::Pooling;
use super::window::image;
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;

#[derive(Clone, Debug)]
pub struct GlobalMaxPool2d;

impl Layer for GlobalMaxPool2d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &[], errors);
        arguments.finish(GlobalMaxPool2d)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let image = image(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("GlobalMaxPool1d")));
        image.map(|[channels, ..]| vec![Shape(vec![channels])])
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        // Forward leaves which pixel won.
        Traits { saved_each: inputs[0].0[0], ..Traits::new(Layout::ChannelsLast) }
    }

    /// One window over the whole image.
    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, height, width] = [0, 1, 2].map(|i| inputs[0].0[i]);
        let kernel = [height, width];
        let window = Pooling { kernel, stride: kernel, padding: [Dim::ZERO; 2], dilation: [Dim::ONE; 2] };
        max_pool2d::spec([channels, height, width], &window, false)
    }
}
