//! `ConvTranspose2d(32, kernel: 2, stride: 2)`: every pixel leaves a multiple of the weights in a larger image.

use super::mismatch::{Mismatch, Proposal};
use super::transposed::Transposed;
use super::window::{array, image, number};
use super::{Arguments, Layer, Layout, Parameter, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct ConvTranspose2d(Transposed<2>);

impl Layer for ConvTranspose2d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        Transposed::parse(arguments, errors).map(ConvTranspose2d)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [channels, ..] = image(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("ConvTranspose1d")))?;
        self.0.check(channels)?;
        let [h, w] = self.0.sizes(&inputs[0], 1)?;
        Ok(vec![Shape(vec![self.0.outputs, h, w])])
    }

    fn decides_features(&self) -> bool {
        true
    }

    fn arguments(&self) -> String {
        self.0.arguments()
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        self.0.parameters(inputs[0].0[0])
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let [kh, kw] = self.0.kernel.map(number);
        let channels = number(inputs[0].0[0]);
        let per_group = number(self.0.outputs / self.0.groups);
        let bias = number(if self.0.bias { self.0.outputs } else { Dim::ZERO });
        quote!(conv_transpose2d::ConvTranspose2d<#scalar, #channels, #per_group, #kh, #kw, #bias>)
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits { reads_inputs: true, ..Traits::new(Layout::ChannelsLast) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, height, width] = [0, 1, 2].map(|i| number(inputs[0].0[i]));
        let t = &self.0;
        let [kernel, stride, padding, output_padding, dilation] =
            [t.kernel, t.stride, t.padding, t.output_padding, t.dilation].map(array);
        let (outputs, groups, bias) = (number(t.outputs), number(t.groups), t.bias);
        quote!(conv_transpose2d::ConvTranspose2dSpec {
            channels: #channels,
            height: #height,
            width: #width,
            outputs: #outputs,
            kernel: #kernel,
            stride: #stride,
            padding: #padding,
            output_padding: #output_padding,
            dilation: #dilation,
            groups: #groups,
            bias: #bias
        })
    }

    fn multiply_adds(&self, inputs: &[Shape]) -> Dim {
        let shape = &inputs[0].0;
        self.0.multiply_adds(shape[0], [shape[1], shape[2]])
    }
}
