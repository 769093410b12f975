//! `PixelShuffle(2)`: channels become pixels.

use super::mismatch::{Mismatch, Proposal};
use super::window::{image, number};
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape, counted};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct PixelShuffle {
    factor: Dim,
}

impl Layer for PixelShuffle {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("factor"), &[], errors);
        let layer = PixelShuffle { factor: arguments.count("factor", "the factor", "2", errors) };
        arguments.finish(layer)
    }

    /// Every pixel of a channel that comes out needs a channel that comes in: not `PixelShuffle(2)` of 6 channels.
    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [channels, h, w] = image(&inputs[0])?;
        let factor = self.factor;
        let square = factor * factor;
        if channels.is_multiple_of(square) {
            return Ok(vec![Shape(vec![channels / square, h * factor, w * factor])]);
        }
        let (below, above) = (channels / square * square, (channels / square + 1) * square);
        let has = counted(channels, "channels");
        let near = if below == 0 {
            format!("the nearest multiple of {square} is {above}")
        } else {
            format!("the nearest multiples of {square} are {below} and {above}")
        };
        let mismatch = Mismatch::new(format!(
            "{{name}} needs a multiple of {factor} x {factor} channels, but {{input}} has {has}"
        ))
        .axis(0)
        .note(near)
        .propose(Proposal::Features(above));
        let mismatch = if below > 0 { mismatch.propose(Proposal::Features(below)) } else { mismatch };
        let squares =
            (2..=8usize).rev().filter(|n| channels.known().is_some_and(|c| c.is_multiple_of(n * n)));
        Err(squares.fold(mismatch, |mismatch, n| mismatch.propose(Proposal::Main(n.to_string()))))
    }

    fn arguments(&self) -> String {
        self.factor.to_string()
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(Layout::ChannelsLast)
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, height, width] = [0, 1, 2].map(|i| inputs[0].0[i]);
        let [channels, height, width, factor] =
            [channels / (self.factor * self.factor), height, width, self.factor].map(number);
        quote!(pixel_shuffle::PixelShuffleSpec {
            channels: #channels,
            height: #height,
            width: #width,
            factor: #factor
        })
    }
}
