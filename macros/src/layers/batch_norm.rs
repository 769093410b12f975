//! `BatchNorm1d` and `BatchNorm2d`: every feature or channel gets mean 0 and variance 1 over the batch.

use super::mismatch::{Mismatch, Proposal};
use super::statistics::{self, Statistics};
use super::window::{image, number};
use super::{Arguments, Init, Layer, Layout, Parameter, Role, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

#[derive(Clone, Debug)]
struct Norm {
    statistics: Statistics,
    eps: f64,
    affine: bool,
}

#[derive(Clone, Debug)]
pub struct BatchNorm1d(Norm);

#[derive(Clone, Debug)]
pub struct BatchNorm2d(Norm);

impl Norm {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Norm> {
        let [momentum, statistics] = statistics::ARGUMENTS;
        arguments.accept(None, &[momentum, "eps", "affine", statistics], errors);
        let statistics = Statistics::parse("batch", arguments, errors);
        let eps = arguments.epsilon_or(1e-5, errors);
        let affine = arguments.flag_or("affine", true, errors);
        arguments.finish(Norm { statistics, eps, affine })
    }

    fn arguments(&self) -> String {
        let mut parts: Vec<_> = self.statistics.argument().into_iter().collect();
        if self.eps != 1e-5 {
            parts.push(format!("eps: {:?}", self.eps));
        }
        if !self.affine {
            parts.push("affine: false".into());
        }
        parts.join(", ")
    }

    fn parameters(&self, channels: Dim) -> Vec<Parameter> {
        let one = |name, value| Parameter {
            name,
            memory_shape: vec![channels],
            axes: vec![0],
            role: Role::Learned,
            init: Init::Constant(value),
        };
        let mut parameters = Vec::new();
        if self.affine {
            parameters.push(one("weight", 1.0));
            parameters.push(one("bias", 0.0));
        }
        parameters.extend(self.statistics.parameters(channels));
        parameters
    }

    fn traits(&self, layout: Layout, [channels, values]: [Dim; 2]) -> Traits {
        if self.statistics.is_running() {
            // A line for each channel.
            return Traits {
                reads_inputs: self.affine,
                in_place: true,
                gradient_in_place: true,
                ..Traits::new(layout)
            };
        }
        Traits {
            reads_inputs: true,
            saved_fixed: 3 * channels,
            batch_values: Some(values),
            ..Traits::new(layout)
        }
    }

    fn spec(&self, sizes: [Dim; 2]) -> TokenStream {
        let [channels, values] = sizes.map(number);
        let (eps, affine) = (Literal::f64_suffixed(self.eps), self.affine);
        let (running, counted) = (self.statistics.is_running(), self.statistics.is_counted());
        quote!(batch_norm::BatchNormSpec {
            channels: #channels,
            values: #values,
            eps: #eps,
            affine: #affine,
            running: #running,
            counted: #counted
        })
    }

    fn field(&self, channels: Dim, scalar: &TokenStream) -> TokenStream {
        let affine = number(if self.affine { channels } else { Dim::ZERO });
        let channels = number(channels);
        let count = self.statistics.is_counted().then(|| quote!(, 1));
        quote!(batch_norm::BatchNorm<#scalar, #channels, #affine #count>)
    }
}

impl BatchNorm1d {
    /// The features, and how many values of each are in one sample.
    fn sizes(inputs: &[Shape]) -> [Dim; 2] {
        match inputs[0].0[..] {
            [n] => [n, Dim::ONE],
            [t, f] => [f, t],
            _ => unreachable!("`outputs` has refused other ranks"),
        }
    }
}

impl Layer for BatchNorm1d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        Norm::parse(arguments, errors).map(BatchNorm1d)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let shape = &inputs[0];
        if matches!(shape.rank(), 1 | 2) {
            return Ok(vec![shape.clone()]);
        }
        Err(Mismatch::new(format!(
            "{{title}} needs `[features]` or `[time, features]`, but {{input_is}} `{shape}`"
        ))
        .propose(Proposal::Rename("BatchNorm2d")))
    }

    fn arguments(&self) -> String {
        self.0.arguments()
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        self.0.parameters(Self::sizes(inputs)[0])
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        self.0.field(Self::sizes(inputs)[0], scalar)
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        self.0.traits(Layout::RowMajor, Self::sizes(inputs))
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        self.0.spec(Self::sizes(inputs))
    }
}

impl BatchNorm2d {
    fn sizes(inputs: &[Shape]) -> [Dim; 2] {
        [inputs[0].0[0], inputs[0].0[1] * inputs[0].0[2]]
    }
}

impl Layer for BatchNorm2d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        Norm::parse(arguments, errors).map(BatchNorm2d)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let shape = &inputs[0];
        image(shape).map(|_| vec![shape.clone()]).map_err(|mismatch| match shape.rank() {
            1 | 2 => {
                let mut proposals = vec![Proposal::Rename("BatchNorm1d")];
                proposals.extend(mismatch.proposals.iter().cloned());
                Mismatch { proposals, ..mismatch }
            }
            _ => mismatch,
        })
    }

    fn arguments(&self) -> String {
        self.0.arguments()
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        self.0.parameters(Self::sizes(inputs)[0])
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        self.0.field(Self::sizes(inputs)[0], scalar)
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        self.0.traits(Layout::ChannelsLast, Self::sizes(inputs))
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        self.0.spec(Self::sizes(inputs))
    }
}
