//! `AvgPool1d(2)`: the mean of each feature in each window along a sequence.

use super::avg_pool2d::{self, AvgPool};
use super::mismatch::{Mismatch, Proposal};
use super::window::sequence;
use super::{Arguments, Layer, Layout, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;

#[derive(Clone, Debug)]
pub struct AvgPool1d(AvgPool<1>);

impl Layer for AvgPool1d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        AvgPool::parse(arguments, errors).map(AvgPool1d)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [_, features] = sequence(&inputs[0]).map_err(|m| m.propose(Proposal::Rename("AvgPool2d")))?;
        let [time] = self.0.pooling.window().slide(&inputs[0])?;
        Ok(vec![Shape(vec![time, features])])
    }

    fn arguments(&self) -> String {
        self.0.arguments()
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(Layout::RowMajor)
    }

    /// Row-major `[time][features]` is what an image of one row is with its channels last.
    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [time, features] = [0, 1].map(|i| inputs[0].0[i]);
        let AvgPool { ref pooling, count_include_pad } = self.0;
        avg_pool2d::spec(
            [features, Dim::ONE, time],
            &AvgPool { pooling: pooling.over_rows(), count_include_pad },
        )
    }
}
