//! Values that come from nowhere: `zeros([8])`, `ones([8])`, `normal([20])`.

use super::mismatch::Mismatch;
use super::window::number;
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// The same number everywhere.
#[derive(Clone, Debug)]
pub struct Constant {
    shape: Shape,
    value: f64,
}

/// Noise, drawn anew at each training step.
#[derive(Clone, Debug)]
pub struct Normal {
    shape: Shape,
}

fn shape(arguments: &mut Arguments, errors: &mut Errors) -> Option<Shape> {
    arguments.accept(Some("shape"), &[], errors);
    let shape = arguments.shape("the shape", "[20]", errors);
    arguments.finish(shape)
}

impl Layer for Constant {
    const ARITY: usize = 0;

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        let value = if arguments.layer() == "ones" { 1.0 } else { 0.0 };
        Some(Constant { shape: shape(arguments, errors)?, value })
    }

    fn outputs(&self, _: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        Ok(vec![self.shape.clone()])
    }

    fn arguments(&self) -> String {
        self.shape.to_string()
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(Layout::RowMajor)
    }

    fn spec(&self, _: &[Shape], _: usize) -> TokenStream {
        let value = Literal::f64_suffixed(self.value);
        quote!(constant::ConstantSpec { value: #value })
    }
}

impl Layer for Normal {
    const ARITY: usize = 0;

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        Some(Normal { shape: shape(arguments, errors)? })
    }

    fn outputs(&self, _: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        Ok(vec![self.shape.clone()])
    }

    fn arguments(&self) -> String {
        self.shape.to_string()
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(Layout::RowMajor)
    }

    fn spec(&self, _: &[Shape], node: usize) -> TokenStream {
        let (node, len) = (number(node), number(self.shape.len()));
        quote!(constant::NormalSpec { node: #node, len: #len })
    }
}
