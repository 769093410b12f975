//! `MaxPool2d(2)`: the largest value in each window.

use super::arguments::Padding;
use super::mismatch::Mismatch;
use super::window::{Window, array, image, number, pair};
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct MaxPool2d {
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    dilation: [usize; 2],
}

/// Reads the padding of a pooling: at most half of the window, or some windows would see nothing but padding.
pub fn pool_padding(kernel: [usize; 2], arguments: &mut Arguments, errors: &mut Errors) -> [usize; 2] {
    let Padding::Each(padding) = arguments.padding(false, errors) else { return [0; 2] };
    if (0..2).any(|axis| padding[axis] > kernel[axis] / 2) {
        let why =
            format!("is more than half of window {}: some windows would see only padding", pair(kernel));
        if let Some(error) = arguments.refusal("padding", &why) {
            errors.push(arguments.suggest(error, "padding", &pair(kernel.map(|k| k / 2))));
        }
    }
    padding
}

/// The arguments that both poolings print.
pub fn pool_text(kernel: [usize; 2], stride: [usize; 2], padding: [usize; 2]) -> String {
    let mut text = pair(kernel);
    if stride != kernel {
        text += &format!(", stride: {}", pair(stride));
    }
    if padding != [0; 2] {
        text += &format!(", padding: {}", pair(padding));
    }
    text
}

impl MaxPool2d {
    fn window(&self) -> Window {
        Window {
            kernel: self.kernel,
            stride: self.stride,
            padding: self.padding.map(|p| [p, p]),
            dilation: self.dilation,
            noun: "window",
        }
    }
}

impl Layer for MaxPool2d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("kernel"), &["stride", "padding", "dilation"], errors);
        let kernel = arguments.pair("kernel", "the window", "2", errors);
        let layer = MaxPool2d {
            kernel,
            stride: arguments.pair_or("stride", "a stride", kernel, 1, errors),
            padding: pool_padding(kernel, arguments, errors),
            dilation: arguments.pair_or("dilation", "a dilation", [1; 2], 1, errors),
        };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [channels, ..] = image(&inputs[0])?;
        let [h, w] = self.window().slide(&inputs[0])?;
        Ok(vec![Shape(vec![channels, h, w])])
    }

    fn arguments(&self) -> String {
        let mut text = pool_text(self.kernel, self.stride, self.padding);
        if self.dilation != [1; 2] {
            text += &format!(", dilation: {}", pair(self.dilation));
        }
        text
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        // Forward leaves which element won each window.
        let winners = self.outputs(inputs).map_or(0, |outputs| outputs[0].len());
        Traits { saved_each: winners, ..Traits::new(Layout::ChannelsLast) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, height, width] = [0, 1, 2].map(|i| number(inputs[0].0[i]));
        let [kernel, stride, padding, dilation] =
            [self.kernel, self.stride, self.padding, self.dilation].map(array);
        quote!(max_pool2d::MaxPool2dSpec {
            channels: #channels,
            height: #height,
            width: #width,
            kernel: #kernel,
            stride: #stride,
            padding: #padding,
            dilation: #dilation
        })
    }
}
