//! `AvgPool2d(2)`: the mean of each window.

use super::max_pool2d::{pool_padding, pool_text};
use super::mismatch::Mismatch;
use super::window::{Window, array, image, number};
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct AvgPool2d {
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    count_include_pad: bool,
}

impl Layer for AvgPool2d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("kernel"), &["stride", "padding", "count_include_pad"], errors);
        let kernel = arguments.pair("kernel", "the window", "2", errors);
        let layer = AvgPool2d {
            kernel,
            stride: arguments.pair_or("stride", "a stride", kernel, 1, errors),
            padding: pool_padding(kernel, arguments, errors),
            count_include_pad: arguments.flag_or("count_include_pad", true, errors),
        };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [channels, ..] = image(&inputs[0])?;
        let window = Window {
            kernel: self.kernel,
            stride: self.stride,
            padding: self.padding.map(|p| [p, p]),
            dilation: [1; 2],
            noun: "window",
        };
        let [h, w] = window.slide(&inputs[0])?;
        Ok(vec![Shape(vec![channels, h, w])])
    }

    fn arguments(&self) -> String {
        let mut text = pool_text(self.kernel, self.stride, self.padding);
        if !self.count_include_pad {
            text += ", count_include_pad: false";
        }
        text
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(Layout::ChannelsLast)
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, height, width] = [0, 1, 2].map(|i| number(inputs[0].0[i]));
        let [kernel, stride, padding] = [self.kernel, self.stride, self.padding].map(array);
        let count_include_pad = self.count_include_pad;
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
}
