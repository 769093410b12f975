//! The one description of the network: the `GRAPH` constant, and the table in the struct's documentation.

use super::{Emit, constants, number};
use crate::graph::{Node, NodeId, Source, ValueId};
use crate::shape::{Shape, explore, source};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

impl Emit<'_> {
    /// `const __GRAPH: Graph`.
    pub fn graph(&self) -> TokenStream {
        let krate = &self.names.krate;
        let shaped = &self.plan.shaped;
        let graph = &shaped.graph;
        let name = graph.header.name.to_string();
        let inputs = graph.header.inputs.iter().enumerate().map(|(i, input)| {
            self.port(&input.name.to_string(), shaped.shape(ValueId(i)), self.source(ValueId(i)))
        });
        let outputs =
            graph.header.outputs.iter().zip(graph.results.iter().flatten()).map(|(output, &value)| {
                let name = output.name.as_ref().map(ToString::to_string).unwrap_or_default();
                self.port(&name, shaped.shape(value), self.source(value))
            });
        let mut tensors = 0;
        let nodes = graph.nodes.iter().enumerate().map(|(i, node)| {
            let id = NodeId(i);
            let layer = shaped.layer(id);
            let shapes = shaped.input_shapes(id);
            let (name, kind, text) = (node.name.to_string(), layer.name(), self.node_text(node));
            let inputs = node.inputs.iter().map(|&v| self.source(v));
            let outputs = node.outputs.iter().map(|&v| dims(shaped.shape(v)));
            let first = tensors;
            tensors += layer.parameters(&shapes).len();
            let (first, last) = (number(first), number(tensors));
            let parameters = number(self.learned_of(id));
            let multiply_adds = number(explore(&self.facts, || layer.multiply_adds(&shapes)).joined());
            let multiply_adds = if layer.multiply_adds(&shapes).known().is_some() {
                multiply_adds
            } else {
                quote!(#multiply_adds as ::core::primitive::u64)
            };
            quote! {
                #krate::Node {
                    name: #name,
                    layer: #kind,
                    text: #text,
                    inputs: &[#(#inputs),*],
                    outputs: &[#(#outputs),*],
                    tensors: (#first, #last),
                    parameters: #parameters,
                    multiply_adds: #multiply_adds,
                }
            }
        });
        let fingerprint = self.fingerprint();
        quote! {
            static __GRAPH: #krate::Graph = #krate::Graph {
                name: #name,
                inputs: &[#(#inputs),*],
                nodes: &[#(#nodes),*],
                outputs: &[#(#outputs),*],
                fingerprint: #fingerprint,
            };
        }
    }

    fn port(&self, name: &str, shape: &Shape, source: TokenStream) -> TokenStream {
        let krate = &self.names.krate;
        let shape = dims(shape);
        quote!(#krate::Port { name: #name, shape: #shape, source: #source })
    }

    fn source(&self, value: ValueId) -> TokenStream {
        let krate = &self.names.krate;
        match self.plan.shaped.graph.values[value.0].source {
            Source::Input(i) => {
                let i = number(i);
                quote!(#krate::Source::Input(#i))
            }
            Source::Node { node, port } => {
                let (node, port) = (number(node.0), number(port));
                quote!(#krate::Source::Node { node: #node, port: #port })
            }
        }
    }

    /// FNV-1a over everything that makes the architecture: layers, arguments, shapes, names and edges.
    fn fingerprint(&self) -> TokenStream {
        let shaped = &self.plan.shaped;
        let krate = &self.names.krate;
        let inputs = shaped.graph.header.inputs.iter().enumerate();
        let mut texts: Vec<_> = inputs
            .map(|(value, input)| {
                constants::text(krate, &format!("{} {}\n", input.name, shaped.shape(ValueId(value))))
            })
            .collect();
        let mut known = String::new();
        for (value, input) in shaped.graph.header.inputs.iter().enumerate() {
            known += &format!("{} {}\n", input.name, shaped.shape(ValueId(value)));
        }
        for node in &shaped.graph.nodes {
            let (before, after) = (format!("{} ", node.name), format!(" {:?}\n", node.inputs));
            known += &format!("{before}{}{after}", node.text);
            let text = self.node_text(node);
            texts.extend([quote!(#before), text, quote!(#after)]);
        }
        if !crate::shape::any_open() {
            let hash = known.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            });
            let hash = Literal::u64_unsuffixed(hash);
            return quote!(#hash);
        }
        quote!(#krate::__private::constants::hash(&[#(#texts),*]))
    }

    /// A layer with its arguments; which of them are left out may hang on constants.
    fn node_text(&self, node: &Node) -> TokenStream {
        let krate = &self.names.krate;
        match &node.layer {
            Some(layer) if layer.text() == node.text => {
                let texts = explore(&self.facts, || layer.text());
                constants::chosen(&texts.map(&mut |text| constants::text(krate, text)))
            }
            _ => constants::text(krate, &node.text),
        }
    }

    /// The table of layers for the struct's documentation.
    pub fn table(&self) -> String {
        let shaped = &self.plan.shaped;
        let graph = &shaped.graph;
        let mut table = String::from("\n\n| layer | output | parameters |\n|---|---|---:|\n");
        for (i, input) in graph.header.inputs.iter().enumerate() {
            table += &format!("| `{}` | `{}` | |\n", input.name, shaped.shape(ValueId(i)));
        }
        for (i, node) in graph.nodes.iter().enumerate() {
            let shapes: Vec<_> = shaped.shapes_of(&node.outputs).iter().map(|s| format!("`{s}`")).collect();
            let learned = self.learned_of(NodeId(i));
            let learned = if learned.is(0) { String::new() } else { learned.to_string() };
            let name = if node.named { format!("{}: ", node.name) } else { String::new() };
            table += &format!("| `{name}{}` | {} | {learned} |\n", node.text, shapes.join(", "));
        }
        source(&(table + &format!("\n{} parameters in all.", self.learned())))
    }
}

fn dims(shape: &Shape) -> TokenStream {
    let dims = shape.0.iter().map(|&n| number(n));
    quote!(&[#(#dims),*])
}
