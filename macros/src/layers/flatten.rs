//! `Flatten`: the same numbers as one vector.

use super::mismatch::Mismatch;
use super::{Arguments, Kind, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::TokenStream;

#[derive(Clone, Debug)]
pub struct Flatten;

impl Layer for Flatten {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &[], errors);
        arguments.finish(Flatten)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        Ok(vec![Shape(vec![inputs[0].len()])])
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
