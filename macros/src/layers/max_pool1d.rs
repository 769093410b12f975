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
pub struct MaxPool1d {
    pooling: Pooling<1>,
    relu: bool,
}

impl MaxPool1d {
    /// The same layer over what `Relu` makes of its inputs.
    pub fn after_relu(&self) -> Self {
        MaxPool1d { relu: true, ..self.clone() }
    }
}

impl Layer for MaxPool1d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("kernel"), &["stride", "padding", "dilation"], errors);
        let pooling = Pooling::parse(arguments, errors);
        arguments.finish(MaxPool1d { pooling, relu: false })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [_, features] = sequence(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("MaxPool2d")))?;
        let [time] = self.pooling.window().slide(&inputs[0])?;
        Ok(vec![Shape(vec![time, features])])
    }

    fn arguments(&self) -> String {
        self.pooling.arguments()
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        // Forward leaves which element won each window.
        let winners = self.outputs(inputs).map_or(Dim::ZERO, |outputs| outputs[0].len());
        Traits { saved_each: winners, ..Traits::new(Layout::RowMajor) }
    }

    /// Row-major `[time][features]` is what an image of one row is with its channels last.
    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [time, features] = [0, 1].map(|i| inputs[0].0[i]);
        max_pool2d::spec([features, Dim::ONE, time], &self.pooling.over_rows(), self.relu)
    }
}
