//! `Dropout(0.5)`, `Dropout2d(0.5)`, `AlphaDropout(0.5)`: in training a random share of the values or channels is dropped.

use super::mismatch::{Mismatch, Proposal};
use super::window::{image, number};
use super::{Arguments, Kind, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

#[derive(Clone, Debug)]
pub struct Dropout {
    rate: f64,
}

#[derive(Clone, Debug)]
pub struct Dropout2d {
    rate: f64,
}

#[derive(Clone, Debug)]
pub struct AlphaDropout {
    rate: f64,
}

/// The rate is the share that is dropped: 0 or more, and below 1.
pub(super) fn check_rate(name: &'static str, rate: f64, arguments: &mut Arguments, errors: &mut Errors) {
    if (0.0..1.0).contains(&rate) {
        return;
    }
    let why =
        if rate == 1.0 { "drops everything" } else { "is invalid: the rate is a fraction from 0 to below 1" };
    let Some(mut error) = arguments.refusal(name, why) else { return };
    if rate == 1.0 {
        error = error.note("the number is the share that is dropped, not the share that is kept");
    } else if (2.0..100.0).contains(&rate) {
        error = arguments.suggest(error, name, &format!("{}", rate / 100.0));
    } else if (-1.0..0.0).contains(&rate) && rate > -1.0 {
        error = arguments.suggest(error, name, &format!("{}", -rate));
    }
    errors.push(error);
}

/// Reads the rate, which must be there.
fn rate(what: &str, arguments: &mut Arguments, errors: &mut Errors) -> f64 {
    arguments.accept(Some("rate"), &[], errors);
    let rate = arguments.number("rate", &format!("the share of the {what} that is dropped"), "0.5", errors);
    check_rate("rate", rate, arguments, errors);
    rate
}

/// What layers that only act in training tell the planner.
pub(super) fn traits(layout: Layout) -> Traits {
    Traits { in_place: true, gradient_in_place: true, identity_in_prediction: true, ..Traits::new(layout) }
}

/// One fixed order of the elements, so that what is drawn for each does not depend on how its value happened to lie.
pub(super) fn fixed_order(shape: &Shape) -> Layout {
    if shape.rank() == 3 { Layout::ChannelsLast } else { Layout::RowMajor }
}

impl Layer for Dropout {
    const STAND_IN: Option<&'static str> = Some("0.5");

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        let rate = rate("values", arguments, errors);
        arguments.finish(Dropout { rate })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        Ok(vec![inputs[0].clone()])
    }

    fn arguments(&self) -> String {
        format!("{:?}", self.rate)
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        traits(Layout::Any)
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

impl Layer for Dropout2d {
    const STAND_IN: Option<&'static str> = Some("0.5");

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        let rate = rate("channels", arguments, errors);
        arguments.finish(Dropout2d { rate })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        image(&inputs[0]).map(|_| inputs.to_vec()).map_err(|mismatch| match inputs[0].rank() {
            1 | 2 => Mismatch { proposals: vec![Proposal::Rename("Dropout"), Proposal::Earlier], ..mismatch },
            _ => mismatch,
        })
    }

    fn arguments(&self) -> String {
        format!("{:?}", self.rate)
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        traits(fixed_order(&inputs[0]))
    }

    fn spec(&self, inputs: &[Shape], node: usize) -> TokenStream {
        let [channels, h, w] = [0, 1, 2].map(|axis| inputs[0].0[axis]);
        let (node, channels, values) = (number(node), number(channels), number(h * w));
        let rate = Literal::f64_suffixed(self.rate);
        quote!(dropout2d::Dropout2dSpec { node: #node, channels: #channels, values: #values, rate: #rate })
    }

    fn kind(&self) -> Option<Kind> {
        None
    }
}

impl Layer for AlphaDropout {
    const STAND_IN: Option<&'static str> = Some("0.5");

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        let rate = rate("values", arguments, errors);
        arguments.finish(AlphaDropout { rate })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        Ok(inputs.to_vec())
    }

    fn arguments(&self) -> String {
        format!("{:?}", self.rate)
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        traits(fixed_order(&inputs[0]))
    }

    fn spec(&self, inputs: &[Shape], node: usize) -> TokenStream {
        let (node, len) = (number(node), number(inputs[0].len()));
        let rate = Literal::f64_suffixed(self.rate);
        quote!(alpha_dropout::AlphaDropoutSpec { node: #node, len: #len, rate: #rate })
    }

    fn kind(&self) -> Option<Kind> {
        None
    }
}
