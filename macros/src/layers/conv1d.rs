//! `Conv1d(32, kernel: 3)`: a window of weights slides along a sequence `[time, features]`.

use super::arguments::Padding;
use super::convolution::Convolution;
use super::mismatch::{Mismatch, Proposal};
use super::window::{array, number, sequence};
use super::{Arguments, Layer, Layout, Parameter, Stream, Traits};
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
        if inputs[0].is_any_length() {
            return Ok(vec![Shape(vec![inputs[0].0[0], self.0.outputs])]);
        }
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

    fn carries(&self) -> bool {
        true
    }

    /// A stride gives less than a step for each step, and what is not causal reads what is still to come.
    fn check_any_length(&self, input: &Shape) -> Result<(), Mismatch> {
        let causal = Convolution { padding: Padding::Causal, stride: [Dim::ONE], ..self.0.clone() };
        let (is_causal, strides) =
            (self.0.window().padding == causal.window().padding, !self.0.stride[0].is(1));
        let any = format!("{{input_is}} `{input}`, a sequence of any length");
        let mismatch = match (is_causal, strides) {
            (true, false) => return Ok(()),
            (_, true) => Mismatch::new(format!(
                "{{name}} gives one step for each {} that it reads, but {any}",
                self.0.stride[0]
            ))
            .at("stride"),
            (false, false) => {
                let does = match self.0.padding {
                    Padding::Each([none]) if none.is(0) => "gives fewer steps than it reads",
                    _ => "reads steps that are still to come",
                };
                Mismatch::new(format!("{{title}} {does}, but {any}"))
            }
        };
        let mismatch = match is_causal {
            true => mismatch,
            false => mismatch.note(
                "with `padding: causal` a step reads itself and those before, with zeros before the first",
            ),
        };
        Err(match (is_causal, strides) {
            (true, _) => mismatch.propose(Proposal::Argument { name: "stride", value: "1".into() }),
            (_, false) => mismatch.propose(Proposal::Argument { name: "padding", value: "causal".into() }),
            _ => mismatch.propose(Proposal::Instead(format!("Conv1d({})", causal.arguments()))),
        })
    }

    fn streams(&self, inputs: &[Shape], _: bool) -> Vec<Stream> {
        let [steps, features] = [self.0.window().padding[0][0], inputs[0].0[1]].map(number);
        vec![Stream::Memory { name: "past", ty: quote!(past::Past), arguments: quote!(#steps, #features) }]
    }

    fn multiply_adds(&self, inputs: &[Shape]) -> Dim {
        let output = self.0.window().slide(&inputs[0]).unwrap_or([Dim::ZERO]);
        self.0.multiply_adds(inputs[0].0[1], output)
    }
}
