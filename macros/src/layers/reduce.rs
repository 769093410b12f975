//! `sum` and `mean`: over all numbers, or along some axes, which then are gone.

use super::mismatch::Mismatch;
use super::window::number;
use super::{Arguments, Layer, Traits, memory};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

#[derive(Clone, Debug)]
pub struct Reduce {
    mean: bool,
    /// `None`: all of them.
    axes: Option<Vec<usize>>,
}

impl Reduce {
    fn is_reduced(&self, axis: usize) -> bool {
        self.axes.as_ref().is_none_or(|axes| axes.contains(&axis))
    }

    fn shape(&self, input: &Shape) -> Shape {
        Shape((0..input.rank()).filter(|&axis| !self.is_reduced(axis)).map(|axis| input.0[axis]).collect())
    }
}

impl Layer for Reduce {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &["axis"], errors);
        let layer = Reduce { mean: *arguments.layer() == "mean", axes: arguments.axes(errors) };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let shape = &inputs[0];
        match self.axes.iter().flatten().find(|&&axis| axis >= shape.rank()) {
            Some(&axis) => Err(memory::no_axis(axis, shape)),
            None => Ok(vec![self.shape(shape)]),
        }
    }

    fn arguments(&self) -> String {
        match self.axes.as_deref() {
            None => String::new(),
            Some([axis]) => format!("axis: {axis}"),
            Some(axes) => {
                let axes: Vec<_> = axes.iter().map(ToString::to_string).collect();
                format!("axis: ({})", axes.join(", "))
            }
        }
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits::new(memory::layout())
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let (input, output) = (&inputs[0], self.shape(&inputs[0]));
        let mut kept = memory::strides(&output).into_iter();
        let strides: Vec<Dim> = (0..input.rank())
            .map(|axis| if self.is_reduced(axis) { Dim::ZERO } else { kept.next().unwrap_or(Dim::ZERO) })
            .collect();
        let axes: Vec<_> =
            memory::axes(input).into_iter().map(|axis| [input.0[axis], strides[axis]]).collect();
        let axes = memory::walk(&axes);
        let (inputs, outputs) = (number(input.len()), number(output.len()));
        let scale = match (self.mean, output.len().as_f64(), input.len().as_f64()) {
            (false, ..) => Some(1.0),
            (true, Some(kept), Some(all)) => Some(kept / all),
            _ => None,
        };
        let scale = match scale.map(Literal::f64_suffixed) {
            Some(scale) => quote!(#scale),
            None => quote!((#outputs as f64 / #inputs as f64)),
        };
        quote!(strided::ReduceSpec { axes: #axes, inputs: #inputs, outputs: #outputs, scale: #scale })
    }
}
