//! `a - b`, `a * b`, `a / b`, `min(a, b)`, `max(a, b)`, `pow(a, b)`: two values of one shape, number by number, or a value
//! and a scalar.

use super::add::together;
use super::mismatch::Mismatch;
use super::window::number;
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arithmetic {
    /// Of a value and a scalar; two values of one shape are `Add`.
    Add,
    Sub,
    Mul,
    Div,
    Min,
    Max,
    Pow,
}

impl Layer for Arithmetic {
    const ARITY: usize = 2;

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &[], errors);
        let layer = match arguments.layer().to_string().as_str() {
            "min" => Arithmetic::Min,
            "max" => Arithmetic::Max,
            "pow" => Arithmetic::Pow,
            _ => return None,
        };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let (sign, cannot) = match self {
            Arithmetic::Add => ("+", "cannot add {a} @a and {b} @b"),
            Arithmetic::Sub => ("-", "cannot subtract {b} @b from {a} @a"),
            Arithmetic::Mul => ("*", "cannot multiply {a} @a and {b} @b"),
            Arithmetic::Div => ("/", "cannot divide {a} @a by {b} @b"),
            Arithmetic::Min => ("min", "cannot take the smaller of {a} @a and {b} @b"),
            Arithmetic::Max => ("max", "cannot take the larger of {a} @a and {b} @b"),
            Arithmetic::Pow => ("pow", "cannot raise {a} @a to the power {b} @b"),
        };
        together(inputs, sign, cannot).map(|shape| vec![shape])
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        let is_scalar = |i: usize| inputs[i].rank() == 0;
        Traits {
            reads_inputs: !matches!(self, Arithmetic::Add | Arithmetic::Sub),
            in_place: !is_scalar(0) || is_scalar(1),
            ..Traits::new(Layout::Any)
        }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let len = number(inputs[0].len().max(inputs[1].len()));
        // A scalar beside a value of one element needs no special case.
        let wide = |i: usize| inputs[i].rank() > 0 || inputs[1 - i].rank() == 0;
        let (a, b) = (wide(0), wide(1));
        let function = Ident::new(&format!("{self:?}"), Span::call_site());
        quote!(arithmetic::ArithmeticSpec { len: #len, wide: [#a, #b], function: arithmetic::Arithmetic::#function })
    }
}
