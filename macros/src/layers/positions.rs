//! `PositionEmbedding` and `PositionalEncoding`: what tells the rows of a sequence apart, learned or of sines, is added.

use super::mismatch::{Mismatch, Proposal};
use super::window::{number, sequence};
use super::{Arguments, Init, Kind, Layer, Layout, Parameter, Role, Spread, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

/// A learned table.
#[derive(Clone, Debug)]
pub struct PositionEmbedding {
    /// The positions that there are; as many as rows come in, if it is not said.
    rows: Option<Dim>,
}

/// Sines and cosines.
#[derive(Clone, Debug)]
pub struct PositionalEncoding;

/// How wide the table is drawn: GPT-2's.
const STD: f64 = 0.02;

fn traits() -> Traits {
    Traits { in_place: true, gradient_in_place: true, ..Traits::new(Layout::RowMajor) }
}

impl PositionEmbedding {
    fn table(&self, inputs: &[Shape]) -> [Dim; 2] {
        [self.rows.unwrap_or(inputs[0].0[0]), inputs[0].0[1]]
    }
}

impl Layer for PositionEmbedding {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("positions"), &[], errors);
        let rows = match arguments.is_given("positions") {
            true => Some(arguments.count("positions", "the number of positions", "64", errors)),
            false => None,
        };
        arguments.finish(PositionEmbedding { rows })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [t, _] = sequence(&inputs[0])?;
        match self.rows {
            // Over any length it is refused as what does not work step by step.
            Some(rows) if rows < t && t != Dim::ANY_LENGTH => Err(Mismatch::new(format!(
                "the table of {{title}} holds {rows} positions, but the sequence has {t}: {{input_is}} `{}`",
                inputs[0]
            ))
            .at_main("positions")
            .propose(Proposal::Main(t.to_string()))
            .propose(Proposal::Argument { name: "positions", value: t.to_string() })),
            _ => Ok(inputs.to_vec()),
        }
    }

    fn works_at_a_step(&self, _: &[Shape]) -> bool {
        true
    }

    fn at_a_step(&mut self, length: Dim) {
        self.rows.get_or_insert(length);
    }

    fn arguments(&self) -> String {
        self.rows.map_or(String::new(), |rows| rows.to_string())
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let memory_shape = self.table(inputs).to_vec();
        let init = Init::Normal { std: Spread::Of(STD) };
        vec![Parameter { name: "weight", memory_shape, axes: vec![0, 1], role: Role::Learned, init }]
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let [rows, width] = self.table(inputs).map(number);
        quote!(position_embedding::PositionEmbedding<#scalar, #width, #rows>)
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        traits()
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [rows, width] = self.table(inputs).map(number);
        let len = number(inputs[0].0[0]);
        quote!(position_embedding::PositionEmbeddingSpec { len: #len, rows: #rows, width: #width })
    }
}

impl Layer for PositionalEncoding {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &[], errors);
        arguments.finish(PositionalEncoding)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        sequence(&inputs[0])?;
        Ok(inputs.to_vec())
    }

    fn works_at_a_step(&self, _: &[Shape]) -> bool {
        true
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        traits()
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [len, width] = [inputs[0].0[0], inputs[0].0[1]].map(number);
        quote!(positional_encoding::PositionalEncodingSpec { len: #len, width: #width })
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind::RawScores)
    }
}
