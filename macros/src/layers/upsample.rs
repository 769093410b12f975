//! `Upsample(scale: 2)`: an image in another size.

use super::mismatch::Mismatch;
use super::window::{array, image, number, tuple};
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Upsample {
    target: Target,
    bilinear: bool,
    align_corners: bool,
}

#[derive(Clone, Copy, Debug)]
enum Target {
    Scale([Dim; 2]),
    Size([Dim; 2]),
}

impl Layer for Upsample {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("scale"), &["size", "mode", "align_corners"], errors);
        let target = if arguments.is_given("size") {
            if arguments.is_given("scale") {
                let why = "is given beside `scale`, which decides the size already";
                let error = arguments.refusal("size", why);
                errors.extend(error.map(|error| arguments.left_out(error, "size")));
            }
            Target::Size(arguments.sizes_or("size", "the size", [Dim::ONE; 2], 1, errors))
        } else {
            Target::Scale(arguments.sizes("scale", "the scale", "2", errors))
        };
        let bilinear = arguments.word("mode", &["nearest", "bilinear"], errors) == Some(1);
        let align_corners = arguments.flag_or("align_corners", false, errors);
        if align_corners && !bilinear && arguments.is_good() {
            arguments.refuse("align_corners", "is for `mode: bilinear`, which mixes pixels", errors);
        }
        arguments.finish(Upsample { target, bilinear, align_corners })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [channels, h, w] = image(&inputs[0])?;
        let [h, w] = match self.target {
            Target::Scale([a, b]) => [h * a, w * b],
            Target::Size(size) => size,
        };
        Ok(vec![Shape(vec![channels, h, w])])
    }

    fn arguments(&self) -> String {
        let mut text = match self.target {
            Target::Scale(scale) => tuple(scale),
            Target::Size(size) => format!("size: {}", tuple(size)),
        };
        if self.bilinear {
            text += ", mode: bilinear";
        }
        if self.align_corners {
            text += ", align_corners: true";
        }
        text
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(Layout::ChannelsLast)
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, h, w] = [0, 1, 2].map(|i| inputs[0].0[i]);
        let output = array(match self.target {
            Target::Scale([a, b]) => [h * a, w * b],
            Target::Size(size) => size,
        });
        let [channels, height, width] = [channels, h, w].map(number);
        let align_corners = self.align_corners;
        let mode = match self.bilinear {
            true => quote!(upsample::Interpolation::Bilinear { align_corners: #align_corners }),
            false => quote!(upsample::Interpolation::Nearest),
        };
        quote!(upsample::UpsampleSpec {
            channels: #channels,
            height: #height,
            width: #width,
            output: #output,
            mode: #mode
        })
    }
}
