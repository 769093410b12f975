//! `reshape(x, [128, 7, 7])`: the same numbers, row-major, under another shape.

use super::mismatch::{Mismatch, Proposal};
use super::{Arguments, Kind, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::TokenStream;

#[derive(Clone, Debug)]
pub struct Reshape {
    shape: Shape,
}

impl Layer for Reshape {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("shape"), &[], errors);
        let shape = arguments.shape("the new shape", "[128, 7, 7]", errors);
        arguments.finish(Reshape { shape })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let (from, to) = (&inputs[0], &self.shape);
        if from.len() == to.len() {
            return Ok(vec![to.clone()]);
        }
        let count = |shape: &Shape| match shape.rank() {
            0 | 1 => String::new(),
            _ => format!(" ({})", shape.len()),
        };
        let mut mismatch = Mismatch::new(format!(
            "{{input}} `{from}`{} cannot become `{to}`{}: the number of elements differs",
            count(from),
            count(to)
        ));
        mismatch = mismatch.trail();
        // One axis may be what is wrong; of an image height and width are wrong together.
        if let [channels, h, w] = to.0[..]
            && h == w
            && from.len().is_multiple_of(channels)
        {
            let pixels = (from.len() / channels).known().unwrap_or(0);
            if let Some(side) = (1..=pixels).take_while(|n| n * n <= pixels).find(|n| n * n == pixels) {
                mismatch = mismatch
                    .propose(Proposal::Main(Shape(vec![channels, side.into(), side.into()]).to_string()));
            }
        }
        for axis in 0..to.rank() {
            let rest = to.len() / to.0[axis];
            if !rest.is(0) && from.len().is_multiple_of(rest) {
                let mut shape = to.clone();
                shape.0[axis] = from.len() / rest;
                mismatch = mismatch.propose(Proposal::Main(shape.to_string()));
            }
        }
        if from.rank() == 1 {
            mismatch = mismatch.propose(Proposal::Features(to.len()));
        }
        Err(mismatch)
    }

    fn arguments(&self) -> String {
        self.shape.to_string()
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits { view: true, ..Traits::new(Layout::RowMajor) }
    }

    /// A view computes nothing, so nobody asks for its spec.
    fn spec(&self, _: &[Shape], _: usize) -> TokenStream {
        TokenStream::new()
    }

    fn kind(&self) -> Option<Kind> {
        None
    }
}
