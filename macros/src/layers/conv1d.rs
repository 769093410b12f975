//! `Conv1d(32, kernel: 3)`: a window of weights slides along a sequence `[time, features]`.

use super::convolution::Convolution;
use super::mismatch::{Mismatch, Proposal};
use super::window::{array, number, sequence};
use super::{Arguments, Layer, Layout, Parameter, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Conv1d(Convolution<1>);

impl Layer for Conv1d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        Convolution::parse(arguments, errors).map(Conv1d)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [_, features] = sequence(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("Conv2d")))?;
        self.0.check(features)?;
        let [time] = self.0.window().slide(&inputs[0])?;
        Ok(vec![Shape(vec![time, self.0.outputs])])
    }

    fn decides_features(&self) -> bool {
        true
    }

    fn arguments(&self) -> String {
        self.0.arguments()
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        self.0.parameters(inputs[0].0[1], [0])
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let [kernel] = self.0.kernel.map(number);
        let outputs = number(self.0.outputs);
        let per_group = number(inputs[0].0[1] / self.0.groups);
        let bias = number(if self.0.bias { self.0.outputs } else { Dim::ZERO });
        quote!(conv1d::Conv1d<#scalar, #outputs, #per_group, #kernel, #bias>)
    }

    /// Row-major `[time][features]` is what an image of one row is with its channels last.
    fn traits(&self, _: &[Shape]) -> Traits {
        Traits { reads_inputs: true, ..Traits::new(Layout::RowMajor) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [time, features] = [0, 1].map(|i| number(inputs[0].0[i]));
        let window = self.0.window();
        let [[kernel], [stride], [dilation]] =
            [window.kernel, window.stride, window.dilation].map(|sizes| sizes.map(number));
        let [padding] = window.padding.map(array);
        let (outputs, groups, bias) = (number(self.0.outputs), number(self.0.groups), self.0.bias);
        quote!(conv2d::Conv2dSpec {
            channels: #features,
            height: 1,
            width: #time,
            outputs: #outputs,
            kernel: [1, #kernel],
            stride: [1, #stride],
            padding: [[0, 0], #padding],
            dilation: [1, #dilation],
            groups: #groups,
            bias: #bias
        })
    }

    fn multiply_adds(&self, inputs: &[Shape]) -> Dim {
        let output = self.0.window().slide(&inputs[0]).unwrap_or([Dim::ZERO]);
        self.0.multiply_adds(inputs[0].0[1], output)
    }
}
