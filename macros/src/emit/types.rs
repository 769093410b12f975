//! The types of what goes in and comes out.

use super::ports::Ports;
use super::{Emit, Names, number};
use crate::graph::{Source, ValueId};
use crate::layers::{Kind, Parameter, Role};
use crate::shape::{Dim, Shape, explore};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

/// The nested static type of a shape: `[n]` is `SVector<T, n>`, `[t, f]` is `SMatrix<T, f, t>`, `[c, h, w]` is
/// `[SMatrix<T, w, h>; c]`, and so on.
pub fn tensor_type(shape: &Shape, names: &Names) -> TokenStream {
    let Names { krate, scalar, .. } = names;
    match shape.0.as_slice() {
        [] => quote!(#scalar),
        [n] => {
            let n = number(*n);
            quote!(#krate::__private::SMatrix<#scalar, #n, 1>)
        }
        [rows, columns] => {
            let (rows, columns) = (number(*rows), number(*columns));
            quote!(#krate::__private::SMatrix<#scalar, #columns, #rows>)
        }
        [outer, inner @ ..] => {
            let outer = number(*outer);
            let inner = tensor_type(&Shape(inner.to_vec()), names);
            quote!([#inner; #outer])
        }
    }
}

/// The nested type of indices: `[64] in 0..65` is `[Index<65>; 64]`.
pub fn index_type(shape: &Shape, bound: Dim, names: &Names) -> TokenStream {
    let (krate, bound) = (&names.krate, number(bound));
    shape.0.iter().rev().fold(quote!(#krate::Index<#bound>), |inner, &n| {
        let n = number(n);
        quote!([#inner; #n])
    })
}

impl Emit<'_> {
    pub fn input_shape(&self, input: usize) -> &Shape {
        self.plan.shaped.shape(ValueId(input))
    }

    /// What goes in and what comes out.
    pub fn ports(&self) -> Ports<'_> {
        let shaped = &self.plan.shaped;
        let header = &shaped.graph.header;
        let inputs = (0..header.inputs.len()).map(|i| self.input_shape(i).clone()).collect();
        // Of an output the declared shape, which is what others see also where the network has a mistake.
        let outputs = header.outputs.iter().filter_map(|output| output.shape.clone()).collect();
        let sequences = (0..header.inputs.len()).map(|i| shaped.is_each_step(ValueId(i))).collect();
        Ports { names: &self.names, header, inputs, outputs, sequences }
    }

    /// The most bytes that a scalar of the network can take.
    pub fn scalar_bytes(&self) -> usize {
        if self.names.generics.is_empty() { 4 } else { 8 }
    }

    /// The type of the output's kind.
    pub fn kind(&self) -> TokenStream {
        let krate = &self.names.krate;
        let kind = match self.plan.shaped.graph.results[..] {
            [Some(value)] => match self.kind_of(value) {
                Ok(kind) => format!("{kind:?}"),
                Err(network) => {
                    let network = self.names.outside(&network);
                    return quote!(#network::Kind);
                }
            },
            [_, _, ..] => "Several".into(),
            _ => format!("{:?}", Kind::RawScores),
        };
        let kind = Ident::new(&kind, Span::call_site());
        quote!(#krate::kind::#kind)
    }

    /// The kind of a value, or the path of the network from elsewhere that decides it.
    fn kind_of(&self, value: ValueId) -> Result<Kind, TokenStream> {
        let shaped = &self.plan.shaped;
        match shaped.graph.values[value.0].source {
            Source::Input(_) => Ok(Kind::RawScores),
            Source::Round { group, port } => self.kind_of(shaped.graph.groups[group.0].inputs[port]),
            Source::Repeat { group, port } => self.kind_of(shaped.graph.groups[group.0].results[port]),
            Source::Node { node, .. } => {
                let layer = shaped.layer(node);
                match (layer.network().filter(|_| layer.ports() == 1), layer.kind()) {
                    (Some(network), _) => Err(network.path().clone()),
                    (None, Some(kind)) => Ok(kind),
                    (None, None) => self.kind_of(shaped.graph.nodes[node.0].inputs[0]),
                }
            }
        }
    }

    /// The number of learned scalars.
    pub fn learned(&self) -> Dim {
        let shaped = &self.plan.shaped;
        let nodes = 0..shaped.graph.nodes.len();
        nodes.map(|n| self.learned_of(crate::graph::NodeId(n))).sum()
    }

    /// Those of a node, over all rounds; the second use of shared ones counts nothing.
    pub fn learned_of(&self, node: crate::graph::NodeId) -> Dim {
        let shaped = &self.plan.shaped;
        let parameters = shaped.parameters(node);
        self.counted(node, parameters.iter().map(Parameter::learned).sum())
    }

    /// The same of those that are frozen.
    pub fn frozen_of(&self, node: crate::graph::NodeId) -> Dim {
        let learned = self.plan.shaped.frozen(node).map_or(Dim::ZERO, |(learned, _)| learned);
        let inner = self.plan.shaped.layer(node).parameters(&self.plan.shaped.input_shapes(node));
        let inner = inner.iter().map(|parameter| match parameter.role {
            Role::Network { frozen, .. } => frozen,
            _ => Dim::ZERO,
        });
        self.counted(node, learned + inner.sum::<Dim>())
    }

    fn counted(&self, node: crate::graph::NodeId, scalars: Dim) -> Dim {
        let graph = &self.plan.shaped.graph;
        if graph.nodes[node.0].shares.is_some() { Dim::ZERO } else { scalars * graph.rounds(node) }
    }

    /// The fewest samples that give every batch normalisation two values a channel.
    pub fn least_samples(&self) -> Dim {
        let shaped = &self.plan.shaped;
        let traits = (0..shaped.graph.nodes.len()).map(|n| {
            let node = crate::graph::NodeId(n);
            shaped.layer(node).traits(&shaped.input_shapes(node))
        });
        let least = |n: Dim| explore(&self.facts, || Dim::from(if n == 1 { 2 } else { 1 })).joined();
        let traits: Vec<_> = traits.collect();
        let least = traits.iter().filter_map(|t| t.batch_values).map(least);
        least.chain(traits.iter().map(|t| t.least_samples)).fold(Dim::ONE, |all, n| all.max(n))
    }
}
