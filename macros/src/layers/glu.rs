//! `Glu`: one half of the values along an axis, gated by the other.

use super::mismatch::{Mismatch, Proposal};
use super::window::number;
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Glu {
    axis: Option<usize>,
}

impl Glu {
    /// The axis that is halved: the features, or the channels of an image.
    fn axis(&self, shape: &Shape) -> Option<usize> {
        self.axis.or(shape.claimed_axis())
    }

    /// How many runs of both halves a sample has, and the length of a half.
    fn sizes(&self, inputs: &[Shape]) -> [Dim; 2] {
        let shape = &inputs[0];
        let axis = self.axis(shape).unwrap_or(0);
        match (shape.0.as_slice(), axis) {
            // With the channels innermost each pixel is a run.
            ([c, h, w], 0) => [*h * *w, *c / 2],
            (all, axis) => {
                let before: Dim = all[..axis].iter().product();
                [before, all[axis..].iter().product::<Dim>() / 2]
            }
        }
    }
}

impl Layer for Glu {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &["axis"], errors);
        let layer = Glu { axis: arguments.axis(errors) };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let shape = &inputs[0];
        let Some(axis) = self.axis(shape).filter(|_| shape.rank() > 0) else {
            return Err(Mismatch::new("{title} needs at least one axis, but {input_is} a scalar, `[]`"));
        };
        let Some(&size) = shape.0.get(axis) else {
            return Err(Mismatch::no_axis(axis, shape));
        };
        if size % 2 != 0 {
            let mismatch = Mismatch::new(format!(
                "{{name}} halves the {} of {{input}}, but {size} does not split into 2 equal parts",
                shape.axis_name(axis)
            ))
            .note(if size == 1 {
                "the nearest size that does is 2".into()
            } else {
                format!("the nearest sizes that do are {} and {}", size - 1, size + 1)
            })
            .axis(axis);
            return Err(match shape.claimed_axis() == Some(axis) {
                true => {
                    [size + 1, size - 1].into_iter().fold(mismatch, |m, n| m.propose(Proposal::Features(n)))
                }
                false => mismatch,
            });
        }
        let mut halved = shape.0.clone();
        halved[axis] = size / 2;
        Ok(vec![Shape(halved)])
    }

    fn arguments(&self) -> String {
        self.axis.map_or(String::new(), |axis| format!("axis: {axis}"))
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        let channels = inputs[0].rank() == 3 && self.axis(&inputs[0]) == Some(0);
        let layout = if channels { Layout::ChannelsLast } else { Layout::RowMajor };
        Traits { reads_inputs: true, ..Traits::new(layout) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [blocks, half] = self.sizes(inputs).map(number);
        quote!(glu::GluSpec { blocks: #blocks, half: #half })
    }
}
