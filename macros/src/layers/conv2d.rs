//! `Conv2d(32, kernel: 3)`: a window of weights slides over an image.

use super::arguments::Padding;
use super::init::Scheme;
use super::mismatch::{Mismatch, Proposal};
use super::window::{Window, array, image, number, pair};
use super::{Arguments, Layer, Layout, Parameter, Role, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Conv2d {
    outputs: usize,
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: Padding,
    dilation: [usize; 2],
    groups: usize,
    bias: bool,
    init: Scheme,
}

impl Conv2d {
    fn window(&self) -> Window {
        // An odd total goes after, as PyTorch has it.
        let same = |axis: usize| {
            let total = self.dilation[axis] * (self.kernel[axis] - 1);
            [total / 2, total - total / 2]
        };
        let padding = match self.padding {
            Padding::Each([h, w]) => [[h, h], [w, w]],
            Padding::Same => [same(0), same(1)],
        };
        Window { kernel: self.kernel, stride: self.stride, padding, dilation: self.dilation, noun: "kernel" }
    }

    fn per_group(&self, inputs: &[Shape]) -> usize {
        inputs[0].0[0] / self.groups
    }

    fn fans(&self, inputs: &[Shape]) -> [usize; 2] {
        // These are asked before anybody knows whether the weight fits into memory.
        let area = self.kernel[0].saturating_mul(self.kernel[1]);
        [self.per_group(inputs).saturating_mul(area), self.outputs.saturating_mul(area)]
    }

    /// Groups must divide the channels on both sides.
    fn check_groups(&self, channels: usize) -> Result<(), Mismatch> {
        let groups = self.groups;
        let (count, side) = if !channels.is_multiple_of(groups) {
            (channels, "input")
        } else if !self.outputs.is_multiple_of(groups) {
            (self.outputs, "output")
        } else {
            return Ok(());
        };
        let mut mismatch = Mismatch::new(format!(
            "`groups: {groups}` does not divide the {count} {side} channels of {{name}}"
        ))
        .at("groups");
        let (below, above) = (count / groups * groups, (count / groups + 1) * groups);
        mismatch = if side == "input" {
            mismatch.axis(0).note(format!("the nearest multiples of {groups} are {below} and {above}"))
        } else {
            let mismatch = mismatch.propose(Proposal::Main(above.to_string()));
            if below > 0 { mismatch.propose(Proposal::Main(below.to_string())) } else { mismatch }
        };
        let fitting: Vec<usize> = (1..=channels.min(self.outputs))
            .take(4096)
            .filter(|&g| channels.is_multiple_of(g) && self.outputs.is_multiple_of(g))
            .collect();
        if let Some(nearest) = fitting.iter().copied().min_by_key(|g| g.abs_diff(groups)) {
            let shown: Vec<_> = fitting.iter().take(8).map(ToString::to_string).collect();
            mismatch = mismatch
                .note(format!(
                    "with {channels} channels in and {} out groups may be {}",
                    self.outputs,
                    shown.join(", ")
                ))
                .propose(Proposal::Argument { name: "groups", value: nearest.to_string() });
        }
        Err(mismatch)
    }
}

impl Layer for Conv2d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        let named = ["kernel", "stride", "padding", "dilation", "groups", "bias", "init"];
        arguments.accept(Some("outputs"), &named, errors);
        let layer = Conv2d {
            outputs: arguments.count("outputs", "the number of channels that come out", "32", errors),
            kernel: arguments.pair("kernel", "a kernel", "3", errors),
            stride: arguments.pair_or("stride", "a stride", [1; 2], 1, errors),
            padding: arguments.padding(true, errors),
            dilation: arguments.pair_or("dilation", "a dilation", [1; 2], 1, errors),
            groups: arguments.count_or("groups", "the number of groups", 1, errors),
            bias: arguments.flag_or("bias", true, errors),
            init: Scheme::read(arguments, errors),
        };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [channels, ..] = image(&inputs[0])?;
        self.check_groups(channels)?;
        if self.padding == Padding::Same && self.stride != [1; 2] {
            let total = [0, 1].map(|a| self.dilation[a] * (self.kernel[a] - 1));
            let mismatch = Mismatch::new(format!(
                "`padding: same` keeps the size and needs `stride: 1`, but {{name}} has `stride: {}`",
                pair(self.stride)
            ))
            .at("padding");
            // Half of what `same` adds on both sides gives size / stride, rounded up, for odd kernels.
            return Err(if total.iter().all(|t| t % 2 == 0) {
                mismatch.propose(Proposal::Argument { name: "padding", value: pair(total.map(|t| t / 2)) })
            } else {
                mismatch
            });
        }
        let [h, w] = self.window().slide(&inputs[0])?;
        Ok(vec![Shape(vec![self.outputs, h, w])])
    }

    fn decides_features(&self) -> bool {
        true
    }

    fn arguments(&self) -> String {
        let mut text = format!("{}, kernel: {}", self.outputs, pair(self.kernel));
        if self.stride != [1; 2] {
            text += &format!(", stride: {}", pair(self.stride));
        }
        match self.padding {
            Padding::Each([0, 0]) => {}
            Padding::Each(padding) => text += &format!(", padding: {}", pair(padding)),
            Padding::Same => text += ", padding: same",
        }
        if self.dilation != [1; 2] {
            text += &format!(", dilation: {}", pair(self.dilation));
        }
        if self.groups != 1 {
            text += &format!(", groups: {}", self.groups);
        }
        if !self.bias {
            text += ", bias: false";
        }
        text
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let [fan_in, fan_out] = self.fans(inputs);
        let [kh, kw] = self.kernel;
        let weight = Parameter {
            name: "weight",
            memory_shape: vec![kh, kw, self.per_group(inputs), self.outputs],
            axes: vec![3, 2, 0, 1],
            role: Role::Learned,
            init: self.init.weight(fan_in, fan_out),
        };
        let bias = Parameter {
            name: "bias",
            memory_shape: vec![self.outputs],
            axes: vec![0],
            role: Role::Learned,
            init: self.init.bias(fan_in),
        };
        if self.bias { vec![weight, bias] } else { vec![weight] }
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let [kh, kw] = self.kernel.map(number);
        let outputs = number(self.outputs);
        let per_group = number(self.per_group(inputs));
        let bias = number(if self.bias { self.outputs } else { 0 });
        quote!(conv2d::Conv2d<#scalar, #outputs, #per_group, #kh, #kw, #bias>)
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits { reads_inputs: true, ..Traits::new(Layout::ChannelsLast) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, height, width] = [0, 1, 2].map(|i| number(inputs[0].0[i]));
        let window = self.window();
        let (kernel, stride, dilation) = (array(self.kernel), array(self.stride), array(self.dilation));
        let [ph, pw] = window.padding.map(array);
        let (outputs, groups, bias) = (number(self.outputs), number(self.groups), self.bias);
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

    fn multiply_adds(&self, inputs: &[Shape]) -> u64 {
        let [h, w] = self.window().slide(&inputs[0]).unwrap_or([0; 2]);
        super::multiply(&[h, w, self.outputs, self.kernel[0], self.kernel[1], self.per_group(inputs)])
    }
}
