//! `ZeroPad2d(1)`: zeros around an image.

use super::mismatch::Mismatch;
use super::window::{array, image, number, tuple};
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct ZeroPad2d {
    /// Above and below, left and right.
    padding: [[Dim; 2]; 2],
}

impl Layer for ZeroPad2d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("padding"), &[], errors);
        let layer = ZeroPad2d { padding: arguments.sides("padding", "the padding", "1", errors) };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [channels, h, w] = image(&inputs[0])?;
        let [[top, bottom], [left, right]] = self.padding;
        Ok(vec![Shape(vec![channels, top + h + bottom, left + w + right])])
    }

    fn arguments(&self) -> String {
        match self.padding {
            [[top, bottom], [left, right]] if top == bottom && left == right => tuple([top, left]),
            [[top, bottom], [left, right]] => format!("({left}, {right}, {top}, {bottom})"),
        }
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(Layout::ChannelsLast)
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, height, width] = [0, 1, 2].map(|i| number(inputs[0].0[i]));
        let [rows, columns] = self.padding.map(array);
        quote!(zero_pad2d::ZeroPad2dSpec {
            channels: #channels,
            height: #height,
            width: #width,
            padding: [#rows, #columns]
        })
    }
}
