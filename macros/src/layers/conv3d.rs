//! `Conv3d(32, kernel: 3)`: a window of weights slides through a volume.

use super::convolution::Convolution;
use super::mismatch::Mismatch;
use super::window::{array, number, volume};
use super::{Arguments, Layer, Layout, Parameter, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Conv3d(Convolution<3>);

impl Layer for Conv3d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        Convolution::parse(arguments, errors).map(Conv3d)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [channels, ..] = volume(&inputs[0])?;
        self.0.check(channels)?;
        let [d, h, w] = self.0.window().slide(&inputs[0])?;
        Ok(vec![Shape(vec![self.0.outputs, d, h, w])])
    }

    fn decides_features(&self) -> bool {
        true
    }

    fn arguments(&self) -> String {
        self.0.arguments()
    }

    /// The kernel's depth lies beside the channels, as the slices do that are convolved together.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        self.0.parameters(inputs[0].0[0], [1, 2, 0])
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let [kd, kh, kw] = self.0.kernel.map(number);
        let outputs = number(self.0.outputs);
        let per_group = number(inputs[0].0[0] / self.0.groups);
        let bias = number(if self.0.bias { self.0.outputs } else { Dim::ZERO });
        quote!(conv3d::Conv3d<#scalar, #outputs, #per_group, #kd, #kh, #kw, #bias>)
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits { reads_inputs: true, ..Traits::new(Layout::ChannelsLast) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, depth, height, width] = [0, 1, 2, 3].map(|i| number(inputs[0].0[i]));
        let window = self.0.window();
        let [kernel, stride, dilation] = [window.kernel, window.stride, window.dilation].map(array);
        let [pd, ph, pw] = window.padding.map(array);
        let (outputs, groups, bias) = (number(self.0.outputs), number(self.0.groups), self.0.bias);
        quote!(conv3d::Conv3dSpec {
            channels: #channels,
            depth: #depth,
            height: #height,
            width: #width,
            outputs: #outputs,
            kernel: #kernel,
            stride: #stride,
            padding: [#pd, #ph, #pw],
            dilation: #dilation,
            groups: #groups,
            bias: #bias
        })
    }

    fn multiply_adds(&self, inputs: &[Shape]) -> Dim {
        let output = self.0.window().slide(&inputs[0]).unwrap_or([Dim::ZERO; 3]);
        self.0.multiply_adds(inputs[0].0[0], output)
    }
}
