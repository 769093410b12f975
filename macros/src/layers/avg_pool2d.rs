//! `AvgPool2d(2)`: the mean of each window.

use super::mismatch::{Mismatch, Proposal};
use super::pooling::Pooling;
use super::window::{array, image, number};
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct AvgPool2d(AvgPool<2>);

/// A mean, over one axis or two.
#[derive(Clone, Debug)]
pub struct AvgPool<const N: usize> {
    pub pooling: Pooling<N>,
    pub count_include_pad: bool,
}

impl<const N: usize> AvgPool<N> {
    pub fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("kernel"), &["stride", "padding", "count_include_pad"], errors);
        let pooling = Pooling::parse(arguments, errors);
        let count_include_pad = arguments.flag_or("count_include_pad", true, errors);
        arguments.finish(AvgPool { pooling, count_include_pad })
    }

    pub fn arguments(&self) -> String {
        let padding = if self.count_include_pad { "" } else { ", count_include_pad: false" };
        self.pooling.arguments() + padding
    }
}

/// The spec of a pooling of images of that size.
pub fn spec([channels, height, width]: [Dim; 3], pool: &AvgPool<2>) -> TokenStream {
    let [channels, height, width] = [channels, height, width].map(number);
    let Pooling { kernel, stride, padding, .. } = pool.pooling;
    let [kernel, stride, padding] = [kernel, stride, padding].map(array);
    let count_include_pad = pool.count_include_pad;
    quote!(avg_pool2d::AvgPool2dSpec {
        channels: #channels,
        height: #height,
        width: #width,
        kernel: #kernel,
        stride: #stride,
        padding: #padding,
        count_include_pad: #count_include_pad
    })
}

impl Layer for AvgPool2d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        AvgPool::parse(arguments, errors).map(AvgPool2d)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [channels, ..] = image(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("AvgPool1d")))?;
        let [h, w] = self.0.pooling.window().slide(&inputs[0])?;
        Ok(vec![Shape(vec![channels, h, w])])
    }

    fn arguments(&self) -> String {
        self.0.arguments()
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(Layout::ChannelsLast)
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        spec([0, 1, 2].map(|i| inputs[0].0[i]), &self.0)
    }
}
