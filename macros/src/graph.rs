//! What a network is once every name is known: nodes and values in the order in which they run.

use crate::ast::Call;
use crate::demands::{Demand, Part, facts};
use crate::layers::AnyLayer;
use crate::shape::{Fact, Shape};
use proc_macro2::{Ident, TokenStream};
use std::fmt;

/// A network as the user declared it, names resolved. Nodes stand in topological order.
#[derive(Debug)]
pub struct Graph {
    pub header: Header,
    pub nodes: Vec<Node>,
    pub values: Vec<Value>,
    /// The values that leave the network, in the order of the declared outputs; `None` after an error.
    pub results: Vec<Option<ValueId>>,
    /// What hangs on constants; of one part in the order in which it is asked.
    pub demands: Vec<Demand>,
}

/// The part of a declaration that other code sees, and so all that the stub after an error needs.
#[derive(Clone, Debug)]
pub struct Header {
    /// Documentation and other attributes, to be put on the generated struct.
    pub attributes: Vec<syn::Attribute>,
    pub visibility: syn::Visibility,
    pub name: Ident,
    pub scalar: Scalar,
    pub inputs: Vec<Input>,
    pub outputs: Vec<Output>,
}

/// The scalar that the network is made of.
#[derive(Clone, Debug)]
pub enum Scalar {
    /// No generics were written: `f32`.
    F32,
    /// `<T>`: generic over `Real`.
    Generic(Ident),
}

/// A declared input; its value is `Graph::values[i]` for the i-th input.
#[derive(Clone, Debug)]
pub struct Input {
    pub name: Ident,
    /// `None` if the shape could not be read.
    pub shape: Option<Shape>,
    /// The shape as written, for spans.
    pub tokens: TokenStream,
}

/// A declared output.
#[derive(Clone, Debug)]
pub struct Output {
    /// The name in `-> (mean: [20], log_var: [20])`; `None` for a single unnamed output.
    pub name: Option<Ident>,
    pub shape: Option<Shape>,
    /// The shape as written, for spans.
    pub tokens: TokenStream,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub usize);

/// One layer or operation.
#[derive(Debug)]
pub struct Node {
    /// The user's name, or one made from the layer (`relu1`) with the layer's span.
    pub name: Ident,
    /// Whether the user gave the name.
    pub named: bool,
    /// `None` if the layer is unknown or its arguments were wrong: what it gives has an unknown shape.
    pub layer: Option<AnyLayer>,
    /// The layer as the user would write it with all arguments, `Conv2d(32, kernel: 3)`; `a + b` for a sum.
    pub text: String,
    /// The layer as written (name through closing bracket), for spans.
    pub tokens: TokenStream,
    /// The layer's call as it was read, for messages that quote or edit it; `None` for an operator.
    pub call: Option<Call>,
    /// Each operand of an operator as written.
    pub operands: Vec<TokenStream>,
    pub inputs: Vec<ValueId>,
    pub outputs: Vec<ValueId>,
}

/// Something that flows: an input, or what a node gives.
#[derive(Debug)]
pub struct Value {
    pub source: Source,
    /// The name that the user gave it: an input's, a `let`'s, a named layer's.
    pub name: Option<Ident>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Input(usize),
    Node { node: NodeId, port: usize },
}

/// A graph whose values have shapes. Behind gate 2 all of them do; before it `None` is "unknown", after an error.
#[derive(Debug)]
pub struct Shaped {
    pub graph: Graph,
    /// One entry for each of `graph.values`.
    pub shapes: Vec<Option<Shape>>,
}

impl Graph {
    /// How a message calls a value: by the user's name, else by the layer that gives it.
    pub fn describe(&self, value: ValueId) -> String {
        let value = &self.values[value.0];
        match (&value.name, value.source) {
            (Some(name), _) => format!("`{name}`"),
            (None, Source::Node { node, .. }) => format!("`{}`", self.nodes[node.0].text),
            (None, Source::Input(i)) => format!("`{}`", self.header.inputs[i].name),
        }
    }

    /// What is so of constants if a part is good.
    pub fn facts(&self, part: Part) -> Vec<Fact> {
        self.demands.iter().filter(|d| d.part == part).flat_map(|d| facts(&d.ways)).collect()
    }

    /// Whether what a node gives reaches a result.
    pub fn is_live(&self) -> Vec<bool> {
        let mut live = vec![false; self.nodes.len()];
        let mut open: Vec<ValueId> = self.results.iter().flatten().copied().collect();
        while let Some(value) = open.pop() {
            if let Source::Node { node, .. } = self.values[value.0].source
                && !std::mem::replace(&mut live[node.0], true)
            {
                open.extend(&self.nodes[node.0].inputs);
            }
        }
        live
    }

    /// The names that a user gave to values and layers which no result needs and nothing reads; a leading `_` says that
    /// this is meant. To be shown as rustc's own warning about unused variables.
    pub fn unused(&self) -> Vec<&Ident> {
        let live = self.is_live();
        let wanted = |name: &&Ident| !name.to_string().starts_with('_');
        let mut unused = Vec::new();
        for (i, input) in self.header.inputs.iter().enumerate() {
            let read = self.nodes.iter().zip(&live).any(|(n, live)| *live && n.inputs.contains(&ValueId(i)));
            if !read && !self.results.contains(&Some(ValueId(i))) {
                unused.push(&input.name);
            }
        }
        for value in &self.values {
            if let (Some(name), Source::Node { node, port }) = (&value.name, value.source)
                && !live[node.0]
                && !self.nodes.iter().any(|n| n.inputs.contains(&self.nodes[node.0].outputs[port]))
            {
                unused.push(name);
            }
        }
        unused.retain(wanted);
        unused
    }
}

impl Node {
    /// How a message calls a node: `conv1: Conv2d(32, kernel: 3)`, or without the name if the user gave none.
    pub fn title(&self) -> String {
        let layer = self.call.as_ref().map_or(self.text.clone(), ToString::to_string);
        if self.named { format!("{}: {layer}", self.name) } else { layer }
    }

    /// The name alone if there is one.
    pub fn short(&self) -> String {
        if self.named { self.name.to_string() } else { self.title() }
    }
}

impl fmt::Display for Graph {
    /// One line for each input, node and result.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.list(f, |_| String::new())
    }
}

impl fmt::Display for Shaped {
    /// The listing of the graph with the shape of each value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.graph.list(f, |value| match &self.shapes[value.0] {
            Some(shape) => format!(": {shape}"),
            None => ": unknown".into(),
        })
    }
}

impl Graph {
    fn list(&self, f: &mut fmt::Formatter<'_>, shape: impl Fn(ValueId) -> String) -> fmt::Result {
        let quote = |value: &ValueId| format!("v{}", value.0);
        writeln!(f, "network {}", self.header.name)?;
        for (i, input) in self.header.inputs.iter().enumerate() {
            writeln!(f, "  v{i}{} = input {}", shape(ValueId(i)), input.name)?;
        }
        for node in &self.nodes {
            let inputs: Vec<_> = node.inputs.iter().map(quote).collect();
            let outputs: Vec<_> = node.outputs.iter().map(|v| format!("v{}{}", v.0, shape(*v))).collect();
            let layer = if node.layer.is_some() { &node.text } else { "unknown" };
            writeln!(f, "  {} = {}: {layer} ({})", outputs.join(", "), node.name, inputs.join(", "))?;
        }
        let results: Vec<_> = self.results.iter().map(|r| r.as_ref().map_or("?".into(), quote)).collect();
        writeln!(f, "  results {}", results.join(", "))
    }
}
