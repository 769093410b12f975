//! `slice(x, axis: 0, 2..5)`: a piece of a value along an axis.

use super::mismatch::{At, Mismatch};
use super::window::number;
use super::{Arguments, Layer, Traits, memory};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Slice {
    axis: usize,
    start: Dim,
    end: Dim,
}

impl Layer for Slice {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("range"), &["axis"], errors);
        let [start, end] = arguments.range("2..5", errors);
        let layer = Slice { axis: arguments.given_axis("axis: 0", errors), start, end };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let (shape, axis) = (&inputs[0], self.axis);
        if axis >= shape.rank() {
            return Err(memory::no_axis(axis, shape));
        }
        let size = shape.0[axis];
        if self.end > size {
            let name = shape.axis_name(axis);
            let mut mismatch = Mismatch::new(format!(
                "`{}..{}` ends behind the {size} of {{input}} `{shape}` ({name}, axis {axis})",
                self.start, self.end
            ));
            mismatch.at = At::Layer;
            if self.start < size {
                let value = format!("{}..{size}", self.start);
                mismatch = mismatch.propose(super::Proposal::Main(value));
            }
            if self.end - self.start <= size {
                let value = format!("{}..{size}", size - (self.end - self.start));
                mismatch = mismatch.propose(super::Proposal::Main(value));
            }
            return Err(mismatch);
        }
        let mut piece = shape.clone();
        piece.0[axis] = self.end - self.start;
        Ok(vec![piece])
    }

    fn arguments(&self) -> String {
        format!("axis: {}, {}..{}", self.axis, self.start, self.end)
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(memory::layout())
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [runs, step] = memory::cut(&inputs[0], self.axis);
        let whole = number(inputs[0].0[self.axis] * step);
        let (start, len) = (number(self.start * step), number((self.end - self.start) * step));
        let runs = number(runs);
        quote!(parts::SliceSpec { runs: #runs, whole: #whole, start: #start, len: #len })
    }
}
