//! `GaussianNoise(0.1)`: in training normal noise is added to every value.

use super::dropout::{fixed_order, traits};
use super::mismatch::Mismatch;
use super::window::number;
use super::{Arguments, Kind, Layer, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

#[derive(Clone, Debug)]
pub struct GaussianNoise {
    std: f64,
}

impl Layer for GaussianNoise {
    const STAND_IN: Option<&'static str> = Some("0.5");

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("std"), &[], errors);
        let std = arguments.number("std", "the standard deviation of the noise", "0.1", errors);
        if std < 0.0 {
            let error = arguments.refusal("std", "is invalid: a standard deviation is not negative");
            errors.extend(error.map(|error| arguments.without_sign(error, "std")));
        }
        arguments.finish(GaussianNoise { std })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        Ok(inputs.to_vec())
    }

    fn arguments(&self) -> String {
        format!("{:?}", self.std)
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        Traits { passes_gradient: true, ..traits(fixed_order(&inputs[0])) }
    }

    fn spec(&self, inputs: &[Shape], node: usize) -> TokenStream {
        let (node, len) = (number(node), number(inputs[0].len()));
        let std = Literal::f64_suffixed(self.std.abs());
        quote!(gaussian_noise::GaussianNoiseSpec { node: #node, len: #len, std: #std })
    }

    fn kind(&self) -> Option<Kind> {
        None
    }
}
