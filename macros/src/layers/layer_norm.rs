//! `LayerNorm` and `RmsNorm`: every row gets mean 0 and variance 1, or mean square 1, by itself.

use super::mismatch::Mismatch;
use super::window::number;
use super::{Arguments, Init, Layer, Layout, Parameter, Role, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// What both have in common.
#[derive(Clone, Debug)]
struct Rows {
    eps: f64,
    affine: bool,
    /// The axis along which is normalised; without it the last one, and the whole of an image.
    axis: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct LayerNorm {
    rows: Rows,
    bias: bool,
}

#[derive(Clone, Debug)]
pub struct RmsNorm(Rows);

const LAYER_EPS: f64 = 1e-5;
const RMS_EPS: f64 = 1e-6;

impl Rows {
    fn parse(eps: f64, arguments: &mut Arguments, errors: &mut Errors) -> Rows {
        Rows {
            eps: arguments.epsilon_or(eps, errors),
            affine: arguments.flag_or("affine", true, errors),
            axis: arguments.axis(errors),
        }
    }

    /// The rows of a sample and their length.
    fn sizes(&self, inputs: &[Shape]) -> [Dim; 2] {
        match (&inputs[0].0[..], self.axis) {
            ([c, h, w], Some(_)) => [*h * *w, *c],
            ([t, f], _) => [*t, *f],
            (all, _) => [Dim::ONE, all.iter().product()],
        }
    }

    /// The shape of what is normalised together, which the weight has too.
    fn normalised(&self, shape: &Shape) -> Vec<Dim> {
        match (&shape.0[..], self.axis) {
            ([c, _, _], Some(_)) => vec![*c],
            ([_, f], _) => vec![*f],
            (all, _) => all.to_vec(),
        }
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let shape = &inputs[0];
        if !matches!(shape.rank(), 1..=3) {
            return Err(Mismatch::new(format!(
                "{{title}} needs `[n]`, `[time, features]` or `[channels, height, width]`, but {{input_is}} `{shape}`"
            )));
        }
        if let Some(axis) = self.axis {
            // Of an image the channels, of anything else the last axis: these lie next to each other in memory.
            let right = if shape.rank() == 3 { 0 } else { shape.rank() - 1 };
            if axis != right {
                return Err(Mismatch::new(format!(
                    "{{name}} cannot normalise along `axis: {axis}` of `{shape}`; it can along {right} ({})",
                    shape.axis_name(right)
                ))
                .at("axis")
                .propose(super::Proposal::Argument { name: "axis", value: right.to_string() }));
            }
        }
        let [_, len] = self.sizes(inputs);
        if len == 1 {
            return Err(Mismatch::new(format!(
                "{{title}} normalises one value by itself, which gives a constant: {{input_is}} `{shape}`"
            )));
        }
        Ok(vec![shape.clone()])
    }

    fn arguments(&self, eps: f64) -> Vec<String> {
        let mut parts = Vec::new();
        if let Some(axis) = self.axis {
            parts.push(format!("axis: {axis}"));
        }
        if self.eps != eps {
            parts.push(format!("eps: {:?}", self.eps));
        }
        if !self.affine {
            parts.push("affine: false".into());
        }
        parts
    }

    fn parameter(&self, name: &'static str, inputs: &[Shape], value: f64) -> Parameter {
        let memory_shape = self.normalised(&inputs[0]);
        Parameter {
            name,
            axes: (0..memory_shape.len()).collect(),
            memory_shape,
            role: Role::Learned,
            init: Init::Constant(value),
        }
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        // One pixel's channels are a row only if they lie next to each other.
        let pixels = inputs[0].rank() == 3 && self.axis.is_some();
        Traits {
            reads_inputs: true,
            saved_each: 2 * self.sizes(inputs)[0],
            in_place: true,
            gradient_in_place: true,
            ..Traits::new(if pixels { Layout::ChannelsLast } else { Layout::RowMajor })
        }
    }
}

impl Layer for LayerNorm {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &["axis", "eps", "affine", "bias"], errors);
        let rows = Rows::parse(LAYER_EPS, arguments, errors);
        let bias = arguments.flag_or("bias", rows.affine, errors);
        if bias && !rows.affine {
            arguments.refuse("bias", "needs a weight, which `affine: false` takes away", errors);
        }
        arguments.finish(LayerNorm { rows, bias })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        self.rows.outputs(inputs)
    }

    fn arguments(&self) -> String {
        let mut parts = self.rows.arguments(LAYER_EPS);
        if self.rows.affine && !self.bias {
            parts.push("bias: false".into());
        }
        parts.join(", ")
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        if self.rows.affine {
            parameters.push(self.rows.parameter("weight", inputs, 1.0));
        }
        if self.bias {
            parameters.push(self.rows.parameter("bias", inputs, 0.0));
        }
        parameters
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let [_, len] = self.rows.sizes(inputs);
        let [weight, bias] =
            [self.rows.affine, self.bias].map(|there| number(if there { len } else { Dim::ZERO }));
        quote!(layer_norm::LayerNorm<#scalar, #weight, #bias>)
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        self.rows.traits(inputs)
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [rows, len] = self.rows.sizes(inputs).map(number);
        let (eps, weight, bias) = (Literal::f64_suffixed(self.rows.eps), self.rows.affine, self.bias);
        quote!(layer_norm::LayerNormSpec { rows: #rows, len: #len, eps: #eps, weight: #weight, bias: #bias })
    }
}

impl Layer for RmsNorm {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(None, &["axis", "eps", "affine"], errors);
        let rows = Rows::parse(RMS_EPS, arguments, errors);
        arguments.finish(RmsNorm(rows))
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        self.0.outputs(inputs)
    }

    fn arguments(&self) -> String {
        self.0.arguments(RMS_EPS).join(", ")
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        if self.0.affine { vec![self.0.parameter("weight", inputs, 1.0)] } else { Vec::new() }
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let [_, len] = self.0.sizes(inputs);
        let weight = number(if self.0.affine { len } else { Dim::ZERO });
        quote!(rms_norm::RmsNorm<#scalar, #weight>)
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        self.0.traits(inputs)
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [rows, len] = self.0.sizes(inputs).map(number);
        let (eps, weight) = (Literal::f64_suffixed(self.0.eps), self.0.affine);
        quote!(rms_norm::RmsNormSpec { rows: #rows, len: #len, eps: #eps, weight: #weight })
    }
}
