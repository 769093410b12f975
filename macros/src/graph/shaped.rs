//! A graph whose values have shapes, and what is said of it where less or more than the graph is planned.

use super::{Graph, NodeId, ValueId};
use crate::layers::AnyLayer;
use crate::shape::{Dim, Shape};
use proc_macro2::{Ident, TokenStream};

/// A graph whose values have shapes. Behind gate 2 all of them do; before it `None` is "unknown", after an error.
#[derive(Clone, Debug)]
pub struct Shaped {
    pub graph: Graph,
    /// One entry for each of `graph.values`.
    pub shapes: Vec<Option<Shape>>,
    /// The shapes that values have in the declaration, where less than that is computed.
    pub declared: Vec<(ValueId, Shape)>,
    /// Of a network over sequences of any length, once it is planned: for each of `graph.values` whether there is one for
    /// each step, as opposed to each sample. Else it is empty.
    pub each_step: Vec<bool>,
    /// Of the function of one step the memories on which its layers work.
    pub memories: Vec<Memory>,
    /// Of the same the nodes whose states are inputs and outputs of the function.
    pub carrying: Vec<NodeId>,
    /// Of the function of one step of causal attention for each value whether it is a row of the sequence, and not the same
    /// at each step. Else it is empty.
    pub rows: Vec<bool>,
}

/// A memory that a layer keeps from step to step; see `layers::Stream`.
#[derive(Clone, Debug)]
pub struct Memory {
    pub node: NodeId,
    pub name: Ident,
    pub ty: TokenStream,
    pub arguments: TokenStream,
}

impl Shaped {
    /// Whether there is such a value for each step of a sequence of any length.
    pub fn is_each_step(&self, value: ValueId) -> bool {
        self.each_step.get(value.0).copied().unwrap_or(false)
    }

    /// Of the function of one step of causal attention whether a node works on that step.
    pub fn works_on_a_row(&self, node: NodeId) -> bool {
        self.graph.nodes[node.0].inputs.iter().any(|value| self.rows.get(value.0) == Some(&true))
    }

    /// Whether a layer carries something from step to step of sequences of any length.
    pub fn is_over_sequences(&self, node: NodeId) -> bool {
        let inputs = &self.graph.nodes[node.0].inputs;
        let reads = inputs.first().is_some_and(|&value| self.is_each_step(value));
        reads && self.graph.nodes[node.0].layer.as_ref().is_some_and(AnyLayer::carries)
    }

    /// What a value is in the declaration; see `declared`.
    pub fn declared(&self, value: ValueId) -> &Shape {
        let less = self.declared.iter().find(|(other, _)| *other == value);
        less.map_or_else(|| self.shape(value), |(_, whole)| whole)
    }

    /// Leaves nothing known but names and numbers that are literals.
    pub fn forget(&mut self) {
        self.shapes.fill(None);
        self.graph.demands.clear();
        let header = &mut self.graph.header;
        let is_open = |shape: &Shape| shape.0.iter().any(|n| n.open().is_some());
        let shapes = header.inputs.iter_mut().map(|input| &mut input.shape);
        for shape in shapes.chain(header.outputs.iter_mut().map(|output| &mut output.shape)) {
            *shape = shape.take().filter(|shape| !is_open(shape));
        }
        for input in &mut header.inputs {
            input.indices = input.indices.filter(|bound| bound.open().is_none());
        }
        self.graph.groups.iter_mut().for_each(|group| {
            group.repeat = group.repeat.map(|rounds| if rounds.open().is_some() { Dim::ONE } else { rounds });
        });
    }
}
