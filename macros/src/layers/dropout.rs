//! `Dropout(0.5)`: in training a random share of the values is set to zero.

use super::mismatch::Mismatch;
use super::window::number;
use super::{Arguments, Kind, Layer, Layout, Traits};
use crate::errors::{Change, Errors, How};
use crate::shape::Shape;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

#[derive(Clone, Debug)]
pub struct Dropout {
    rate: f64,
}

/// The rate is the share that is dropped: 0 or more, and below 1.
fn check_rate(rate: f64, arguments: &mut Arguments, errors: &mut Errors) {
    if (0.0..1.0).contains(&rate) {
        return;
    }
    let place = arguments.place("rate");
    let why =
        if rate == 1.0 { "drops everything" } else { "is invalid: the rate is a fraction from 0 to below 1" };
    let Some(mut error) = arguments.refusal("rate", why) else { return };
    if rate == 1.0 {
        error = error.note("the number is the share that is dropped, not the share that is kept");
    } else if let (true, Some(place)) = (rate > 1.0 && rate < 100.0, place) {
        let fraction = format!("{}", rate / 100.0);
        let change = Change { place, how: How::Replace, text: fraction.clone() };
        error = error.help_with(format!("`Dropout({fraction})`"), vec![change]);
    }
    errors.push(error);
}

impl Layer for Dropout {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("rate"), &[], errors);
        let rate = arguments.number("rate", "the share of the values that is dropped", "0.5", errors);
        check_rate(rate, arguments, errors);
        arguments.finish(Dropout { rate })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        Ok(vec![inputs[0].clone()])
    }

    fn arguments(&self) -> String {
        format!("{:?}", self.rate)
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits {
            in_place: true,
            gradient_in_place: true,
            identity_in_prediction: true,
            ..Traits::new(Layout::Any)
        }
    }

    fn spec(&self, inputs: &[Shape], node: usize) -> TokenStream {
        let (node, len) = (number(node), number(inputs[0].len()));
        let rate = Literal::f64_suffixed(self.rate);
        quote!(dropout::DropoutSpec { node: #node, len: #len, rate: #rate })
    }

    fn kind(&self) -> Option<Kind> {
        None
    }
}
