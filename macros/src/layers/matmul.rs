//! `matmul(a, b)`: the product of two matrices, `[m, k]` and `[k, n]`.

use super::mismatch::{Mismatch, Proposal};
use super::window::number;
use super::{Arguments, Layer, Layout, Traits, multiply};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

#[derive(Clone, Debug)]
pub struct Matmul;

impl Layer for Matmul {
    const ARITY: usize = 2;

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &[], errors);
        arguments.finish(Matmul)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let (a, b) = (&inputs[0], &inputs[1]);
        match (&a.0[..], &b.0[..]) {
            (&[m, k], &[inner, n]) if k == inner => Ok(vec![Shape(vec![m, n])]),
            (&[m, k], &[inner, n]) => {
                let mut mismatch = Mismatch::new(format!(
                    "`matmul` needs as many columns in {{a}} {a} as rows in {{b}} {b}: {k} and {inner} differ"
                ));
                mismatch = mismatch.propose(Proposal::Features(inner));
                if k == n {
                    mismatch = mismatch.propose(Proposal::Insert { input: 1, call: "transpose".into() });
                }
                if m == inner {
                    mismatch = mismatch.propose(Proposal::Insert { input: 0, call: "transpose".into() });
                }
                Err(mismatch)
            }
            _ => Err(Mismatch::new(format!(
                "`matmul` takes two matrices, `[m, k]` and `[k, n]`, but {{a}} is `{a}` and {{b}} is `{b}`"
            ))),
        }
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits { reads_inputs: true, ..Traits::new(Layout::RowMajor) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let (a, b) = (&inputs[0].0, &inputs[1].0);
        let (rows, inner, columns) = (number(a[0]), number(a[1]), number(b[1]));
        quote!(matmul::MatmulSpec { rows: #rows, inner: #inner, columns: #columns })
    }

    fn multiply_adds(&self, inputs: &[Shape]) -> Dim {
        multiply(&[inputs[0].0[0], inputs[0].0[1], inputs[1].0[1]])
    }
}
