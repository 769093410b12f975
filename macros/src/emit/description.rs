//! The one description of the network: the `GRAPH` constant, and the table in the struct's documentation.

use super::{Emit, constants, digits};
use crate::fields::{Field, FieldKind};
use crate::graph::{Node, NodeId, Source, ValueId};
use crate::layers::Parameter;
use crate::shape::{Dim, Shape, Tree, explore, source};
use proc_macro2::TokenStream;
use quote::quote;

impl Emit<'_> {
    /// `const __GRAPH: Graph`.
    pub fn graph(&self) -> TokenStream {
        let krate = &self.names.krate;
        let shaped = &self.plan.shaped;
        let graph = &shaped.graph;
        let name = graph.header.name.to_string();
        let inputs = graph.header.inputs.iter().enumerate().map(|(i, input)| {
            let value = ValueId(i);
            self.port(&input.name.to_string(), shaped.shape(value), input.indices, &self.source(value))
        });
        let outputs =
            graph.header.outputs.iter().zip(graph.results.iter().flatten()).map(|(output, &value)| {
                let name = output.name.as_ref().map(ToString::to_string).unwrap_or_default();
                self.port(&name, shaped.shape(value), None, &self.source(value))
            });
        let groups = graph.groups.iter().map(|group| {
            let (name, text) = (graph.group_path(group), &group.text);
            let rounds = digits(group.repeat.unwrap_or(Dim::ONE));
            let (nodes, parent) = (&group.nodes, option(group.parent.map(|parent| parent.0)));
            format!(
                "__Group {{ name: {name:?}, text: {text:?}, rounds: {rounds}, nodes: ({}, {}), parent: {parent} }}, ",
                nodes.start, nodes.end
            )
        });
        let mut rows = vec![(Dim::ZERO, Dim::ZERO); graph.nodes.len()];
        self.rows(&self.plan.fields, Dim::ZERO, &mut rows);
        let nodes =
            (0..graph.nodes.len()).map(|i| self.described(NodeId(i), rows[shaped.owner(NodeId(i)).0]));
        let inputs = self.lexed(&inputs.collect::<String>());
        let nodes = self.lexed(&nodes.collect::<String>());
        let groups = self.lexed(&groups.collect::<String>());
        let outputs = self.lexed(&outputs.collect::<String>());
        let fingerprint = self.lexed(&self.fingerprint());
        quote! {
            static __GRAPH: #krate::Graph = {
                use #krate::{Group as __Group, Node as __Node, Port as __Port, Source as __Source};
                #krate::Graph {
                    name: #name,
                    inputs: &[#inputs],
                    nodes: &[#nodes],
                    groups: &[#groups],
                    outputs: &[#outputs],
                    fingerprint: #fingerprint,
                }
            };
        }
    }

    /// One node, with its rows in the table of tensors.
    fn described(&self, id: NodeId, (first, last): (Dim, Dim)) -> String {
        let shaped = &self.plan.shaped;
        let graph = &shaped.graph;
        let node = &graph.nodes[id.0];
        let layer = shaped.layer(id);
        let shapes = shaped.input_shapes(id);
        let kind = layer.network().map_or(layer.name().to_string(), |network| network.text());
        let (name, text) = (graph.path(id), constants::text_of(&self.node_texts(node)));
        let inputs: String = node.inputs.iter().map(|&v| self.source(v) + ", ").collect();
        let outputs: String = node.outputs.iter().map(|&v| dims(shaped.declared(v)) + ", ").collect();
        let (first, last) = (digits(first), digits(last));
        let (parameters, frozen) = (digits(self.learned_of(id)), digits(self.frozen_of(id)));
        let multiply_adds = explore(&self.facts, || layer.multiply_adds(&shapes)).joined() * graph.rounds(id);
        let cast = if multiply_adds.open().is_some() { " as ::core::primitive::u64" } else { "" };
        let (multiply_adds, group) = (digits(multiply_adds), option(node.group.map(|group| group.0)));
        format!(
            "__Node {{ name: {name:?}, layer: {kind:?}, text: {text}, inputs: &[{inputs}], outputs: &[{outputs}], \
             tensors: ({first}, {last}), parameters: {parameters}, frozen: {frozen}, \
             multiply_adds: {multiply_adds}{cast}, group: {group} }}, "
        )
    }

    /// For each node its rows in the table of tensors; in a repetition those of the first round. Gives how many rows
    /// these fields have in all.
    fn rows(&self, fields: &[Field], first: Dim, rows: &mut [(Dim, Dim)]) -> Dim {
        let mut at = first;
        for field in fields {
            let count = match &field.kind {
                FieldKind::Layer(node, parameters) => {
                    let count: Dim = parameters.iter().map(Parameter::rows).sum();
                    rows[node.0] = (at, at + count);
                    count
                }
                FieldKind::Guess(..) => Dim::ZERO,
                FieldKind::Struct(_, inner) => self.rows(inner, at, rows),
            };
            at += count * field.repeat.unwrap_or(Dim::ONE);
        }
        at - first
    }

    fn port(&self, name: &str, shape: &Shape, indices: Option<Dim>, source: &str) -> String {
        let (shape, indices) = (dims(shape), option(indices.map(digits)));
        format!("__Port {{ name: {name:?}, shape: {shape}, indices: {indices}, source: {source} }}, ")
    }

    fn source(&self, value: ValueId) -> String {
        match self.plan.shaped.graph.values[value.0].source {
            Source::Input(i) => format!("__Source::Input({i})"),
            // What flows into the first round.
            Source::Round { group, port } => self.source(self.plan.shaped.graph.groups[group.0].inputs[port]),
            // What a repetition gives is what its body gives in the last round.
            Source::Repeat { group, port } => {
                self.source(self.plan.shaped.graph.groups[group.0].results[port])
            }
            Source::Node { node, port } => {
                format!("__Source::Node {{ node: {}, port: {port} }}", node.0)
            }
        }
    }

    /// FNV-1a over everything that makes the architecture: layers, arguments, shapes, names and edges.
    fn fingerprint(&self) -> String {
        let graph = &self.plan.shaped.graph;
        let mut texts: Vec<Tree<String>> = Vec::new();
        for (value, input) in graph.header.inputs.iter().enumerate() {
            let shape = self.plan.shaped.shape(ValueId(value));
            texts.push(Tree::Leaf(format!("{} {shape}{}\n", input.name, range(input.indices))));
        }
        for node in &graph.nodes {
            texts.push(Tree::Leaf(format!("{} ", node.name)));
            texts.push(self.node_texts(node));
            let identity = node.layer.as_ref().and_then(crate::layers::AnyLayer::identity);
            texts.extend(identity.map(|number| Tree::Leaf(format!(" {number}"))));
            texts.push(Tree::Leaf(format!(" {:?}\n", node.inputs)));
        }
        for group in &graph.groups {
            texts.push(Tree::Leaf(format!("{} {} {:?}\n", group.name, group.text, group.nodes)));
        }
        let known: Option<String> =
            texts.iter().map(|text| text.single().filter(|t| source(t) == **t)).map(|t| t.cloned()).collect();
        if let Some(known) = known {
            let hash = known.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            });
            return hash.to_string();
        }
        let texts: Vec<_> = texts.iter().map(constants::text_of).collect();
        format!("__private::constants::hash(&[{}])", texts.join(", "))
    }

    /// A layer with its arguments; which of them are left out may hang on constants.
    fn node_texts(&self, node: &Node) -> Tree<String> {
        // Messages quote a layer with constants as it was written.
        let is_layer = |call: &&crate::ast::Call| call.name.to_string().starts_with(char::is_uppercase);
        let call = node.call.as_ref().filter(is_layer);
        let quoted = call.is_some_and(|call| call.to_string() == node.text);
        match &node.layer {
            Some(layer) if quoted || layer.text() == node.text => explore(&self.facts, || layer.text()),
            _ => Tree::Leaf(node.text.clone()),
        }
    }

    /// The table of layers for the struct's documentation.
    pub fn table(&self) -> String {
        let shaped = &self.plan.shaped;
        let graph = &shaped.graph;
        let mut table = String::from("\n\n| layer | output | parameters |\n|---|---|---:|\n");
        for (i, input) in graph.header.inputs.iter().enumerate() {
            let range = range(input.indices);
            table += &format!("| `{}` | `{}{range}` | |\n", input.name, shaped.shape(ValueId(i)));
        }
        for (i, node) in graph.nodes.iter().enumerate() {
            let shapes: Vec<_> = node.outputs.iter().map(|&v| format!("`{}`", shaped.declared(v))).collect();
            let learned = self.learned_of(NodeId(i));
            let learned = if learned.is(0) { String::new() } else { learned.to_string() };
            let name = if node.named || node.group.is_some() {
                format!("{}: ", graph.path(NodeId(i)))
            } else {
                String::new()
            };
            table += &format!("| `{name}{}` | {} | {learned} |\n", node.text, shapes.join(", "));
        }
        source(&(table + &format!("\n{} parameters in all.", self.learned())))
    }
}

fn option(value: Option<impl std::fmt::Display>) -> String {
    match value {
        Some(value) => format!("::core::option::Option::Some({value})"),
        None => "::core::option::Option::None".into(),
    }
}

/// ` in 0..65` behind the shape of indices.
fn range(indices: Option<Dim>) -> String {
    indices.map_or(String::new(), |bound| format!(" in 0..{bound}"))
}

fn dims(shape: &Shape) -> String {
    let dims: Vec<_> = shape.0.iter().map(|&n| digits(n)).collect();
    format!("&[{}]", dims.join(", "))
}
