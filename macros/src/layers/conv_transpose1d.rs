//! `ConvTranspose1d(32, kernel: 2, stride: 2)`: every step leaves a multiple of the weights in a longer sequence.

use super::mismatch::{Mismatch, Proposal};
use super::transposed::Transposed;
use super::window::{number, sequence};
use super::{Arguments, Layer, Layout, Parameter, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct ConvTranspose1d(Transposed<1>);

impl Layer for ConvTranspose1d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        Transposed::parse(arguments, errors).map(ConvTranspose1d)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [_, features] =
            sequence(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("ConvTranspose2d")))?;
        self.0.check(features)?;
        let [time] = self.0.sizes(&inputs[0], 0)?;
        Ok(vec![Shape(vec![time, self.0.outputs])])
    }

    fn decides_features(&self) -> bool {
        true
    }

    fn arguments(&self) -> String {
        self.0.arguments()
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        self.0.parameters(inputs[0].0[1])
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let [kernel] = self.0.kernel.map(number);
        let features = number(inputs[0].0[1]);
        let per_group = number(self.0.outputs / self.0.groups);
        let bias = number(if self.0.bias { self.0.outputs } else { Dim::ZERO });
        quote!(conv_transpose1d::ConvTranspose1d<#scalar, #features, #per_group, #kernel, #bias>)
    }

    /// Row-major `[time][features]` is what an image of one row is with its channels last.
    fn traits(&self, _: &[Shape]) -> Traits {
        Traits { reads_inputs: true, ..Traits::new(Layout::RowMajor) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [time, features] = [0, 1].map(|i| number(inputs[0].0[i]));
        let t = &self.0;
        let [[kernel], [stride], [padding], [output_padding], [dilation]] =
            [t.kernel, t.stride, t.padding, t.output_padding, t.dilation].map(|sizes| sizes.map(number));
        let (outputs, groups, bias) = (number(t.outputs), number(t.groups), t.bias);
        quote!(conv_transpose2d::ConvTranspose2dSpec {
            channels: #features,
            height: 1,
            width: #time,
            outputs: #outputs,
            kernel: [1, #kernel],
            stride: [1, #stride],
            padding: [0, #padding],
            output_padding: [0, #output_padding],
            dilation: [1, #dilation],
            groups: #groups,
            bias: #bias
        })
    }

    fn multiply_adds(&self, inputs: &[Shape]) -> Dim {
        let [time, features] = [0, 1].map(|i| inputs[0].0[i]);
        self.0.multiply_adds(features, [time])
    }
}
