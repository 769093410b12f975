//! `exp`, `ln` and the like, and the arithmetic of a value with a number.

use super::mismatch::Mismatch;
use super::window::number;
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Elementary {
    Exp,
    Ln,
    Sqrt,
    Abs,
    Sin,
    Cos,
}

/// A value with a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// `c x`
    Scale(f64),
    /// `x + c`
    Shift(f64),
    /// `c - x`
    From(f64),
    /// `x / c`
    Divide(f64),
    /// `c / x`
    Over(f64),
    /// The smaller of `x` and `c`.
    Min(f64),
    /// The larger of `x` and `c`.
    Max(f64),
    /// `x` to the power `c`.
    Power(f64),
    /// `c` to the power `x`.
    Base(f64),
}

fn spec(inputs: &[Shape], function: &str, value: Option<f64>) -> TokenStream {
    let (len, function) = (number(inputs[0].len()), Ident::new(function, Span::call_site()));
    let value = value.map(|value| {
        let (sign, size) = ((value < 0.0).then(|| quote!(-)), Literal::f64_suffixed(value.abs()));
        quote!((#sign #size))
    });
    quote!(elementary::ElementarySpec { len: #len, function: elementary::Elementary::#function #value })
}

impl Layer for Elementary {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &[], errors);
        let layer = match arguments.layer().to_string().as_str() {
            "exp" => Elementary::Exp,
            "ln" => Elementary::Ln,
            "sqrt" => Elementary::Sqrt,
            "abs" => Elementary::Abs,
            "sin" => Elementary::Sin,
            "cos" => Elementary::Cos,
            _ => return None,
        };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        Ok(vec![inputs[0].clone()])
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        let by_output = matches!(self, Elementary::Exp | Elementary::Sqrt);
        Traits {
            reads_inputs: !by_output,
            reads_outputs: by_output,
            in_place: true,
            gradient_in_place: true,
            ..Traits::new(Layout::Any)
        }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        spec(inputs, &format!("{self:?}"), None)
    }
}

impl Layer for Scalar {
    /// Made by operators alone.
    fn parse(_: &mut Arguments, _: &mut Errors) -> Option<Self> {
        None
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        Ok(vec![inputs[0].clone()])
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        let linear =
            matches!(self, Scalar::Scale(_) | Scalar::Shift(_) | Scalar::From(_) | Scalar::Divide(_));
        let by_output = matches!(self, Scalar::Base(_));
        Traits {
            reads_inputs: !linear && !by_output,
            reads_outputs: by_output,
            in_place: true,
            gradient_in_place: true,
            ..Traits::new(Layout::Any)
        }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let (name, value) = match *self {
            Scalar::Scale(c) => ("Scale", c),
            Scalar::Shift(c) => ("Shift", c),
            Scalar::From(c) => ("From", c),
            Scalar::Divide(c) => ("Divide", c),
            Scalar::Over(c) => ("Over", c),
            Scalar::Min(c) => ("Min", c),
            Scalar::Max(c) => ("Max", c),
            Scalar::Power(c) => ("Power", c),
            Scalar::Base(c) => ("Base", c),
        };
        spec(inputs, name, Some(value))
    }
}
