//! `split(x, 2, axis: 0)`: a value in equal parts along an axis.

use super::mismatch::{Mismatch, Proposal};
use super::window::number;
use super::{Arguments, Layer, Traits, memory};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Split {
    parts: usize,
    axis: usize,
}

/// The most parts: each is a value of its own.
const MOST: usize = 256;

impl Layer for Split {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("parts"), &["axis"], errors);
        let parts = arguments.literal("parts", "the number of parts", "2", errors);
        if parts > MOST {
            arguments.refuse("parts", &format!("is invalid: there are at most {MOST} parts"), errors);
        }
        let layer = Split { parts, axis: arguments.given_axis("axis: 0", errors) };
        arguments.finish(layer)
    }

    fn ports(&self) -> usize {
        self.parts
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let (shape, axis, parts) = (&inputs[0], self.axis, self.parts);
        if axis >= shape.rank() {
            return Err(memory::no_axis(axis, shape));
        }
        let size = shape.0[axis];
        if size.is_multiple_of(parts) {
            let mut part = shape.clone();
            part.0[axis] = size / parts;
            return Ok(vec![part; parts]);
        }
        let name = shape.axis_name(axis);
        let (below, above) = (size / parts * parts, size.next_multiple_of(parts));
        let near = if below > 0 { format!("{below} and {above}") } else { above.to_string() };
        let mismatch = Mismatch::new(format!(
            "{size} does not split into {parts} equal parts ({name} of {{input}} `{shape}`)"
        ))
        .axis(axis);
        let others = [above, below].into_iter().filter(|n| *n > 0 && shape.claimed_axis() == Some(axis));
        let mismatch = others.fold(mismatch, |mismatch, n| mismatch.propose(Proposal::Features(n)));
        let divisors: Vec<_> =
            (2..=16).filter(|n| size.is_multiple_of(*n)).map(|n: usize| n.to_string()).collect();
        Err(match &divisors[..] {
            [] => mismatch.note(format!("{near} would")),
            some => mismatch.note(format!("{near} would; {size} splits into {} parts", some.join(", "))),
        })
    }

    fn arguments(&self) -> String {
        format!("{}, axis: {}", self.parts, self.axis)
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(memory::layout())
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [runs, step] = memory::cut(&inputs[0], self.axis);
        let part = number(inputs[0].0[self.axis] / self.parts * step);
        let (runs, parts) = (number(runs), number(self.parts));
        quote!(parts::SplitSpec { runs: #runs, part: #part, parts: #parts })
    }
}
