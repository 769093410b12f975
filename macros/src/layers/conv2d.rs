//! `Conv2d(32, kernel: 3)`: a window of weights slides over an image.

use super::convolution::Convolution;
use super::mismatch::{Mismatch, Proposal};
use super::window::{array, image, number};
use super::{Arguments, Layer, Layout, Parameter, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Conv2d(Convolution<2>);

impl Layer for Conv2d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        Convolution::parse(arguments, errors).map(Conv2d)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [channels, ..] = image(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("Conv1d")))?;
        self.0.check(channels)?;
        let [h, w] = self.0.window().slide(&inputs[0])?;
        Ok(vec![Shape(vec![self.0.outputs, h, w])])
    }

    fn decides_features(&self) -> bool {
        true
    }

    fn arguments(&self) -> String {
        self.0.arguments()
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        self.0.parameters(inputs[0].0[0], [0, 1])
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let [kh, kw] = self.0.kernel.map(number);
        let outputs = number(self.0.outputs);
        let per_group = number(inputs[0].0[0] / self.0.groups);
        let bias = number(if self.0.bias { self.0.outputs } else { Dim::ZERO });
        quote!(conv2d::Conv2d<#scalar, #outputs, #per_group, #kh, #kw, #bias>)
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits { reads_inputs: true, ..Traits::new(Layout::ChannelsLast) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, height, width] = [0, 1, 2].map(|i| number(inputs[0].0[i]));
        let window = self.0.window();
        let [kernel, stride, dilation] = [window.kernel, window.stride, window.dilation].map(array);
        let [ph, pw] = window.padding.map(array);
        let (outputs, groups, bias) = (number(self.0.outputs), number(self.0.groups), self.0.bias);
        quote!(conv2d::Conv2dSpec {
            channels: #channels,
            height: #height,
            width: #width,
            outputs: #outputs,
            kernel: #kernel,
            stride: #stride,
            padding: [#ph, #pw],
            dilation: #dilation,
            groups: #groups,
            bias: #bias
        })
    }

    fn multiply_adds(&self, inputs: &[Shape]) -> Dim {
        let output = self.0.window().slide(&inputs[0]).unwrap_or([Dim::ZERO; 2]);
        self.0.multiply_adds(inputs[0].0[0], output)
    }
}
