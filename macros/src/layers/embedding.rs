//! `Embedding(32)`: a learned vector for each index.

use super::mismatch::Mismatch;
use super::window::number;
use super::{Arguments, Init, Layer, Layout, Parameter, Role, Spread, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Embedding {
    width: Dim,
    padding_idx: Option<Dim>,
    /// How many different indices there are; `None` until one of them flows in.
    rows: Option<Dim>,
}

impl Embedding {
    fn rows(&self) -> Dim {
        let Some(rows) = self.rows else { unreachable!("`outputs` has refused numbers") };
        rows
    }
}

/// The layer that makes numbers of indices, so many for each, for whoever wants numbers.
pub fn embedding(width: Dim) -> String {
    format!("Embedding({width})")
}

impl Layer for Embedding {
    const INDICES: bool = true;

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("width"), &["padding_idx"], errors);
        let layer = Embedding {
            width: arguments.count("width", "the number of features", "32", errors),
            padding_idx: arguments.place_of("padding_idx", "the index whose vector stays zero", errors),
            rows: None,
        };
        arguments.finish(layer)
    }

    fn bind(&mut self, inputs: &[Option<Dim>]) {
        self.rows = inputs.first().copied().flatten();
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let rows = self.rows();
        if inputs[0].rank() > 1 {
            return Err(Mismatch::new(format!(
                "{{title}} takes a sequence of indices, `[n]`, or a single one, `[]`, but {{input_is}} `{}`",
                inputs[0]
            ))
            .propose(super::Proposal::Input(inputs[0].0[1..].to_vec())));
        }
        match self.padding_idx {
            Some(index) if rows <= index => Err(Mismatch::new(format!(
                "`padding_idx: {index}` does not exist: {{input}} has the indices 0 to {}",
                rows - 1
            ))
            .at("padding_idx")),
            _ => Ok(vec![Shape(inputs[0].0.iter().copied().chain([self.width]).collect())]),
        }
    }

    fn decides_features(&self) -> bool {
        true
    }

    fn arguments(&self) -> String {
        let padding = self.padding_idx.map_or(String::new(), |index| format!(", padding_idx: {index}"));
        format!("{}{padding}", self.width)
    }

    fn parameters(&self, _: &[Shape]) -> Vec<Parameter> {
        let init = match self.padding_idx {
            None => Init::Normal { std: Spread::Of(1.0) },
            Some(index) => {
                let from = self.width * index;
                Init::NormalBut { std: 1.0, from, to: from + self.width }
            }
        };
        let memory_shape = vec![self.rows(), self.width];
        vec![Parameter { name: "weight", memory_shape, axes: vec![0, 1], role: Role::Learned, init }]
    }

    fn field(&self, _: &[Shape], scalar: &TokenStream) -> TokenStream {
        let (width, rows) = (number(self.width), number(self.rows()));
        quote!(embedding::Embedding<#scalar, #width, #rows>)
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits { reads_inputs: true, ..Traits::new(Layout::RowMajor) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [len, rows, width] = [inputs[0].len(), self.rows(), self.width].map(number);
        let padding = match self.padding_idx.map(number) {
            Some(index) => quote!(::core::option::Option::Some(#index)),
            None => quote!(::core::option::Option::None),
        };
        quote!(embedding::EmbeddingSpec { len: #len, rows: #rows, width: #width, padding_idx: #padding })
    }
}
