//! A network over sequences of any length, `[.., 16]`, is planned twice, both times with a length of 1. For training, what
//! stands for each step is there as many times as all sequences of a batch have steps. For `step` it is the function of
//! one step: what its layers carry (`Layer::streams`) are further inputs and outputs, which `step` carries on
//! (`emit/steps_of.rs`), or memories that it works on.

use crate::graph::{Graph, Input, Memory, NodeId, Output, Shaped, Source, Value, ValueId};
use crate::layers::Stream;
use crate::shape::{Dim, Shape};
use proc_macro2::{Ident, TokenStream};
use quote::format_ident;

/// Leaves of such a network a length of 1, and gives the function of one step.
pub fn by_steps(shaped: &mut Shaped) -> Option<Shaped> {
    let is_any = |shape: &Option<Shape>| shape.as_ref().is_some_and(Shape::is_any_length);
    if !shaped.graph.header.inputs.iter().any(|input| is_any(&input.shape)) {
        return None;
    }
    let each_step = shaped.shapes.iter().map(is_any).collect();
    let header = &mut shaped.graph.header;
    let outputs = header.outputs.iter_mut().map(|output| &mut output.shape);
    let declared = header.inputs.iter_mut().map(|input| &mut input.shape).chain(outputs);
    for shape in shaped.shapes.iter_mut().chain(declared).flatten() {
        shape.0.iter_mut().filter(|n| n.is_any_length()).for_each(|n| *n = Dim::ONE);
    }
    let mut step = shaped.clone();
    shaped.each_step = each_step;
    one_step(&mut step);
    Some(step)
}

fn one_step(shaped: &mut Shaped) {
    let header = &mut shaped.graph.header;
    for output in &mut header.outputs {
        output.name.get_or_insert_with(|| Ident::new("output", header.name.span()));
    }
    let (words, live) = (shaped.graph.words(), shaped.graph.is_live());
    for id in (0..shaped.graph.nodes.len()).map(NodeId).filter(|id| live[id.0]) {
        carry(shaped, id, &words[id.0]);
    }
}

/// Makes inputs and outputs of the values that a layer carries, and takes note of its memories.
fn carry(shaped: &mut Shaped, id: NodeId, word: &str) {
    let shapes = shaped.input_shapes(id);
    let repeated = shaped.graph.repetition(shaped.graph.nodes[id.0].group).is_some();
    let node = &mut shaped.graph.nodes[id.0];
    let Some(layer) = node.layer.as_mut() else { return };
    let streams = layer.streams(&shapes, repeated);
    let values = streams.iter().filter(|stream| matches!(stream, Stream::Value { .. })).count();
    if values > 0 {
        layer.ask(1 + values);
        shaped.carrying.push(id);
    }
    let span = node.name.span();
    let mut port = 0;
    for stream in streams {
        match stream {
            Stream::Value { name, shape } => {
                port += 1;
                flow(shaped, id, port, format_ident!("{word}_{name}", span = span), shape);
            }
            Stream::Memory { name, ty, arguments } => {
                let name = format_ident!("{word}_{name}", span = span);
                shaped.memories.push(Memory { node: id, name, ty, arguments });
            }
        }
    }
}

/// Makes an input and an output of the value that a layer gives from that port.
fn flow(shaped: &mut Shaped, id: NodeId, port: usize, name: Ident, shape: Shape) {
    let tokens: TokenStream = shaped.graph.nodes[id.0].tokens.clone();
    // Inputs are the first values.
    let place = shaped.graph.header.inputs.len();
    shift(shaped, place);
    let graph = &mut shaped.graph;
    let source = Source::Input(place);
    graph.values.insert(place, Value { source, name: Some(name.clone()), scope: None });
    shaped.shapes.insert(place, Some(shape.clone()));
    let shape = Some(shape);
    let input = Input { name: name.clone(), shape: shape.clone(), indices: None, tokens: tokens.clone() };
    graph.header.inputs.push(input);
    graph.nodes[id.0].inputs.push(ValueId(place));
    // A state that is a value of the network anyway is one already.
    let value = graph.nodes[id.0].outputs.get(port).copied().unwrap_or_else(|| {
        graph.values.push(Value { source: Source::Node { node: id, port }, name: None, scope: None });
        shaped.shapes.push(shape.clone());
        let value = ValueId(graph.values.len() - 1);
        graph.nodes[id.0].outputs.push(value);
        value
    });
    graph.results.push(Some(value));
    graph.header.outputs.push(Output { name: Some(name), shape, tokens });
}

/// Makes room for a value at a place.
fn shift(shaped: &mut Shaped, place: usize) {
    let Graph { nodes, groups, results, .. } = &mut shaped.graph;
    let nodes = nodes.iter_mut().flat_map(|node| node.inputs.iter_mut().chain(&mut node.outputs));
    let groups = groups.iter_mut().flat_map(|group| {
        let (ins, outs) = (group.inputs.iter_mut().chain(&mut group.taken), &mut group.results);
        ins.chain(outs).chain(&mut group.outputs)
    });
    let declared = shaped.declared.iter_mut().map(|(value, _)| value);
    for value in nodes.chain(groups).chain(results.iter_mut().flatten()).chain(declared) {
        value.0 += usize::from(value.0 >= place);
    }
}
