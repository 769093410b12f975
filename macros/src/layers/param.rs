//! A learned tensor of its own: `param gamma: [96, 1, 1] = 1e-6;`.

use super::mismatch::Mismatch;
use super::window::number;
use super::{Arguments, Init, Layer, Layout, Parameter, Role, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

#[derive(Clone, Debug)]
pub struct Param {
    pub shape: Shape,
    pub init: Init,
}

impl Layer for Param {
    const ARITY: usize = 0;

    /// Made by its declaration alone.
    fn parse(_: &mut Arguments, _: &mut Errors) -> Option<Self> {
        None
    }

    fn outputs(&self, _: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        Ok(vec![self.shape.clone()])
    }

    /// One tensor, which has the name of its declaration and none besides.
    fn parameters(&self, _: &[Shape]) -> Vec<Parameter> {
        vec![Parameter {
            name: "",
            memory_shape: self.shape.0.clone(),
            axes: (0..self.shape.rank()).collect(),
            role: Role::Learned,
            init: self.init,
        }]
    }

    fn field(&self, _: &[Shape], scalar: &TokenStream) -> TokenStream {
        let name = Ident::new(&format!("Rank{}", self.shape.rank()), Span::call_site());
        let sizes = self.shape.0.iter().map(|&n| number(n));
        quote!(param::#name<#scalar #(, #sizes)*>)
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(Layout::RowMajor)
    }

    fn spec(&self, _: &[Shape], _: usize) -> TokenStream {
        let len = number(self.shape.len());
        quote!(param::ParamSpec { len: #len })
    }
}
