//! `MaxPool2d(2)`: the largest value in each window.

use super::mismatch::{Mismatch, Proposal};
use super::pooling::Pooling;
use super::window::{array, image, number};
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct MaxPool2d {
    pooling: Pooling<2>,
    relu: bool,
}

impl MaxPool2d {
    /// The same layer over what `Relu` makes of its inputs.
    pub fn after_relu(&self) -> Self {
        MaxPool2d { relu: true, ..self.clone() }
    }
}

/// The spec of a pooling of images of that size, or of what `Relu` makes of them.
pub fn spec([channels, height, width]: [Dim; 3], pooling: &Pooling<2>, relu: bool) -> TokenStream {
    let [channels, height, width] = [channels, height, width].map(number);
    let Pooling { kernel, stride, padding, dilation } = pooling;
    let [kernel, stride, padding, dilation] = [kernel, stride, padding, dilation].map(|sizes| array(*sizes));
    quote!(max_pool2d::MaxPool2dSpec {
        channels: #channels,
        height: #height,
        width: #width,
        kernel: #kernel,
        stride: #stride,
        padding: #padding,
        dilation: #dilation,
        relu: #relu
    })
}

impl Layer for MaxPool2d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("kernel"), &["stride", "padding", "dilation"], errors);
        let pooling = Pooling::parse(arguments, errors);
        arguments.finish(MaxPool2d { pooling, relu: false })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [channels, ..] = image(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("MaxPool1d")))?;
        let [h, w] = self.pooling.window().slide(&inputs[0])?;
        Ok(vec![Shape(vec![channels, h, w])])
    }

    fn arguments(&self) -> String {
        self.pooling.arguments()
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        // Forward leaves which element won each window.
        let winners = self.outputs(inputs).map_or(Dim::ZERO, |outputs| outputs[0].len());
        Traits { saved_each: winners, ..Traits::new(Layout::ChannelsLast) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        spec([0, 1, 2].map(|i| inputs[0].0[i]), &self.pooling, self.relu)
    }
}
