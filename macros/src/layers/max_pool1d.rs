//! `MaxPool1d(2)`: the largest value of each feature in each window along a sequence.

use super::max_pool2d;
use super::mismatch::{Mismatch, Proposal};
use super::pooling::Pooling;
use super::window::sequence;
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;

#[derive(Clone, Debug)]
pub struct MaxPool1d(Pooling<1>);

impl Layer for MaxPool1d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("kernel"), &["stride", "padding", "dilation"], errors);
        let pooling = Pooling::parse(arguments, errors);
        arguments.finish(MaxPool1d(pooling))
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [_, features] = sequence(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("MaxPool2d")))?;
        let [time] = self.0.window().slide(&inputs[0])?;
        Ok(vec![Shape(vec![time, features])])
    }

    fn arguments(&self) -> String {
        self.0.arguments()
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        // Forward leaves which element won each window.
        let winners = self.outputs(inputs).map_or(Dim::ZERO, |outputs| outputs[0].len());
        Traits { saved_each: winners, ..Traits::new(Layout::RowMajor) }
    }

    /// Row-major `[time][features]` is what an image of one row is with its channels last.
    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [time, features] = [0, 1].map(|i| inputs[0].0[i]);
        max_pool2d::spec([features, Dim::ONE, time], &self.0.over_rows())
    }
}
