//! A layer's tensor as a value, `embed.weight`, and the product of a value with such a tensor, which needs no copy of it.

use super::mismatch::{Mismatch, Proposal};
use super::window::number;
use super::{Arguments, Layer, Layout, Parameter, Traits, memory, multiply};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

/// One tensor among those of a layer, or of a `param`.
#[derive(Clone, Debug)]
pub struct Tensor {
    /// All tensors of the layer.
    pub parameters: Vec<Parameter>,
    pub part: usize,
}

/// `matmul(x, w)`, or `matmul(x, transpose(w))`.
#[derive(Clone, Debug)]
pub struct Product {
    pub tensor: Tensor,
    pub transposed: bool,
}

impl Tensor {
    fn parameter(&self) -> &Parameter {
        &self.parameters[self.part]
    }

    /// The shape in files, which is PyTorch's.
    pub fn shape(&self) -> Shape {
        let parameter = self.parameter();
        Shape(parameter.axes.iter().map(|&axis| parameter.memory_shape[axis]).collect())
    }

    /// Where it begins among all tensors, and how many numbers all have.
    fn place(&self) -> [Dim; 2] {
        let len = |parameters: &[Parameter]| parameters.iter().map(Parameter::len).sum();
        [len(&self.parameters[..self.part]), len(&self.parameters)]
    }
}

impl Layer for Tensor {
    const ARITY: usize = 0;

    /// Made by an expression alone.
    fn parse(_: &mut Arguments, _: &mut Errors) -> Option<Self> {
        None
    }

    fn outputs(&self, _: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        Ok(vec![self.shape()])
    }

    fn parameters(&self, _: &[Shape]) -> Vec<Parameter> {
        self.parameters.clone()
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(Layout::RowMajor)
    }

    fn spec(&self, _: &[Shape], _: usize) -> TokenStream {
        let parameter = self.parameter();
        // For each axis in files how far apart its neighbours are in memory.
        let stride = |axis: usize| parameter.memory_shape[axis + 1..].iter().product::<Dim>();
        let axes: Vec<_> =
            parameter.axes.iter().map(|&axis| [parameter.memory_shape[axis], stride(axis)]).collect();
        let axes = memory::walk(&axes);
        let ([start, all], len) = (self.place().map(number), number(parameter.len()));
        quote!(tensor::TensorSpec { all: #all, start: #start, len: #len, axes: #axes })
    }
}

impl Product {
    /// The matrix that the value is multiplied with: `[k, n]`.
    fn matrix(&self) -> [Dim; 2] {
        let shape = self.tensor.shape().0;
        if self.transposed { [shape[1], shape[0]] } else { [shape[0], shape[1]] }
    }
}

impl Layer for Product {
    /// Made by `matmul` alone.
    fn parse(_: &mut Arguments, _: &mut Errors) -> Option<Self> {
        None
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [k, n] = self.matrix();
        match inputs[0].0[..] {
            [m, inner] if inner == k => Ok(vec![Shape(vec![m, n])]),
            _ => Err(Mismatch::new(format!(
                "`matmul` needs as many columns in {{input}} `{}` as rows in `[{k}, {n}]`",
                inputs[0]
            ))
            .propose(Proposal::Features(k))),
        }
    }

    fn parameters(&self, _: &[Shape]) -> Vec<Parameter> {
        self.tensor.parameters.clone()
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits { reads_inputs: true, ..Traits::new(Layout::RowMajor) }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [inner, columns] = self.matrix().map(number);
        let [start, all] = self.tensor.place().map(number);
        let rows = number(inputs[0].0[0]);
        // Whether the matrix lies in memory column by column.
        let turned = self.transposed != (self.tensor.parameter().axes == [1, 0]);
        quote!(tensor::ProductSpec {
            rows: #rows,
            inner: #inner,
            columns: #columns,
            all: #all,
            start: #start,
            turned: #turned,
        })
    }

    fn multiply_adds(&self, inputs: &[Shape]) -> Dim {
        let [inner, columns] = self.matrix();
        multiply(&[inputs[0].0[0], inner, columns])
    }
}
