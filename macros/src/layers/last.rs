//! `Last`: the last step of a sequence.

use super::mismatch::{Mismatch, Proposal};
use super::window::{number, sequence};
use super::{AnyLayer, Arguments, Kind, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Last {
    /// Whether what comes in is the last step alone already.
    alone: bool,
}

impl AnyLayer {
    /// `Last` behind a layer that gives nothing but the last step; `None` of any other layer.
    pub fn after_last(&self) -> Option<AnyLayer> {
        matches!(self, AnyLayer::Last(_)).then_some(AnyLayer::Last(Last { alone: true }))
    }
}

impl Layer for Last {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &[], errors);
        arguments.finish(Last { alone: false })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [_, features] = sequence(&inputs[0]).map_err(|m| match inputs[0].rank() {
            // There are no steps of which one could be the last.
            1 => Mismatch { proposals: Vec::new(), ..m },
            _ => m.propose(Proposal::Earlier),
        })?;
        Ok(vec![Shape(vec![features])])
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits { view: self.alone, ..Traits::new(Layout::RowMajor) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [time, features] = [0, 1].map(|i| inputs[0].0[i]);
        let (whole, start, len) = (number(time * features), number((time - 1) * features), number(features));
        quote!(parts::SliceSpec { runs: 1, whole: #whole, start: #start, len: #len })
    }

    fn carries(&self) -> bool {
        true
    }

    fn kind(&self) -> Option<Kind> {
        None
    }
}
