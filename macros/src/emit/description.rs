//! The one description of the network: the `GRAPH` constant, and the table in the struct's documentation.

use super::{Emit, number};
use crate::graph::{NodeId, Source, ValueId};
use crate::shape::{Dim, Shape};
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
            let value = ValueId(i);
            self.port(&input.name.to_string(), shaped.shape(value), input.indices, self.source(value))
        });
        let outputs =
            graph.header.outputs.iter().zip(graph.results.iter().flatten()).map(|(output, &value)| {
                let name = output.name.as_ref().map(ToString::to_string).unwrap_or_default();
                self.port(&name, shaped.shape(value), None, self.source(value))
            });
        let mut tensors = 0;
        let nodes = graph.nodes.iter().enumerate().map(|(i, node)| {
            let id = NodeId(i);
            let layer = shaped.layer(id);
            let shapes = shaped.input_shapes(id);
            let (name, kind, text) = (node.name.to_string(), layer.name(), &node.text);
            let inputs = node.inputs.iter().map(|&v| self.source(v));
            let outputs = node.outputs.iter().map(|&v| dims(shaped.shape(v)));
            let first = tensors;
            tensors += layer.parameters(&shapes).len();
            let (first, last) = (number(first), number(tensors));
            let parameters = number(self.learned_of(id));
            let multiply_adds = number(layer.multiply_adds(&shapes));
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
        let fingerprint = Literal::u64_unsuffixed(self.fingerprint());
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

    fn port(&self, name: &str, shape: &Shape, indices: Option<Dim>, source: TokenStream) -> TokenStream {
        let krate = &self.names.krate;
        let shape = dims(shape);
        let indices = match indices.map(number) {
            Some(bound) => quote!(::core::option::Option::Some(#bound)),
            None => quote!(::core::option::Option::None),
        };
        quote!(#krate::Port { name: #name, shape: #shape, indices: #indices, source: #source })
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
    fn fingerprint(&self) -> u64 {
        let shaped = &self.plan.shaped;
        let mut text = String::new();
        for (value, input) in shaped.graph.header.inputs.iter().enumerate() {
            text += &format!("{} {}{}\n", input.name, shaped.shape(ValueId(value)), range(input.indices));
        }
        for node in &shaped.graph.nodes {
            text += &format!("{} {} {:?}\n", node.name, node.text, node.inputs);
        }
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
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
            let shapes: Vec<_> = shaped.shapes_of(&node.outputs).iter().map(|s| format!("`{s}`")).collect();
            let learned = self.learned_of(NodeId(i));
            let learned = if learned.is(0) { String::new() } else { learned.to_string() };
            let name = if node.named { format!("{}: ", node.name) } else { String::new() };
            table += &format!("| `{name}{}` | {} | {learned} |\n", node.text, shapes.join(", "));
        }
        table + &format!("\n{} parameters in all.", self.learned())
    }
}

/// ` in 0..65` behind the shape of indices.
fn range(indices: Option<Dim>) -> String {
    indices.map_or(String::new(), |bound| format!(" in 0..{bound}"))
}

fn dims(shape: &Shape) -> TokenStream {
    let dims = shape.0.iter().map(|&n| number(n));
    quote!(&[#(#dims),*])
}
