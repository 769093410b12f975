//! `GroupNorm(8)` and `InstanceNorm2d`: the channels of each image are normalised by themselves.

use super::mismatch::{Mismatch, Proposal};
use super::statistics::{self, Statistics};
use super::window::{image, number};
use super::{Arguments, Init, Layer, Layout, Parameter, Role, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

#[derive(Clone, Debug)]
pub struct GroupNorm {
    groups: Dim,
    eps: f64,
    affine: bool,
}

#[derive(Clone, Debug)]
pub struct InstanceNorm2d {
    eps: f64,
    statistics: Statistics,
    affine: bool,
    track: bool,
}

/// The channels and pixels of an image.
fn sizes(inputs: &[Shape]) -> [Dim; 2] {
    [inputs[0].0[0], inputs[0].0[1] * inputs[0].0[2]]
}

/// An image, or why this is none; a vector has `LayerNorm`.
fn checked(inputs: &[Shape]) -> Result<[Dim; 3], Mismatch> {
    image(&inputs[0]).map_err(|mismatch| match inputs[0].rank() {
        1 | 2 => {
            let mut proposals = vec![Proposal::Instead("LayerNorm".into())];
            proposals.extend(mismatch.proposals.iter().cloned());
            Mismatch { proposals, ..mismatch }
        }
        _ => mismatch,
    })
}

fn constant(shape: &Shape) -> Mismatch {
    Mismatch::new(format!(
        "{{title}} normalises one value by itself, which gives a constant: {{input_is}} `{shape}`"
    ))
}

impl InstanceNorm2d {
    fn is_counted(&self) -> bool {
        self.track && self.statistics.is_counted()
    }
}

fn channel(name: &'static str, channels: Dim, role: Role, value: f64) -> Parameter {
    Parameter { name, memory_shape: vec![channels], axes: vec![0], role, init: Init::Constant(value) }
}

fn traits(inputs: &[Shape]) -> Traits {
    Traits {
        reads_inputs: true,
        saved_each: 3 * sizes(inputs)[0],
        in_place: true,
        gradient_in_place: true,
        ..Traits::new(Layout::ChannelsLast)
    }
}

impl Layer for GroupNorm {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("groups"), &["eps", "affine"], errors);
        let layer = GroupNorm {
            groups: arguments.count("groups", "the number of groups", "8", errors),
            eps: arguments.epsilon_or(1e-5, errors),
            affine: arguments.flag_or("affine", true, errors),
        };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [channels, h, w] = checked(inputs)?;
        let groups = self.groups;
        if !channels.is_multiple_of(groups) {
            let (below, above) = (channels / groups * groups, (channels / groups + 1) * groups);
            let nearest = if below == 0 {
                format!("the nearest multiple of {groups} is {above}")
            } else {
                format!("the nearest multiples of {groups} are {below} and {above}")
            };
            let mut mismatch =
                Mismatch::new(format!("{groups} groups do not divide the {channels} channels of {{input}}"))
                    .at_main("groups")
                    .axis(0)
                    .note(nearest);
            // Fewer groups and more, those nearest to what was asked for first.
            let most = channels.known().unwrap_or(0);
            let mut fitting: Vec<usize> = (1..=most).filter(|g| channels.is_multiple_of(*g)).collect();
            fitting.sort_by_key(|g| groups.known().map(|groups| g.abs_diff(groups)));
            for fits in fitting.into_iter().take(2) {
                // However the number was given: of the two only one can be read.
                mismatch = mismatch
                    .propose(Proposal::Main(fits.to_string()))
                    .propose(Proposal::Argument { name: "groups", value: fits.to_string() });
            }
            return Err(mismatch);
        }
        if channels / groups * h * w == 1 {
            return Err(constant(&inputs[0]));
        }
        Ok(vec![inputs[0].clone()])
    }

    fn arguments(&self) -> String {
        let mut text = self.groups.to_string();
        if self.eps != 1e-5 {
            text += &format!(", eps: {:?}", self.eps);
        }
        if !self.affine {
            text += ", affine: false";
        }
        text
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let [channels, _] = sizes(inputs);
        if !self.affine {
            return Vec::new();
        }
        vec![channel("weight", channels, Role::Learned, 1.0), channel("bias", channels, Role::Learned, 0.0)]
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let channels = number(if self.affine { sizes(inputs)[0] } else { Dim::ZERO });
        quote!(group_norm::GroupNorm<#scalar, #channels>)
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        traits(inputs)
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, values] = sizes(inputs).map(number);
        let (groups, eps, affine) = (number(self.groups), Literal::f64_suffixed(self.eps), self.affine);
        quote!(group_norm::GroupNormSpec {
            channels: #channels,
            values: #values,
            groups: #groups,
            eps: #eps,
            affine: #affine
        })
    }
}

impl Layer for InstanceNorm2d {
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        let [momentum, statistics] = statistics::ARGUMENTS;
        arguments.accept(None, &["affine", "track_running_stats", momentum, "eps", statistics], errors);
        let layer = InstanceNorm2d {
            eps: arguments.epsilon_or(1e-5, errors),
            statistics: Statistics::parse("image", arguments, errors),
            affine: arguments.flag_or("affine", false, errors),
            track: arguments.flag_or("track_running_stats", false, errors),
        };
        if layer.statistics.is_running() && !layer.track && arguments.is_good() {
            let why = "is invalid: there are none without `track_running_stats: true`";
            if let Some(error) = arguments.refusal("statistics", why) {
                errors.push(arguments.also(error, "track_running_stats", "true"));
            }
        }
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [_, h, w] = checked(inputs)?;
        if h * w == 1 {
            return Err(constant(&inputs[0]));
        }
        Ok(vec![inputs[0].clone()])
    }

    fn arguments(&self) -> String {
        let mut parts = Vec::new();
        if self.affine {
            parts.push("affine: true".to_string());
        }
        if self.track {
            parts.push("track_running_stats: true".into());
        }
        parts.extend(self.statistics.argument());
        if self.eps != 1e-5 {
            parts.push(format!("eps: {:?}", self.eps));
        }
        parts.join(", ")
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let [channels, _] = sizes(inputs);
        let mut parameters = Vec::new();
        if self.affine {
            parameters.push(channel("weight", channels, Role::Learned, 1.0));
            parameters.push(channel("bias", channels, Role::Learned, 0.0));
        }
        if self.track {
            parameters.extend(self.statistics.parameters(channels));
        }
        parameters
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let channels = sizes(inputs)[0];
        let [affine, track] =
            [self.affine, self.track].map(|there| number(if there { channels } else { Dim::ZERO }));
        let count = self.is_counted().then(|| quote!(, 1));
        quote!(instance_norm2d::InstanceNorm2d<#scalar, #affine, #track #count>)
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        match self.statistics.is_running() {
            // A line for each channel.
            true => Traits { reads_inputs: self.affine, saved_each: Dim::ZERO, ..traits(inputs) },
            false => traits(inputs),
        }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let [channels, values] = sizes(inputs).map(number);
        let (eps, affine, track) = (Literal::f64_suffixed(self.eps), self.affine, self.track);
        let (running, counted) = (self.statistics.is_running(), self.is_counted());
        quote!(instance_norm2d::InstanceNorm2dSpec {
            channels: #channels,
            values: #values,
            eps: #eps,
            affine: #affine,
            track: #track,
            running: #running,
            counted: #counted
        })
    }
}
